"""Expressions: parsed by the yaql library, then a typed syntax tree of ours."""
