"""Answers of numbered calls: a call that is repeated gets the answer of the first time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from catalog_api.db.models import CallAnswer


def answered(session: Session, task_id: str, claim: str, number: int) -> Mapping[str, Any] | None:
    """The answer that a call got, or None: it is new."""
    known = session.get(CallAnswer, (task_id, claim, number))
    return None if known is None else known.body or {}


def keep(
    session: Session, task_id: str, claim: str, number: int, answer: Mapping[str, Any]
) -> None:
    """Remember an answer, in the transaction of what it answers."""
    session.add(
        CallAnswer(task_id=task_id, claim=claim, number=number, status=200, body=dict(answer))
    )
