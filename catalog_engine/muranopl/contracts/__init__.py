"""Contracts: from specifications to functions that convert and check values."""
