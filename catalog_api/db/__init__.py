"""Models, migrations and queries of the catalog database."""
