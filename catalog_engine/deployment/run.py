"""What one task does: load the model, clean up, run the action, serialise what became of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from catalog_common.versions import VersionSpec
from catalog_engine.deployment import fixations, leftovers
from catalog_engine.deployment.host import Host
from catalog_engine.deployment.source import PortSource
from catalog_engine.host.messages import Request
from catalog_engine.library.natives import NATIVES
from catalog_engine.library.objects import exception_report
from catalog_engine.muranopl.codegen.compiled import CompiledPackage
from catalog_engine.muranopl.objects.garbage import everything, reachable
from catalog_engine.muranopl.objects.model import MuranoObject
from catalog_engine.muranopl.objects.serialisation import Serialiser
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.exceptions import Stop
from catalog_engine.muranopl.runtime.limits import Limits
from catalog_engine.muranopl.runtime.operations_faults import caught, stop_behind
from catalog_engine.muranopl.runtime.operations_frames import report
from catalog_engine.muranopl.runtime.runtime import Runtime
from catalog_engine.muranopl.runtime.scheduler import Driver
from catalog_engine.muranopl.runtime.values import MSet
from catalog_engine.muranopl.schemas.generator import schemas_of

LOG = logging.getLogger(__name__)
SHOWN_TEXT = 4000
SHOWN_ITEMS = 50
SHOWN_DEPTH = 6
"""Characters of a text, items of a collection and levels that the details of a report show."""
STOPPED_TEXTS: Mapping[str, str] = {
    "cancelled": "The deployment was cancelled.",
    "deadline": "The deployment ran out of its time.",
    "cpu": "The deployment used more CPU time than it may ([engine] limit_cpu_seconds).",
    "memory": "The deployment used more memory than it may ([engine] limit_memory_mb).",
}


def run_task(
    task: Mapping[str, Any], driver: Driver, limits: Mapping[str, Any] | None = None,
    preloaded: Mapping[str, CompiledPackage] | None = None,
    on_start: Callable[[Callable[[str], None]], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Run one task over a driver.

    :param task: ``{id, kind, seed, project_id, user_id, model, action, …}``.
    :param limits: what :class:`Limits` counts.
    :param preloaded: digest -> compiled package that the process has at hand.
    :param on_start: called before anything runs, with a function that stops the task at its next
        step for a reason (see :class:`Stop`); any thread or signal handler may call that.
    :return: ``{outcome, result: {result, isException}, model}``; the model is None when it is
        to be composed of the task's journal.
    """
    made: list[Runtime] = []
    host = Host(task, lambda request: made[0].scheduler.call(request), driver.notify)
    rt = Runtime(
        host, driver, PortSource(host.ports, preloaded), str(task["seed"]), NATIVES,
        Limits.of(limits or {}),
    )  # fmt: skip
    made.append(rt)
    if on_start is not None:
        on_start(lambda reason: rt.steps.strike(Stop(reason)))
    work = _Call(rt, task) if task.get("kind") == "call" else _Deployment(rt, task)
    try:
        result: dict[str, Any] = rt.run(work.run)
        return result
    except (Exception, Stop) as error:
        return ended_outside(task, driver, error)


def ended_outside(task: Mapping[str, Any], driver: Driver, error: BaseException) -> dict[str, Any]:
    """The result of a task that failed where none of its own code could report it."""
    LOG.warning("the task ended outside of its action: %s", error)
    result = failure(_lasting(error), None)
    given = {
        "object_id": task.get("environment_id") or "", "level": "error",
        "text": result["result"]["result"]["message"],
        "details": result["result"]["result"]["details"],
    }  # fmt: skip
    if task.get("kind") != "call":
        driver.notify(Request("reports", "report", given))
    return result


def _lasting(error: BaseException) -> BaseException:
    """The error as it is kept: of one that stands in the place of a stop, the stop.

    Where memory ran out that is one without the frames that hold it.
    """
    return stop_behind(error) or error


def failure(error: BaseException, model: Any) -> dict[str, Any]:
    """The result of a task that failed or was stopped."""
    message, details = described(error)
    is_stop = isinstance(error, Stop) and error.reason in ("cancelled", "deadline")
    return {
        "outcome": "cancelled" if is_stop else "failed",
        "result": {"result": {"message": message, "details": details}, "isException": True},
        "model": model,
    }


def described(error: BaseException) -> tuple[str, str]:
    """Message of an error, and the report with its MuranoPL stack."""
    if isinstance(error, Stop):
        text = STOPPED_TEXTS.get(error.reason, f"The deployment was stopped: {error.reason}.")
        return text, text
    assert isinstance(error, Exception)
    seen = caught(error)
    details = report(seen.names, str(seen.message), seen.frames)
    if seen.cause is not None:
        details += "\n\n Caused by " + exception_report(seen.cause, " ").lstrip()
    if seen.extra:
        details += "\n" + yaml.safe_dump({"Extra": _shown(seen.extra)}, allow_unicode=True).strip()
    return str(seen), details


def _shown(value: Any, depth: int = SHOWN_DEPTH) -> Any:
    """Plain data as reports show it: long texts, such as a script's output, by their ends."""
    if isinstance(value, Mapping | list | tuple | set | frozenset | MSet) and not depth:
        return "…"
    if isinstance(value, Mapping):
        items = list(value.items())[:SHOWN_ITEMS]
        return {str(key)[:SHOWN_TEXT]: _shown(item, depth - 1) for key, item in items}
    if isinstance(value, list | tuple | set | frozenset | MSet):
        return [_shown(item, depth - 1) for item in list(value)[:SHOWN_ITEMS]]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= SHOWN_TEXT else f"… {text[-SHOWN_TEXT:]}"


class _Deployment:
    """A deployment or an action on an environment."""

    def __init__(self, rt: Runtime, task: Mapping[str, Any]):
        self._rt = rt
        self._ports = rt.host.ports
        self._model: Mapping[str, Any] = task.get("model") or {}
        self._action: Mapping[str, Any] | None = task.get("action")
        self._environment_id = task.get("environment_id") or ""
        self._root: MuranoObject | None = None

    def run(self) -> dict[str, Any]:
        """Do all of it; errors of package code become the result."""
        rt = self._rt
        error = self._attempt(self._prepare)
        if error is not None:
            return failure(error, None)
        value: Any = None
        done: list[Any] = []
        error = self._attempt(lambda: done.append(self._act()))
        error = self._attempt(self._rt.host.finish) or error
        if done:
            value = done[0]
        result: list[Any] = []
        if error is None:
            error = self._attempt(lambda: result.append(Serialiser(self._rt).reference(value)))
        final = self._finish()
        error = error or self._destruction_error()
        if error is not None:
            return failure(error, {**final, **fixations.widened(rt.packages, self._model)})
        return {
            "outcome": "succeeded",
            "result": {"result": result[0], "isException": False},
            "model": {**final, **fixations.reduced(rt.packages, self._model)},
        }

    def _attempt(self, work: Callable[[], Any]) -> BaseException | None:
        """Do some work; its error is reported and returned."""
        try:
            work()
            return None
        except (Exception, Stop) as caught_error:
            error = _lasting(caught_error)
        message, details = described(error)
        self._ports.reports.report(self._environment_id, message, "error", details)
        return error

    # ------------------------------------------------------------ stages

    def _prepare(self) -> None:
        """Load both models, and destroy what only the earlier one has."""
        rt = self._rt
        fixations.fix(rt.packages, self._model)
        loader, garbage = rt.loader, rt.garbage
        objects, copy = self._model.get("Objects"), self._model.get("ObjectsCopy")
        if objects is not None:
            self._root = loader.load_model(objects)
            garbage.roots.append(self._root)
        if copy is not None:
            loader.load_model(copy)
            garbage.finish(self._needed())
            rt.host.finish()
        self._tell_state()

    def _needed(self) -> Mapping[MuranoObject, Any]:
        """Objects of the model, with everything that they refer to."""
        return dict.fromkeys(reachable(self._rt.garbage.roots, everything))

    def _tell_state(self) -> None:
        """From here on everything may be made: note what to clean up from."""
        copy = Serialiser(self._rt).model(self._root)
        self._ports.state.objects_copy(self._with_leftovers(copy))

    def _act(self) -> Any:
        action = self._action
        if not action or not action.get("method"):
            return None
        target = self._rt.loader.objects.get(str(action.get("object_id")))
        if target is None:
            return None
        return self._rt.call_action(target, str(action["method"]), action.get("args") or {})

    def _finish(self) -> dict[str, Any]:
        """Destroy what the model does not hold, and serialise the rest."""
        rt = self._rt
        model = Serialiser(rt, designer=True)
        objects = model.model(self._root)
        if rt.garbage.finish(model.serialised):
            self._attempt(rt.host.finish)
        copy = Serialiser(rt).model(self._root)
        kept = {obj.id for obj in model.serialised} | self._failed_ids()
        return {
            "Objects": objects,
            "ObjectsCopy": self._with_leftovers(copy),
            "Attributes": [row for row in rt.host.attributes.rows() if row[0] in kept],
        }

    # ------------------------------------------------------------ destructors that failed

    def _failed_ids(self) -> set[str]:
        return {obj.id for obj, _error in self._rt.garbage.failed}

    def _with_leftovers(self, copy: Any) -> Any:
        return leftovers.keep(copy, self._model.get("ObjectsCopy"), self._failed_ids())

    def _destruction_error(self) -> Exception | None:
        """The first failure of a destructor; all are reported."""
        failed = self._rt.garbage.failed
        for obj, error in failed:
            message, details = described(error)
            self._ports.reports.report(
                obj.id, f"Cleaning up {obj.name or obj.id} failed: {message}", "error", details
            )
        return failed[0][1] if failed else None


class _Call:
    """A call: of a static action, or for the schemas of a class.

    Its action is ``{class_name, class_version, pkg_name}`` with ``{method, args}``, or with
    ``{schema: names of methods or null}``.
    """

    def __init__(self, rt: Runtime, task: Mapping[str, Any]):
        self._rt = rt
        self._action: Mapping[str, Any] = task.get("action") or {}

    def run(self) -> dict[str, Any]:
        """Call it; errors of package code become the result."""
        try:
            value = Serialiser(self._rt).reference(self._answer())
        except (Exception, Stop) as caught_error:
            error = _lasting(caught_error)
        else:
            return self._succeeded(value)
        result = failure(error, None)
        # By these the API tells what the caller did wrong from what went wrong.
        result["result"]["result"]["names"] = _names(error)
        return result

    @staticmethod
    def _succeeded(value: Any) -> dict[str, Any]:
        return {
            "outcome": "succeeded", "result": {"result": value, "isException": False},
            "model": None,
        }  # fmt: skip

    def _answer(self) -> Any:
        cls, action = self._class(), self._action
        if "schema" in action:
            return schemas_of(cls, action["schema"])
        name = str(action.get("method"))
        method = cls.find_method(name)
        if method is not None and not method.is_static:
            raise exceptions.MethodNotExposed(name)
        return self._rt.call_action(cls.reference, name, action.get("args") or {})

    def _class(self) -> Any:
        action, pool = self._action, self._rt.packages
        name = str(action.get("class_name"))
        spec = VersionSpec(str(action.get("class_version") or ""))
        wanted = action.get("pkg_name")
        package = pool.by_name(str(wanted), spec) if wanted else pool.by_class(name, spec)
        cls = package.own_class(name)
        if cls is None:
            raise exceptions.NoClassFound(name, [repr(package)])
        return cls


def _names(error: BaseException) -> list[str]:
    """Names by which packages catch an error, the most specific first."""
    return list(caught(error).names) if isinstance(error, Exception) else []
