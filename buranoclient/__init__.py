"""Client library and the ``burano`` command."""
