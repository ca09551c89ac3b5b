"""Counted instances: applications and servers, for those who bill them."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

from catalog_common.contract.messages import ContractError, Message, Text
from catalog_common.contract.values import Count, Id

Change = Literal["track", "untrack"]


@dataclasses.dataclass(frozen=True)
class InstanceChange(Message):
    """An instance of the task's environment begins, or ends, to be counted."""

    change: Change
    instance_id: Annotated[str, Text(255, 1)]
    instance_type: Count
    type_name: Annotated[str, Text(512)] = ""
    type_title: Annotated[str, Text(512)] | None = None
    unit_count: Count | None = None

    def check(self) -> None:
        """What is counted has a type that people can read."""
        if self.change == "track" and not self.type_name:
            raise ContractError("an instance that is tracked has a type_name")


@dataclasses.dataclass(frozen=True)
class InstanceRequest(Message):
    """``POST …/instances``. Repeated under another number it changes nothing either."""

    claim: Id
    number: Count
    instance: InstanceChange


@dataclasses.dataclass(frozen=True)
class InstanceAnswer(Message):
    """How many instances were changed."""

    recorded: Count
