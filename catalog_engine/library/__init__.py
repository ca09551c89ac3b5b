"""Python halves of the classes of the core library; they reach the world through the ports only."""
