"""The part of the port ``cloud`` that Mistral answers."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Mapping
from typing import Any, Final

from catalog_engine.clouds.asking import Asker, Row
from catalog_engine.clouds.errors import CloudError
from catalog_engine.clouds.waiting import Patience

_SERVICE: Final = "workflowv2"
_EXECUTIONS: Final = uuid.UUID("2f0a7c1e-53a4-4b6c-9a0e-5d0c1d6f9b52")
"""Name space of the executions' ids, which are made of the ids of operations."""


class Workflows(Asker):
    """Workflows and their executions."""

    def upload_workflows(
        self, region: str | None, definition: str, *, cancelled: threading.Event,
        operation_id: str = "", deadline: float | None = None,
    ) -> list[Row]:  # fmt: skip
        """Create the workflows of a definition, or bring those that are there up to it."""
        patience = Patience(cancelled, deadline)
        for method in ("PUT", "POST"):
            found = self._ask(
                _SERVICE, region, "/workflows", patience, method=method,
                data=definition.encode(), headers={"Content-Type": "text/plain"},
            )  # fmt: skip
            if found is not None:
                return list(found.get("workflows", []))
        raise CloudError("CloudError", "The workflow service takes no workflows",
                         {"service": _SERVICE})  # fmt: skip

    def start_workflow(
        self, region: str | None, name: str, inputs: Mapping[str, Any],
        params: Mapping[str, Any], *, operation_id: str, cancelled: threading.Event,
        deadline: float | None = None,
    ) -> Row:  # fmt: skip
        """Start an execution; asked again under the same operation, the same one answers."""
        body = {
            "id": str(uuid.uuid5(_EXECUTIONS, operation_id)), "workflow_name": name,
            "input": json.dumps(inputs), "params": json.dumps(params),
        }  # fmt: skip
        found = self._ask(
            _SERVICE, region, "/executions", Patience(cancelled, deadline), method="POST", json=body
        )
        if found is None:
            raise CloudError("CloudError", f"There is no workflow {name}", {"service": _SERVICE})
        return _execution(found)

    def workflow_execution(
        self, region: str | None, id: str, *, cancelled: threading.Event, operation_id: str = "",
        deadline: float | None = None,
    ) -> Row | None:  # fmt: skip
        """How an execution stands."""
        patience = Patience(cancelled, deadline)
        found = self._ask(_SERVICE, region, f"/executions/{id}", patience)
        return None if found is None else _execution(found)


def _execution(found: Row) -> Row:
    """``{id, state, output}``; the service sends the output as a text of JSON."""
    output = found.get("output")
    parsed = json.loads(output) if isinstance(output, str) and output else output
    return {"id": found["id"], "state": found.get("state"), "output": parsed}
