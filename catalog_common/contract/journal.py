"""Entries of a task's journal, and how they are handed in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from catalog_common.contract.messages import ContractError, Items, Message, Text
from catalog_common.contract.values import Count, Id, Word

EntryKind = Literal[
    "intent", "result", "reading", "wait", "state", "attribute", "package", "wake", "stop"
]
ENTRY_VERSION = 1
MAX_BATCH = 1000
"""Entries in one call."""

Key = Annotated[str, Text(255, 1, r"[0-9A-Za-z_.:#/-]+")]


@dataclasses.dataclass(frozen=True)
class JournalEntry(Message):
    """One entry; ``sequence`` orders all entries of a task from 0, over all attempts.

    ========= =======================================================================
    intent    an outward effect is about to start: ``request``
    result    it is over: ``value`` or ``error``; its key is the intent's
    reading   the world was read: ``request``, and ``value`` or ``error``
    wait      a wait is over
    package   a package was resolved: ``value`` is ``{name, version, digest}``
    wake      something below the journal woke a branch here
    state     ``value`` is the ``ObjectsCopy`` to clean up from
    attribute ``value`` is ``[object id, class, name, value]``
    stop      the task was cancelled or ran out of time: ``value`` is ``{reason}``
    ========= =======================================================================
    """

    sequence: Count
    key: Key
    kind: EntryKind
    port: Word = ""
    operation: Word = ""
    request: Any = None
    value: Any = None
    error: Mapping[str, Any] | None = None
    secret: bool = False
    version: Count = ENTRY_VERSION
    attempt: Count = 1

    def check(self) -> None:
        """Form of the values that the conductor reads itself."""
        if self.version != ENTRY_VERSION:
            raise ContractError(
                f"entry {self.sequence} has version {self.version}; this release knows"
                f" {ENTRY_VERSION}"
            )
        if self.kind == "attribute" and not _is_attribute(self.value):
            raise ContractError(
                f"entry {self.sequence}: the value of an attribute is"
                " [object id, class, name, value]"
            )
        if self.kind == "state" and not isinstance(self.value, Mapping | None):
            raise ContractError(f"entry {self.sequence}: a state is an object or null")
        if self.kind == "package" and self.error is None and not _is_package(self.value):
            raise ContractError(
                f"entry {self.sequence}: the value of a package is {{name, version, digest}}"
            )


def _is_attribute(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 4
        and all(isinstance(item, str) for item in value[:3])
    )


def _is_package(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(value.get(name), str) for name in ("name", "version", "digest")
    )


@dataclasses.dataclass(frozen=True)
class JournalBatch(Message):
    """``POST …/journal``: the next entries, in order and without a gap."""

    claim: Id
    number: Count
    entries: Annotated[tuple[JournalEntry, ...], Items(MAX_BATCH, 1)]

    def check(self) -> None:
        """The entries follow one another."""
        first = self.entries[0].sequence
        for offset, entry in enumerate(self.entries):
            if entry.sequence != first + offset:
                raise ContractError(
                    f"entry {offset} of the batch has sequence {entry.sequence} after"
                    f" {first + offset - 1}"
                )


@dataclasses.dataclass(frozen=True)
class JournalAnswer(Message):
    """What comes next after the recorded entries."""

    next_sequence: Count
