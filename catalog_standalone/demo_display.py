"""What the demo shows: a progress display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import Any, Protocol, TextIO


class Display(Protocol):
    """Where stages, lines and the closing table go."""

    def stage(self, title: str) -> contextlib.AbstractContextManager[None]:
        """One stage, shown as going on until it ends."""

    def line(self, text: str, style: str = "") -> None:
        """One line, shown at once; the text may come from a guest and is never interpreted."""

    def table(self, rows: list[tuple[str, str]]) -> None:
        """The summary."""


def safe(text: str) -> str:
    """A text without characters that a terminal would obey."""
    spaced = text.translate({ord(character): " " for character in "\n\r\t"})
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for character in spaced
    )


class PlainDisplay:
    """Lines with the time since the start; for pipes and logs."""

    def __init__(self, output: TextIO) -> None:
        self._output, self._started = output, time.monotonic()

    @contextlib.contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """A line when it begins, one when it ended well."""
        started = time.monotonic()
        self.line(f"{title} ...")
        yield
        self.line(f"{title}: done in {time.monotonic() - started:.1f} s")

    def line(self, text: str, style: str = "") -> None:
        """Print the line."""
        passed = time.monotonic() - self._started
        print(f"{passed:6.1f}  {safe(text)}", file=self._output, flush=True)

    def table(self, rows: list[tuple[str, str]]) -> None:
        """Print name and value, aligned."""
        width = max(len(name) for name, _ in rows)
        for name, value in rows:
            print(f"  {name:<{width}}  {safe(value)}", file=self._output, flush=True)


class RichDisplay:
    """Spinners and elapsed times on a terminal, lines scrolling above them."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._console: Any = Console(highlight=False)
        self._progress: Any = Progress(
            SpinnerColumn(finished_text="[green]✓[/green]"),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )

    @contextlib.contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """A spinner while it goes on; a line that stays when it ended well."""
        started = time.monotonic()
        row = self._progress.add_task(title, total=1)
        self._progress.start()
        try:
            yield
        finally:
            self._progress.remove_task(row)
            self._progress.stop()
        self._print(f"✓ {title} ({time.monotonic() - started:.1f} s)", "green")

    def line(self, text: str, style: str = "") -> None:
        """Print the line above the progress."""
        self._print(f"  {text}", style)

    def table(self, rows: list[tuple[str, str]]) -> None:
        """A table with a frame."""
        from rich.table import Table
        from rich.text import Text

        grid = Table(show_header=False)
        for name, value in rows:
            grid.add_row(Text(name, style="bold"), Text(safe(value)))
        self._console.print(grid)

    def _print(self, text: str, style: str) -> None:
        self._console.print(safe(text), style=style, markup=False, soft_wrap=True)


def choose(output: TextIO = sys.stdout) -> Display:
    """The display that fits where the output goes."""
    return RichDisplay() if output.isatty() else PlainDisplay(output)
