"""What the catalog does; knows no HTTP."""
