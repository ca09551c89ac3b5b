"""Functions that MuranoPL code may call, one module a subject."""
