"""Components of environments."""

from __future__ import annotations

from typing import Any, Final

from catalog_api.schemas.operations import Body, Operation, Table
from catalog_api.schemas.values import ANY, ERROR, OBJECT, Named, listed, members

_HEADER: Final = "A component must be an object with a header '?'"


def _filled(key: str) -> dict[str, Any]:
    return {
        "type": "string", "minLength": 1,
        ERROR: f"The header of a component needs a text under {key!r}",
    }  # fmt: skip


COMPONENT: Final = Named("Component", members(
    {"?": members({"id": _filled("id"), "type": _filled("type")}, additionalProperties=True,
                  **{ERROR: _HEADER})},
    additionalProperties=True, description="The properties of the object, and its header.",
    **{ERROR: _HEADER},
))  # fmt: skip
COMPONENTS: Final = listed(COMPONENT, minItems=1)
SHOWN_COMPONENT: Final = OBJECT
"""What a session holds was checked, but for what patches put there."""

_ROOT: Final = "/environments/{id}/services"
_REPLACEMENT: Final = Body(ANY, required=False)
OPERATIONS: Final[Table] = {
    ("GET", _ROOT): Operation("components", "List components", in_session=True),
    ("GET", _ROOT + "/{path}"): Operation(
        "components", "Read a part of the components", in_session=True
    ),
    ("POST", _ROOT): Operation(
        "components", "Add components", {"anyOf": [COMPONENT, COMPONENTS]},
        body=Body({"anyOf": [COMPONENT, COMPONENTS]}), in_session=True,
    ),
    ("POST", _ROOT + "/{path}"): Operation(
        "components", "Add components", body=Body(ANY), in_session=True
    ),
    ("PUT", _ROOT): Operation(
        "components", "Replace all components", body=_REPLACEMENT, in_session=True
    ),
    ("PUT", _ROOT + "/{path}"): Operation(
        "components", "Replace a part of the components", body=_REPLACEMENT, in_session=True
    ),
    ("DELETE", _ROOT): Operation(
        "components", "Remove all components", None, in_session=True
    ),
    ("DELETE", _ROOT + "/{path}"): Operation(
        "components", "Remove a part of the components", None, in_session=True
    ),
}  # fmt: skip
