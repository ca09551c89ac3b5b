"""Compiling one package in a worker of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog_engine.deployment import code
from catalog_engine.host.messages import FrameError


def answer(order: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``{"type": "compile", "manifest": …, "files": {path: bytes}}``.

    :return: ``{"type": "compiled", "package": bytes, "error": None}``, or no package and a text
        that names file, line and column.
    :raises FrameError: the order lacks something.
    """
    manifest, files = order.get("manifest"), order.get("files")
    if not isinstance(manifest, dict) or not isinstance(files, dict):
        raise FrameError("an order to compile lacks manifest or files")
    made = code.compile_files(manifest, files)
    return {"type": "compiled", "package": made.package, "error": made.error}
