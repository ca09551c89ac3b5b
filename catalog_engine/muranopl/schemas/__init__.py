"""JSON schemas of classes and of the methods that build models."""
