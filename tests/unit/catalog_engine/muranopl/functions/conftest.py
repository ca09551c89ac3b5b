"""The published yaql and our evaluators, made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalog_engine.muranopl.functions.library import build_table
from catalog_engine.muranopl.functions.table import FunctionTable
from tests.unit.catalog_engine.muranopl.functions.agreement import Agreement


@pytest.fixture(scope="session")
def table() -> FunctionTable:
    return build_table()


@pytest.fixture(scope="session")
def agreement() -> Agreement:
    return Agreement()


@pytest.fixture(scope="session")
def old_agreement() -> Agreement:
    """For code of formats 1.0 and 1.1."""
    return Agreement(old_formats=True)


@pytest.fixture(scope="session")
def evaluate(agreement: Agreement) -> Callable[..., Any]:
    """Gives what our table makes of an expression."""
    parse, evaluator = agreement.oracle.engine, agreement.evaluator
    return lambda text, data=None: evaluator(parse(text), data)


@pytest.fixture(scope="session")
def same(agreement: Agreement) -> Callable[..., Any]:
    """Asserts that yaql, our table and compiled code agree on an expression."""
    return lambda text, data: agreement.check([(text, data)])
