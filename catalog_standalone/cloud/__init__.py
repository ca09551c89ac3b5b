"""The local cloud of standalone mode: Keystone, Heat and their neighbours on one machine."""
