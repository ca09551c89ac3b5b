"""The port ``agents`` over kombu: credentials, plans, results."""
