"""Packages of the format Heat.HOT, which are one template: class and form are made of it."""
