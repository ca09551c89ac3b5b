"""What generated code runs on: values, limits, branches, exceptions, call sites."""
