"""Rules of statistics."""

from catalog_api.policies.base import ADMIN, DEFAULT, rule

_INSTANCES = "GET /environments/{id}/instance-statistics"

RULES = [
    rule(
        "get_statistics", DEFAULT, "List the instances of an environment.", f"{_INSTANCES}/raw"
    ),
    rule(
        "get_instance_statistics", DEFAULT, "Show an instance of an environment.",
        f"{_INSTANCES}/raw/{{id}}",
    ),
    rule(
        "get_aggregated_statistics", DEFAULT, "Sum up the instances of an environment.",
        f"{_INSTANCES}/aggregated",
    ),
    rule(
        "get_request_statistics", ADMIN,
        "Read what the API's hosts answered, with the number of requests of every project.",
        "GET /stats",
    ),
]  # fmt: skip
