"""The port ``stacks`` over python-heatclient: read, apply and delete a stack by name."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from heatclient import exc
from heatclient.client import Client
from keystoneauth1 import exceptions as keystone
from keystoneauth1.session import Session

from catalog_engine.clouds.errors import CloudError
from catalog_engine.clouds.waiting import Patience, retry

OPERATION_TAG = "burano-operation-"
CONFLICT_PAUSE = 3.0
CONFLICT_LIMIT = 40
FIRST_POLL, LAST_POLL = 0.1, 2.0
HOT_VERSION = "2013-05-23"


def operation_tag(operation_id: str) -> str:
    """The stack tag by which a later attempt recognises an effect as its own."""
    return OPERATION_TAG + operation_id[:48]


class HeatStacks:
    """Stacks of one project, seen through one session.

    Errors cross as CloudError: ``StackError`` with Heat's reason, or CallStopped. Heat cannot be
    fenced; what is promised is that the stack follows the newest template.
    """

    def __init__(self, session: Session, interface: str = "public") -> None:
        self._session, self._interface = session, interface

    def _client(self, region: str | None) -> Any:
        return Client(
            "1", session=self._session, region_name=region or None, interface=self._interface
        )

    def read(
        self, name: str, region: str | None, *, operation_id: str = "",
        cancelled: threading.Event, deadline: float | None = None,
    ) -> dict[str, Any] | None:  # fmt: skip
        """Status, reason, template, parameters and outputs of a stack; None when there is none."""
        patience = Patience(cancelled, deadline)
        client = self._client(region)
        try:
            stack = self._get(client, name, patience)
            if stack is None:
                return None
            template = retry(lambda: client.stacks.template(stack.id), patience)
        except exc.HTTPNotFound:
            return None
        except (exc.BaseException, keystone.ClientException) as error:
            raise _translated(name, error) from error
        parameters = {
            key: value
            for key, value in (getattr(stack, "parameters", None) or {}).items()
            if not key.startswith("OS::")
        }
        return {
            "status": stack.stack_status, "reason": stack.stack_status_reason,
            "template": template, "parameters": parameters, "outputs": _outputs(stack),
        }  # fmt: skip

    def apply(
        self, name: str, region: str | None, template: Mapping[str, Any],
        parameters: Mapping[str, Any], files: Mapping[str, str],
        environment: Mapping[str, Any] | str, tags: Iterable[str], description: str | None = None,
        *, operation_id: str, cancelled: threading.Event, deadline: float | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Create or update the stack, wait until it is complete, return status and outputs.

        A stack that already carries this operation's tag is only waited for. A template without
        a key ``resources`` deletes the stack.
        """
        if "resources" not in template:
            self.delete(name, region, operation_id=operation_id, cancelled=cancelled,
                        deadline=deadline)  # fmt: skip
            return {"status": "NOT_FOUND", "outputs": {}}
        whole = {"heat_template_version": HOT_VERSION, **template}
        if description and not whole.get("description"):
            whole["description"] = description
        fields = {
            "template": whole, "parameters": dict(parameters or {}), "files": dict(files or {}),
            "environment": environment or {}, "disable_rollback": True,
            "tags": ",".join([*tags, operation_tag(operation_id)]),
        }  # fmt: skip
        patience = Patience(cancelled, deadline)
        client = self._client(region)
        try:
            stack = self._submit(client, name, fields, operation_tag(operation_id), patience)
            stack = self._settled(client, stack, patience)
        except (exc.BaseException, keystone.ClientException) as error:
            raise _translated(name, error) from error
        if stack is None:
            raise CloudError("StackError", f"Stack {name} was deleted while it was applied",
                             {"stack": name, "status": "NOT_FOUND"})  # fmt: skip
        if not stack.stack_status.endswith("_COMPLETE"):
            raise _unexpected(name, stack)
        return {"status": stack.stack_status, "outputs": _outputs(stack)}

    def delete(
        self, name: str, region: str | None, *, operation_id: str = "",
        cancelled: threading.Event, deadline: float | None = None,
    ) -> None:  # fmt: skip
        """Delete the stack and wait until it is gone; nothing to do when there is none."""
        patience = Patience(cancelled, deadline)
        client = self._client(region)
        try:
            stack = self._get(client, name, patience)
            if stack is None:
                return
            if stack.stack_status != "DELETE_IN_PROGRESS":
                self._insist(lambda: client.stacks.delete(stack.id), name, patience)
            gone = self._settled(client, stack, patience, after="DELETE")
        except exc.HTTPNotFound:
            return
        except (exc.BaseException, keystone.ClientException) as error:
            raise _translated(name, error) from error
        if gone is not None and gone.stack_status != "DELETE_COMPLETE":
            raise _unexpected(name, gone)

    # -- steps --------------------------------------------------------------------------------

    @staticmethod
    def _get(client: Any, identity: str, patience: Patience) -> Any:
        try:
            return retry(lambda: client.stacks.get(identity), patience)
        except exc.HTTPNotFound:
            return None

    def _submit(
        self, client: Any, name: str, fields: dict[str, Any], tag: str, patience: Patience
    ) -> Any:
        """The stack once Heat has taken this operation."""
        for _ in range(CONFLICT_LIMIT):
            stack = self._get(client, name, patience)
            if stack is not None and tag in (getattr(stack, "tags", None) or []):
                return stack
            if stack is not None:
                stack = self._settled(client, stack, patience)
            patience.check()
            try:
                if stack is None or stack.stack_status == "DELETE_COMPLETE":
                    made = client.stacks.create(stack_name=name, **fields)
                    return self._get(client, made["stack"]["id"], patience)
                before = (stack.creation_time, stack.updated_time)
                update = functools.partial(client.stacks.update, f"{name}/{stack.id}", **fields)
                retry(update, patience)
                return self._taken(client, stack.id, tag, before, patience)
            except (exc.HTTPConflict, exc.HTTPNotFound):
                patience.pause(CONFLICT_PAUSE)
            except (exc.BaseException, keystone.ClientException) as error:
                # The answer to a create may be lost although Heat took it: look for the tag.
                if isinstance(error, exc.HTTPException) and error.code < 500:
                    raise
                patience.pause(CONFLICT_PAUSE)
                stack = self._get(client, name, patience)
                if stack is None or tag not in (getattr(stack, "tags", None) or []):
                    raise
        raise CloudError(
            "StackError",
            f"Stack {name} stayed in conflict with another change; deploy again when it is idle",
            {"stack": name, "status": "CONFLICT"},
        )

    def _taken(
        self, client: Any, id: str, tag: str, before: tuple[Any, Any], patience: Patience
    ) -> Any:
        """Wait until polls show the update and no longer the state before it."""
        pause = FIRST_POLL
        while True:
            stack = self._get(client, id, patience)
            if stack is None or tag in (getattr(stack, "tags", None) or []):
                return stack
            if (stack.creation_time, stack.updated_time) != before:
                return stack
            patience.pause(pause)
            pause = min(pause * 1.5, LAST_POLL)

    def _settled(
        self, client: Any, stack: Any, patience: Patience, after: str | None = None
    ) -> Any:
        """The stack when nothing is in progress; None when it is gone."""
        pause = FIRST_POLL
        while stack is not None:
            status = stack.stack_status
            waiting = status.endswith("_IN_PROGRESS") or (
                after is not None and not status.startswith(after)
            )
            if not waiting:
                return None if status == "DELETE_COMPLETE" else stack
            patience.pause(pause)
            pause = min(pause * 1.5, LAST_POLL)
            stack = self._get(client, stack.id, patience)
        return None

    @staticmethod
    def _insist(call: Any, name: str, patience: Patience) -> None:
        for _ in range(CONFLICT_LIMIT):
            try:
                retry(call, patience)
                return
            except exc.HTTPConflict:
                patience.pause(CONFLICT_PAUSE)
        raise CloudError("StackError", f"Stack {name} stayed in conflict with another change",
                         {"stack": name, "status": "CONFLICT"})  # fmt: skip


def _outputs(stack: Any) -> dict[str, Any]:
    rows = getattr(stack, "outputs", None) or []
    return {row["output_key"]: row.get("output_value") for row in rows}


def _unexpected(name: str, stack: Any) -> CloudError:
    return CloudError(
        "StackError",
        f"Unexpected stack state {stack.stack_status}: {stack.stack_status_reason}",
        {"stack": name, "status": stack.stack_status, "reason": stack.stack_status_reason},
    )


def _translated(name: str, error: Exception) -> CloudError:
    status = getattr(error, "code", None) or getattr(error, "http_status", None)
    return CloudError("StackError", f"Stack {name}: {error}",
                      {"stack": name, "http_status": status, "reason": str(error)})  # fmt: skip
