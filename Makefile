# Thin on purpose: what is installed stands in setup.cfg, what is checked in tox.ini.
PYTHON ?= python3
BIN := .venv/bin
# Arguments for the command: make demo ARGS="--port 9000"
ARGS ?=

.PHONY: demo standalone test lint types

demo:
	@$(PYTHON) tools/set_up.py standalone
	@$(BIN)/burano demo $(ARGS)

standalone:
	@$(PYTHON) tools/set_up.py standalone
	@$(BIN)/burano standalone $(ARGS)

test:
	@$(PYTHON) tools/set_up.py test
	@$(BIN)/pytest --numprocesses 2 --dist loadgroup tests/unit tests/conformance tests/functional

lint:
	@$(PYTHON) tools/set_up.py test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types:
	@$(PYTHON) tools/set_up.py test
	@$(BIN)/mypy
