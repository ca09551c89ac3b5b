"""Package source: YAML with positions, namespaces, declarations."""
