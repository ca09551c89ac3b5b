"""The catalog: its REST interface, its services, its database and its conductor."""
