"""The sandboxed process of one task."""
