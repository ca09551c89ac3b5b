"""Application packages that are installed with the catalog: data, importable to be found."""
