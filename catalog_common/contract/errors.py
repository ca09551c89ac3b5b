"""What a refused call says: codes that the other side acts on."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

from catalog_common.contract.messages import ContractError, Message, Range, Text

CLAIM_LOST = "claim_lost"
"""409: another attempt may hold the task; start no effect and drop the worker."""

TASK_ENDED = "task_ended"
"""409: the task is over, and this call was not among those answered before its end."""

NOT_FOUND = "not_found"
"""404: no such task, guest, archive or route."""

MALFORMED = "malformed"
"""400: the body is not what the contract says."""

TOO_LARGE = "too_large"
"""413: the body exceeds what the conductor takes."""

JOURNAL_ORDER = "journal_order"
"""409: the entries do not follow the recorded ones."""

JOURNAL_FULL = "journal_full"
"""413: the journal's bounds are reached; end the task."""

UNAVAILABLE = "unavailable"
"""503: the database is away; ask again after ``Retry-After`` seconds."""


@dataclasses.dataclass(frozen=True)
class Problem(Message):
    """The member ``error`` of the body of every answer from 400 on."""

    code: Annotated[int, Range(400, 599)]
    title: Annotated[str, Text(255)]
    message: Annotated[str, Text(1_048_576)]
    type: Annotated[str, Text(64)]

    def body(self) -> dict[str, Any]:
        """The whole body."""
        return {"error": self.to_dict()}

    @classmethod
    def of_body(cls, body: Any) -> Problem:
        """The problem that a body tells; ContractError when it tells none."""
        if not isinstance(body, dict):
            raise ContractError("an error's body is an object")
        return cls.from_dict(body.get("error"), "error")
