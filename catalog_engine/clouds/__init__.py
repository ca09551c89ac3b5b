"""Port adapters over Keystone, Heat, Neutron and Glance."""
