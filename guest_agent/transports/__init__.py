"""Transports of kombu that are not part of it."""
