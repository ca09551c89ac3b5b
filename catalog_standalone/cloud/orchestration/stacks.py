"""Stacks: their states, and the threads that make reality follow their templates.

Each change gives a stack a new *traversal*; a thread works for one traversal and steps aside as
soon as the stack has another, so the newest template always wins (Heat's convergence).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from catalog_standalone.cloud.compute import MachineError
from catalog_standalone.cloud.orchestration.errors import ResourceFailure, invalid, missing
from catalog_standalone.cloud.orchestration.plan import Plan
from catalog_standalone.cloud.orchestration.resources import Backends, Context, Registry, Values
from catalog_standalone.cloud.store import Document, Store, new_id, new_uuid, now
from catalog_standalone.cloud.web import ApiError

LOG = logging.getLogger(__name__)
POLL_SECONDS = 0.1
FIELDS = ("template", "parameters", "files", "environment", "tags", "disable_rollback",
          "timeout_mins", "description")  # fmt: skip


class _Superseded(Exception):
    """The stack has another traversal now."""


class Stacks:
    """Creates, updates and deletes stacks; ``drop_trust`` forgets the trust of a deleted one."""

    def __init__(
        self, store: Store, registry: Registry, backends: Backends,
        drop_trust: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.store, self.registry = store, registry
        self._backends, self._drop_trust = backends, drop_trust
        self._locks: dict[str, threading.Lock] = {}
        self._stopping = threading.Event()

    # -- asking -----------------------------------------------------------------------------

    def find(self, project_id: str, identity: str, with_deleted: bool = False) -> Document:
        """A stack by name or id; 404 otherwise."""
        for stack in reversed(self.store.list("stack", project_id=project_id)):
            gone = stack["deletion_time"] is not None
            if identity == stack["id"] and (with_deleted or not gone):
                return stack
            if identity == stack["name"] and not gone:
                return stack
        raise missing("Stack", identity)

    def resources(self, stack_id: str) -> dict[str, Document]:
        """The current resources of a stack by name (those waiting to be removed excluded)."""
        rows = self.store.list("resource", parent=stack_id)
        return {row["name"]: row for row in rows if not row["replaced"]}

    def _lookups(self, stack: Document) -> tuple[Callable[[str], Any], Callable[..., Any]]:
        def row(name: str) -> Document | None:
            return self.resources(stack["id"]).get(name)

        def reference(name: str) -> Any:
            found = row(name)
            if found is None:
                return None
            type_ = self.registry.find(found["real_type"])
            return type_.reference(self._context(stack, found), found["properties"])

        def attribute(name: str, key: str | None) -> Any:
            found = row(name)
            if found is None:
                return None
            type_ = self.registry.find(found["real_type"])
            context = self._context(stack, found)
            if key is None:
                return type_.show(context, found["properties"])
            return type_.attribute(context, found["properties"], key)

        return reference, attribute

    def outputs(self, stack: Document) -> list[Document]:
        """Outputs with their values."""
        return Plan(self.registry, stack, strict=False).outputs(*self._lookups(stack))

    def attributes(self, stack: Document, resource: Document) -> Document:
        """All attributes of a resource."""
        type_ = self.registry.find(resource["real_type"])
        return type_.show(self._context(stack, resource), resource["properties"])

    # -- changing ---------------------------------------------------------------------------

    def create(
        self, project_id: str, user_id: str, trust_id: str, name: str, body: Document
    ) -> Document:
        """Check and begin a new stack."""
        with self.store.lock:
            self.refuse_existing(project_id, name)
            stack: Document = {
                "id": new_uuid(), "name": name, "project_id": project_id, "user_id": user_id,
                "trust_id": trust_id, "creation_time": now(), "updated_time": None,
                "deletion_time": None, "previous": None,
            }  # fmt: skip
            stack |= {field: body.get(field) for field in FIELDS}
            Plan(self.registry, stack)
            return self._begin(stack, "CREATE")

    def refuse_existing(self, project_id: str, name: str) -> None:
        """409 when a stack of this name exists."""
        if self.store.list("stack", project_id=project_id, name=name, deletion_time=None):
            raise ApiError(409, f"The Stack ({name}) already exists.", "StackExists")

    def update(self, stack: Document, body: Document) -> Document:
        """Check and begin a change; a change under way gives way to it."""
        with self.store.lock:
            stack = self.store.get("stack", stack["id"]) or stack
            if stack["action"] == "DELETE":
                raise ApiError(409, f"Stack {stack['name']} already has an action (DELETE) in "
                               "progress.", "ActionInProgress")  # fmt: skip
            wanted = dict(stack, **{field: body.get(field) for field in FIELDS})
            Plan(self.registry, wanted)
            wanted["previous"] = {field: stack[field] for field in FIELDS}
            wanted["updated_time"] = now()
            return self._begin(wanted, "UPDATE")

    def delete(self, stack: Document) -> None:
        """Begin to delete."""
        self._begin(stack, "DELETE")

    def _begin(self, stack: Document, action: str) -> Document:
        stack.update(
            action=action, status="IN_PROGRESS", traversal=new_id(),
            reason=f"Stack {action} started",
        )  # fmt: skip
        self.store.put("stack", stack)
        self.event(stack, None, "IN_PROGRESS", stack["reason"])
        self._work(stack)
        return stack

    def _work(self, stack: Document) -> None:
        threading.Thread(
            target=self._run, args=(stack["id"], stack["traversal"]),
            name=f"stack {stack['name']}", daemon=True,
        ).start()  # fmt: skip

    def resume(self) -> None:
        """After a start of the cloud: go on with what was under way."""
        for stack in self.store.list("stack", status="IN_PROGRESS", deletion_time=None):
            self._work(stack)

    def stop(self) -> None:
        """Let threads end at their next step; ``resume`` takes up their work."""
        self._stopping.set()

    # -- the work of one traversal ------------------------------------------------------------

    def _run(self, stack_id: str, traversal: str) -> None:
        with self.store.lock:
            lock = self._locks.setdefault(stack_id, threading.Lock())
        with lock:
            stack = self.store.get("stack", stack_id)
            if stack is None or stack["traversal"] != traversal:
                return
            try:
                self._converge(stack)
            except _Superseded:
                LOG.info("Stack %s has a newer change", stack["name"])
            except Exception as error:
                if not self._stopping.is_set():
                    LOG.exception("Stack %s failed", stack["name"])
                    self._end(stack, stack["action"], "FAILED", str(error))

    def _converge(self, stack: Document) -> None:
        action = stack["action"]
        failures = self._follow(stack, action)
        if not failures:
            self._end(stack, action, "COMPLETE", f"Stack {action} completed successfully")
            return
        reason = f"Resource {action} failed: {failures[0]}"
        if action == "DELETE" or stack["disable_rollback"] is not False or action == "ROLLBACK":
            self._end(stack, action, "FAILED", reason)
            return
        previous = stack["previous"]
        self._check(stack)
        stack.update(action="ROLLBACK", status="IN_PROGRESS", reason=reason)
        stack.update(previous or {"template": dict(stack["template"], resources={}, outputs={})})
        self.store.put("stack", stack)
        self.event(stack, None, "IN_PROGRESS", reason)
        failures = self._follow(stack, "ROLLBACK")
        self._end(
            stack, "ROLLBACK", "FAILED" if failures else "COMPLETE",
            failures[0] if failures else "Stack ROLLBACK completed successfully",
        )  # fmt: skip

    def _follow(self, stack: Document, action: str) -> list[str]:
        """Make resources what the template says; returns what failed."""
        if action == "DELETE":
            for row in self.store.list("resource", parent=stack["id"]):
                self.store.change("resource", row["id"], replaced=True)
            return self._sweep(stack)
        plan = Plan(self.registry, stack)
        failures: list[str] = []
        failed: set[str] = set()
        for name in plan.order:
            self._check(stack)
            if plan.requires[name] & failed:
                failed.add(name)
                continue
            try:
                self._make(stack, plan, name)
            except (ResourceFailure, ApiError, MachineError) as error:
                failed.add(name)
                failures.append(f"{type(error).__name__}: resources.{name}: {error}")
        if failures:
            return failures
        for name, row in self.resources(stack["id"]).items():
            if name not in plan.resources:
                self.store.change("resource", row["id"], replaced=True)
        return self._sweep(stack)

    def _make(self, stack: Document, plan: Plan, name: str) -> None:
        definition, type_ = plan.resources[name], plan.types[name]
        values = plan.values(name, *self._lookups(stack))
        row = self.resources(stack["id"]).get(name)
        common = {
            "requires": sorted(plan.requires[name]), "deletion_policy": definition.deletion_policy,
            "metadata": definition.metadata,
        }  # fmt: skip
        if row and (
            row["type"] != definition.type
            or row["real_type"] != type_.name
            or (row["status"] == "FAILED" and row["action"] == "CREATE")
            or (
                (row["action"] != "CREATE" or row["status"] == "COMPLETE")
                and type_.must_replace(row["properties"], values)
            )
        ):
            self.store.change("resource", row["id"], replaced=True)
            row = None
        if row is None or (row["action"], row["status"]) == ("CREATE", "IN_PROGRESS"):
            id = row["physical_id"] if row else new_uuid()
            row = (row or {}) | {
                "id": id, "physical_id": id, "name": name, "stack_id": stack["id"],
                "type": definition.type, "real_type": type_.name, "properties": values,
                "replaced": False, "creation_time": now(), **common,
            }  # fmt: skip
            self._perform(stack, row, "CREATE", lambda c: type_.create(c, values), type_, values)
        elif row["properties"] != values or row["status"] != "COMPLETE":
            old = row["properties"]
            row.update(properties=values, **common)
            self._perform(
                stack, row, "UPDATE", lambda c: type_.update(c, old, values), type_, values
            )
        else:
            self.store.change("resource", row["id"], **common)

    def _perform(
        self, stack: Document, row: Document, action: str, begin: Callable[[Context], None],
        type_: Any, values: Values,
    ) -> None:  # fmt: skip
        self._state(stack, row, action, "IN_PROGRESS", "state changed")
        context = self._context(stack, row)
        try:
            begin(context)
            while not type_.is_complete(context, values):
                self._check(stack)
                self._stopping.wait(POLL_SECONDS)
        except (ResourceFailure, ApiError, MachineError) as error:
            self._state(stack, row, action, "FAILED", f"{type(error).__name__}: {error}")
            raise
        self._state(stack, row, action, "COMPLETE", "state changed")

    def _sweep(self, stack: Document) -> list[str]:
        """Remove what was replaced or dropped, dependents first."""
        rows = [r for r in self.store.list("resource", parent=stack["id"]) if r["replaced"]]
        failures: list[str] = []
        while rows:
            needed = {name for row in rows for name in row["requires"] if name != row["name"]}
            ready = [row for row in rows if row["name"] not in needed] or rows[:1]
            for row in ready:
                rows.remove(row)
                self._check(stack)
                try:
                    self._remove(stack, row)
                except (ResourceFailure, ApiError) as error:
                    self._state(stack, row, "DELETE", "FAILED", str(error))
                    failures.append(f"{type(error).__name__}: resources.{row['name']}: {error}")
        return failures

    def _remove(self, stack: Document, row: Document) -> None:
        self._state(stack, row, "DELETE", "IN_PROGRESS", "state changed")
        if row["deletion_policy"] != "retain":
            type_ = self.registry.find(row["real_type"])
            type_.delete(self._context(stack, row), row["properties"])
        self._state(stack, row, "DELETE", "COMPLETE", "state changed")
        self.store.delete("resource", row["id"])

    def _context(self, stack: Document, row: Document) -> Context:
        return Context(
            self._backends, stack["project_id"], stack["user_id"], stack["name"], row["name"],
            row["physical_id"],
        )  # fmt: skip

    def _check(self, stack: Document) -> None:
        current = self.store.get("stack", stack["id"])
        if self._stopping.is_set() or not current or current["traversal"] != stack["traversal"]:
            raise _Superseded

    def _state(self, stack: Document, row: Document, action: str, status: str, reason: str) -> None:
        row.update(action=action, status=status, reason=reason, updated_time=now())
        self.store.put("resource", row, parent=stack["id"])
        self.event(stack, row, status, reason)

    def _end(self, stack: Document, action: str, status: str, reason: str) -> None:
        with self.store.lock:
            self._check(stack)
            stack.update(action=action, status=status, reason=reason)
            if action == "DELETE" and status == "COMPLETE":
                stack["deletion_time"] = now()
            self.store.put("stack", stack)
            self.event(stack, None, status, reason)
        if stack["deletion_time"]:
            self._drop_trust(stack["trust_id"])

    def event(self, stack: Document, row: Document | None, status: str, reason: str) -> None:
        """Record an event of the stack or of one resource."""
        self.store.put(
            "event",
            {
                "id": new_uuid(), "event_time": now(), "stack_id": stack["id"],
                "resource_name": row["name"] if row else stack["name"],
                "logical_resource_id": row["name"] if row else stack["name"],
                "physical_resource_id": row["physical_id"] if row else stack["id"],
                "resource_type": row["type"] if row else "OS::Heat::Stack",
                "resource_action": row["action"] if row else stack["action"],
                "resource_status": f"{row['action'] if row else stack['action']}_{status}",
                "resource_status_reason": reason,
            },
            parent=stack["id"],
        )  # fmt: skip

    def preview(self, stack: Document, body: Document) -> dict[str, Iterable[str]]:
        """What an update would do, by name: added, deleted, replaced, updated, unchanged."""
        wanted = dict(stack, **{field: body.get(field) for field in FIELDS})
        plan = Plan(self.registry, wanted)
        rows = self.resources(stack["id"])
        changes: dict[str, list[str]] = {
            "added": [n for n in plan.resources if n not in rows],
            "deleted": [n for n in rows if n not in plan.resources],
            "replaced": [], "updated": [], "unchanged": [],
        }  # fmt: skip
        for name in plan.order:
            if name not in rows:
                continue
            values = plan.values(name, *self._lookups(stack))
            old = rows[name]["properties"]
            if plan.resources[name].type != rows[name]["type"] or (
                values != old and plan.types[name].must_replace(old, values)
            ):
                changes["replaced"].append(name)
            else:
                changes["unchanged" if values == old else "updated"].append(name)
        return dict(changes)

    def signal(self, stack: Document, name: str, data: Document) -> None:
        """Deliver a signal to a resource."""
        row = self.resources(stack["id"]).get(name)
        if row is None:
            raise missing("Resource", name)
        if "SoftwareDeployment" not in row["type"] and "StructuredDeployment" not in row["type"]:
            raise invalid(f"Resource {name} does not take signals.", "ResourceActionNotSupported")
        self.store.put("signal", {"id": row["physical_id"], "data": data})
