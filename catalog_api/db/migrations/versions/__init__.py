"""Migrations in their order; each is one step from a revision to the next."""
