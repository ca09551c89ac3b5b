"""Local guests: sandboxed process trees that stand in for virtual machines."""
