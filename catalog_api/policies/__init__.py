"""Who may do what: documented defaults for oslo.policy, a module for each resource."""
