# Thin on purpose: what is installed stands in setup.cfg, what is checked in tox.ini.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo standalone test lint types

demo:
	@$(PYTHON) tools/set_up.py standalone
	@$(BIN)/burano demo

standalone:
	@$(PYTHON) tools/set_up.py standalone
	@$(BIN)/burano standalone

test:
	@$(PYTHON) tools/set_up.py test
	@$(BIN)/pytest --numprocesses 2 tests/unit tests/functional

lint:
	@$(PYTHON) tools/set_up.py test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types:
	@$(PYTHON) tools/set_up.py test
	@$(BIN)/mypy
