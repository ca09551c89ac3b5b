"""Heat v1 of the local cloud: HOT templates, resources, stacks."""
