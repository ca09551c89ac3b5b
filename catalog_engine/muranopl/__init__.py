"""The language: MuranoPL compiled to Python. No OpenStack, no input or output."""
