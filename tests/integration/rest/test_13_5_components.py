"""Over PostgreSQL and MariaDB: checks 83 to 99 and 103 to 123: sessions and components."""

from tests.conformance.rest.test_13_5_components import *  # noqa: F403
