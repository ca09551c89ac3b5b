"""Objects of the language: their form, loading, serialisation, destruction."""
