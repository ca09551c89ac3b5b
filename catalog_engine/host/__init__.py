"""The ports through which the engine reaches the world, and their messages."""
