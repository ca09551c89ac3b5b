"""Classes of the language as they are used: linked, with dispatch, contracts, metadata."""
