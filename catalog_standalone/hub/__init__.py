"""The hub: queues for guests and engines in one process, in the place of a broker."""
