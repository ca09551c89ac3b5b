"""Packages in folders, as their authors have them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

SOURCE = """
Namespaces: {'=': org.example, std: io.murano}
Name: App
Extends: std:Object
Properties:
  size:
    Usage: InOut
    Contract: $.int().notNull()
    Default: 1
  limit:
    Contract: $.int()
    Usage: Config
Methods:
  .init:
    Body:
      - $._log: logger(example)
  grow:
    Scope: Public
    Usage: Action
    Arguments:
      - by:
          Contract: $.int().notNull()
    Body:
      - $._log.info('grows by {0}', $by)
      - $.size: $.size + $by
      - Return: $.size
  twice:
    Usage: Static
    Scope: Public
    Arguments:
      - value:
          Contract: $.int().notNull()
    Body:
      - Return: $value * 2
  fails:
    Usage: Static
    Body:
      - Throw: [myError, otherError]
        Message: it is broken
  limited:
    Body:
      - Return: $.limit
"""


def write_package(folder: Path, source: str = SOURCE, **changes: object) -> Path:
    """A package of one file ``App.yaml`` below a folder."""
    manifest = {
        "Format": "1.4", "Type": "Library", "FullName": "org.example", "Name": "Example",
        "Description": "Made by a test", "Author": "A test", "Version": "1.2.3",
        "Classes": {"org.example.App": "App.yaml"}, **changes,
    }  # fmt: skip
    (folder / "Classes").mkdir(parents=True)
    (folder / "manifest.yaml").write_text(yaml.safe_dump(manifest))
    (folder / "Classes" / "App.yaml").write_text(source)
    return folder


@pytest.fixture
def example(tmp_path) -> str:
    return str(write_package(tmp_path / "example"))


@pytest.fixture
def model(tmp_path) -> str:
    path = tmp_path / "model.json"
    root = {"?": {"type": "org.example.App/1", "id": "root", "name": "one"}, "size": 5}
    path.write_text(json.dumps({"Objects": root}))
    return str(path)
