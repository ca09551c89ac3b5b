"""UI definitions of packages: parse, check, evaluate a filled form into an object model."""
