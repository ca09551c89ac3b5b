"""The published clients in this process, each command as a shell would give it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest


@dataclasses.dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[list[str]]:
        """Cells of all rows of the table that was printed, its head first."""
        lines = [line for line in self.out.splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]

    @property
    def table(self) -> dict[str, str]:
        """A table of two columns: names and values."""
        return {row[0]: row[1] for row in self.rows[1:] if row[0]}

    @property
    def json(self) -> Any:
        """A JSON document that was printed, whatever stands before it."""
        start = min(found for found in map(self.out.find, "[{") if found >= 0)
        return json.JSONDecoder().raw_decode(self.out[start:])[0]

    def column(self, name: str) -> list[str]:
        """A column of a table with a head."""
        place = [cell.lower() for cell in self.rows[0]].index(name.lower())
        return [row[place] for row in self.rows[1:]]


@pytest.fixture
def shell(standalone, monkeypatch, capsys, tmp_path):
    """Runs commands of one client as one user: ``shell(main)("package-list", code=0)``."""
    monkeypatch.chdir(tmp_path)

    def as_user(name: str) -> None:
        for key, value in standalone.environment.items():
            if key.startswith("OS_") or key == "no_proxy":
                monkeypatch.setenv(key, value)
        if name == "admin":
            secrets = json.loads((standalone.state / "secrets.json").read_text())
            monkeypatch.setenv("OS_USERNAME", "admin")
            monkeypatch.setenv("OS_PASSWORD", secrets["admin"])

    def client(main: Any) -> Any:
        def run(*words: str, code: int = 0, user: str = "demo") -> Said:
            as_user(user)
            capsys.readouterr()
            try:
                ended = main([str(word) for word in words]) or 0
            except SystemExit as error:
                ended = error.code or 0
            said = Said(ended, *capsys.readouterr())
            assert said.code == code, f"{words}:\n{said.out}{said.err}\n{standalone.logs()}"
            return said

        return run

    return client
