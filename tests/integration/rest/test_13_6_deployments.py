"""Over PostgreSQL and MariaDB: checks 100 to 102 and 124 to 145, of deployments and actions."""

from tests.conformance.rest.test_13_6_deployments import *  # noqa: F403
