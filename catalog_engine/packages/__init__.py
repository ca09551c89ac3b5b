"""Finding, fetching, verifying and caching packages."""
