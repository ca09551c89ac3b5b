"""What is remembered of a guest: secrets made once and kept for its life."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from catalog_common.contract.messages import Message
from catalog_common.contract.values import Id


@dataclasses.dataclass(frozen=True)
class Guest(Message):
    """``PUT /v1/guests/{name}``: the first record that is written stays."""

    environment_id: Id
    record: Mapping[str, Any]
