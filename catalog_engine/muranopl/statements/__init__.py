"""Code blocks: statements and assignment targets as a typed syntax tree."""
