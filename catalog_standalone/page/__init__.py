"""The page of standalone mode: static files over the public REST API, and their small server."""
