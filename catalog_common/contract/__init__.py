"""Messages between conductor and engine: what is said, and nothing about how it travels."""
