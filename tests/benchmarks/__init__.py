"""Measurements, run on request and never as a test: ``python -m tests.benchmarks.NAME``."""
