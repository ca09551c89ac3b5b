"""Statistics of instances and of requests."""

from __future__ import annotations

from typing import Final

from catalog_api.schemas.operations import Operation, Table
from catalog_api.schemas.values import (
    BOOLEAN,
    COUNT,
    COUNT_OR_NULL,
    MOMENT,
    NUMBER,
    TEXT,
    TEXT_OR_NULL,
    Named,
    listed,
    members,
)

INSTANCE: Final = Named("InstanceStatistics", members({
    "type": {"type": "integer"}, "duration": COUNT, "type_name": TEXT,
    "unit_count": COUNT_OR_NULL, "instance_id": TEXT, "type_title": TEXT_OR_NULL,
    "active": BOOLEAN,
}))  # fmt: skip
SUM: Final = Named("InstanceStatisticsOfType", members(
    {"type": {"type": "integer"}, "duration": COUNT, "count": COUNT}
))  # fmt: skip
REQUESTS: Final = Named("RequestStatistics", members({
    "id": {"type": "integer"}, "host": TEXT, "request_count": COUNT, "error_count": COUNT,
    "average_response_time": NUMBER, "requests_per_tenant": TEXT, "requests_per_second": NUMBER,
    "errors_per_second": NUMBER, "cpu_count": COUNT, "cpu_percent": NUMBER, "created": MOMENT,
    "updated": MOMENT,
}))  # fmt: skip
_ROOT: Final = "/environments/{id}/instance-statistics"
OPERATIONS: Final[Table] = {
    ("GET", _ROOT + "/raw"): Operation(
        "statistics", "List the instances of an environment", listed(INSTANCE)
    ),
    ("GET", _ROOT + "/raw/{id}"): Operation(
        "statistics", "List one instance of an environment", listed(INSTANCE)
    ),
    ("GET", _ROOT + "/aggregated"): Operation(
        "statistics", "Sum up the instances of an environment by type", listed(SUM)
    ),
    ("GET", "/stats"): Operation(
        "statistics", "List what the hosts of the API answered", listed(REQUESTS)
    ),
}  # fmt: skip
