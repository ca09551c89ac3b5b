"""``burano package run``: one method over ports in memory, and all that came of it."""

from __future__ import annotations

import dataclasses
import json
import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from catalog_engine.authoring import folders
from catalog_engine.authoring.session import Session
from catalog_engine.deployment.run import described
from catalog_engine.host.errors import PortError
from catalog_engine.muranopl.runtime.exceptions import Stop
from catalog_engine.muranopl.runtime.operations_faults import caught
from catalog_engine.muranopl.runtime.operations_frames import Frame

CHANNEL = "applications"
"""Logger below which those of package code are."""


class RequestError(ValueError):
    """A request that cannot be understood; the text names the member."""


@dataclasses.dataclass(frozen=True)
class Request:
    """What to run.

    :ivar load: folders and archives of packages.
    :ivar class_name: class of a static method; of an instance method without a model, the class
        of the object that is made for it.
    :ivar model: ``{Objects, …}``, or the objects alone.
    :ivar object: id of the object to call; the model's root when it is None.
    :ivar class_config: folder of class configurations, ``NAME.yaml`` or ``NAME.json`` each.
    """

    load: tuple[str, ...]
    class_name: str
    method: str
    args: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    model: Any = None
    object: str | None = None
    class_config: str | None = None
    repeat: int = 1

    @classmethod
    def of(cls, given: Any) -> Request:
        """A request from plain data, whose names are those of the command's options.

        :raises RequestError: a member is missing, unknown or of the wrong type.
        """
        if not isinstance(given, Mapping):
            raise RequestError("a request is a JSON object")
        rest = dict(given)
        load = rest.pop("load", ())
        found = cls(
            load=tuple([load] if isinstance(load, str) else load),
            class_name=_text(rest.pop("class", None), "class"),
            method=_text(rest.pop("method", None), "method"),
            args=_mapping(rest.pop("args", None), "args"),
            model=rest.pop("model", None),
            object=_optional(rest.pop("object", None), "object"),
            class_config=_optional(rest.pop("class_config", rest.pop("class-config", None)),
                                   "class-config"),
            repeat=rest.pop("repeat", 1),
        )  # fmt: skip
        rest.pop("json", None)
        if rest:
            raise RequestError(f"{sorted(rest)[0]!r} is no member of a request")
        if type(found.repeat) is not int or found.repeat < 1:
            raise RequestError("repeat must be a number from 1")
        return found


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise RequestError(f"{name} must be a text")
    return value


def _optional(value: Any, name: str) -> str | None:
    return None if value is None else _text(value, name)


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise RequestError(f"{name} must be an object")
    return value


class Runner:
    """Runs requests; packages are read once for each list of paths."""

    def __init__(self) -> None:
        self._packages: dict[tuple[str, ...], folders.Packages] = {}

    def run(self, request: Request) -> dict[str, Any]:
        """``{result, error, reports, log, model, seconds}``; errors of package code are in it.

        :raises LoadError: a path holds no package.
        :raises RequestError: the model or a class configuration cannot be read.
        """
        seconds: dict[str, Any] = {"compile": 0.0, "load": 0.0, "run": []}
        answer: dict[str, Any] = {"result": None, "error": None}
        started = time.perf_counter()
        packages = self.packages(request.load)
        seconds["compile"] = time.perf_counter() - started
        sessions: list[Session] = []

        def work() -> None:
            begun = time.perf_counter()
            session = Session(
                packages, model_of(request.model), class_configs=configs_of(request.class_config)
            )
            sessions.append(session)
            session.load()
            target = _target(session, request)
            seconds["load"] = time.perf_counter() - begun
            for _ in range(request.repeat):
                begun = time.perf_counter()
                answer["result"] = session.call(target, request.method, request.args)
                seconds["run"].append(time.perf_counter() - begun)

        with logged() as log:
            answer["error"] = attempt(work)
            model: list[Any] = []
            if sessions:
                failed = attempt(lambda: model.append(sessions[0].finish()))
                answer["error"] = answer["error"] or failed
        if answer["error"] is not None:
            answer["result"] = None
        reports = sessions[0].ports.reports.reports if sessions else []
        return {
            **answer, "log": log, "seconds": seconds, "model": model[0] if model else None,
            "reports": [
                {"level": row["level"], "text": row["text"], "object": row["object_id"]}
                for row in reports
            ],
        }  # fmt: skip

    def packages(self, paths: tuple[str, ...]) -> folders.Packages:
        """The packages of some paths."""
        found = self._packages.get(paths)
        if found is None:
            loaded = folders.load(Path(path) for path in paths)
            found = self._packages[paths] = folders.Packages(loaded)
        return found


def _target(session: Session, request: Request) -> Any:
    """What the method is called on: a class, an object of the model, or one made for it."""
    if request.object is not None:
        return session.object(request.object)
    cls = session.linked(request.class_name)
    method = cls.find_method(request.method)
    if method is not None and method.is_static:
        return request.class_name
    return session.root if session.root is not None else session.new(request.class_name)


def attempt(work: Callable[[], Any]) -> dict[str, Any] | None:
    """Do some work; its error as plain data: ``{names, message, stack, report}``."""
    try:
        work()
        return None
    except (Exception, Stop) as error:
        if isinstance(error, folders.LoadError | RequestError):
            raise
        return error_data(error)


def error_data(error: BaseException) -> dict[str, Any]:
    """``{names, message, stack, report}`` of an error."""
    text, details = described(error)
    if isinstance(error, Stop):
        return {"names": ["Stop"], "message": text, "stack": [], "report": text}
    if isinstance(error, PortError):
        return {"names": [error.type], "message": error.message, "stack": [], "report": details}
    assert isinstance(error, Exception)
    seen = caught(error)
    return {
        "names": list(seen.names), "message": seen.message, "report": details,
        "stack": plain_frames(seen.frames),
    }  # fmt: skip


def plain_frames(frames: Iterable[Frame]) -> list[dict[str, Any]]:
    """Frames of a stack as plain data."""
    return [
        {"file": frame.file, "line": frame.line, "column": frame.column,
         "class": frame.type, "method": frame.method}
        for frame in frames
    ]  # fmt: skip


# ---------------------------------------------------------------- inputs


def model_of(given: Any) -> dict[str, Any] | None:
    """A model: ``{Objects, …}`` as it is, and anything else as its objects; a text is a path.

    :raises RequestError: the file cannot be read, or it holds no mapping.
    """
    if isinstance(given, str):
        given = _read(Path(given))
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise RequestError("the model must be a mapping")
    return dict(given) if "Objects" in given else {"Objects": given}


def configs_of(folder: str | None) -> dict[str, Any]:
    """Class name -> configured properties, from files ``NAME.yaml`` and ``NAME.json``.

    :raises RequestError: the folder or a file cannot be read.
    """
    found: dict[str, Any] = {}
    try:
        paths = sorted(Path(folder).iterdir()) if folder else []
    except OSError as error:
        raise RequestError(f"class configurations: {error}") from error
    for path in paths:
        if path.suffix in (".yaml", ".json"):
            found[path.stem] = _mapping(_read(path), path.name)
    return found


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise RequestError(f"{path}: {error}") from error


# ---------------------------------------------------------------- the log


class _Collector(logging.Handler):
    def __init__(self, room: float) -> None:
        super().__init__(0)
        self.rows: list[dict[str, str]] = []
        self._room = room

    def emit(self, record: logging.LogRecord) -> None:
        if self._room < 0:
            return
        message = record.getMessage()
        self._room -= len(message) + 1
        if self._room < 0:
            message = "(the log is full; what follows is left out)"
        self.rows.append(
            {
                "level": record.levelname.lower(), "message": message,
                "logger": record.name.removeprefix(f"{CHANNEL}."),
            }
        )  # fmt: skip


@contextmanager
def logged(room: float = math.inf) -> Iterator[list[dict[str, str]]]:
    """What package code logs meanwhile.

    :param room: characters that are kept at most.
    """
    logger, collector = logging.getLogger(CHANNEL), _Collector(room)
    level, propagates = logger.level, logger.propagate
    logger.addHandler(collector)
    logger.setLevel(1)
    logger.propagate = False
    try:
        yield collector.rows
    finally:
        logger.removeHandler(collector)
        logger.setLevel(level)
        logger.propagate = propagates
