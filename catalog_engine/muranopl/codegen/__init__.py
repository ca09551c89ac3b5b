"""From the syntax tree to verified Python AST, code objects and their store."""
