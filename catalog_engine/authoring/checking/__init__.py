"""The package checker: everything that can be known of packages without running them."""
