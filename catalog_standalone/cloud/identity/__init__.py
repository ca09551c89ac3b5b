"""Keystone v3 of the local cloud."""
