"""Over PostgreSQL and MariaDB: checks 1 to 18: transport and common rules."""

from tests.conformance.rest.test_13_1_transport import *  # noqa: F403
