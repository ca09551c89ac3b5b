"""What earlier attempts of a task recorded, and whether a replay asks for the same."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from catalog_common.contract.journal import JournalEntry
from catalog_engine.host.errors import STOPPED
from catalog_engine.host.messages import Request
from catalog_engine.supervisor.entries import ANSWERS, asked, asks

SHOWN = 2000


class ReplayMismatch(Exception):
    """The replay asks for something else than an earlier attempt did; shows both sides."""

    def __init__(self, key: str, recorded: str, now: str) -> None:
        super().__init__(
            "This attempt asks for something else than an earlier one did, so it cannot go on"
            f" from the journal (at {key})."
        )
        self.key = key
        self.details = (
            f"recorded at {key}: {recorded[:SHOWN]}\nasked now at {key}: {now[:SHOWN]}\n"
            "The engine or a package behaved differently the second time. What was made so far"
            " stays recorded; deploy the environment again to go on from there."
        )


@dataclasses.dataclass(frozen=True)
class Stop:
    """A recorded stop.

    :ivar strikes: whether it struck a call that is recorded; else the next one is due.
    """

    sequence: int
    reason: str
    strikes: bool = False


class Replay:
    """The recorded entries by key, and the recorded order of answers.

    A replay is *active* until its last recorded answer is handed out, and *covers* the worker
    until every recorded question was asked again.
    """

    def __init__(self, entries: Iterable[JournalEntry]) -> None:
        ordered = sorted(entries, key=lambda entry: entry.sequence)
        self.next_sequence = ordered[-1].sequence + 1 if ordered else 0
        self._questions: dict[str, JournalEntry] = {}
        self._answers: dict[str, JournalEntry] = {}
        self._order: collections.deque[JournalEntry] = collections.deque()
        self.stop: Stop | None = None
        self._unseen: set[str] = set()
        for entry in ordered:
            if entry.kind == "stop":
                reason = str((entry.value or {}).get("reason") or "cancelled")
                self.stop = self.stop or Stop(entry.sequence, reason)
                continue
            if self.stop is not None and (entry.error or {}).get("type") == STOPPED:
                self.stop = dataclasses.replace(self.stop, strikes=True)
            if entry.kind in ANSWERS:
                self._answers[entry.key] = entry
                self._order.append(entry)
            if entry.kind != "result":
                self._questions.setdefault(entry.key, entry)
            self._unseen.add(entry.key)
        if self.stop is not None and any(map(self.struck, self._questions)):
            self.stop = dataclasses.replace(self.stop, strikes=True)

    @property
    def active(self) -> bool:
        """Whether recorded answers remain to be handed out."""
        return bool(self._order)

    @property
    def covers(self) -> bool:
        """Whether the worker is still on ground where an earlier attempt has been."""
        return bool(self._order or self._unseen)

    def ask(self, key: str, port: str, operation: str, request: Any) -> JournalEntry | None:
        """The recorded question under ``key``, None when it is new.

        ReplayMismatch when an earlier attempt asked for something else there.
        """
        recorded = self._questions.get(key)
        if recorded is None:
            return None
        now = asked(port, operation, request)
        if asks(recorded) != now:
            raise ReplayMismatch(key, asks(recorded), now)
        self._unseen.discard(key)
        return recorded

    def struck(self, key: str) -> str | None:
        """Why a call was struck whose answer is not recorded, or None."""
        recorded = self._questions.get(key)
        if self.stop is None or recorded is None or self.has_answer(key):
            return None
        is_notice = recorded.kind in ("state", "attribute")
        is_before = recorded.sequence < self.stop.sequence
        return self.stop.reason if is_before and not is_notice else None

    def has_answer(self, key: str) -> bool:
        """Whether the answer to ``key`` is recorded."""
        return key in self._answers

    def head(self) -> JournalEntry:
        """The recorded answer whose turn it is."""
        return self._order[0]

    def advance(self) -> None:
        """The head was handed out."""
        self._order.popleft()

    def missing(self, pending: Iterable[str]) -> ReplayMismatch:
        """The mismatch of a worker that does not ask what the head answers."""
        head = self.head()
        question = self._questions.get(head.key, head)
        return ReplayMismatch(head.key, asks(question), "; ".join(pending) or "nothing")


class FreshReports:
    """Passes on what no earlier attempt can have reported.

    Reports go out before the journal entries that follow them. So one that is made again before
    an entry that is recorded has been sent; which it is shows when the worker comes to that
    entry, or ends.
    """

    def __init__(self, replay: Replay, report: Callable[[Request], None]) -> None:
        self._replay = replay
        self._report = report
        self._doubtful: list[Request] = []

    def pass_on(self, request: Request) -> None:
        """A report that the worker makes."""
        if not self._replay.covers:
            self._doubtful.clear()
            self._report(request)
        elif not self._replay.active:
            self._doubtful.append(request)

    def end(self) -> None:
        """The worker has a result."""
        if self._replay.covers:
            for request in self._doubtful:
                self._report(request)
