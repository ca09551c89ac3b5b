"""Entry points of the API, the conductor and their tools."""
