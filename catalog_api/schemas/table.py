"""All operations of the API in one table."""

from __future__ import annotations

from typing import Final

from catalog_api.schemas import (
    classes,
    components,
    deployments,
    environments,
    packages,
    statistics,
    templates,
)
from catalog_api.schemas.operations import Table

OPERATIONS: Final[Table] = {
    **environments.OPERATIONS, **components.OPERATIONS, **deployments.OPERATIONS,
    **statistics.OPERATIONS, **classes.OPERATIONS, **templates.OPERATIONS, **packages.OPERATIONS,
}  # fmt: skip
