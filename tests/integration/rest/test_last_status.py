"""Over PostgreSQL and MariaDB: The newest report about each component (section 4.1.6)."""

from tests.conformance.rest.test_last_status import *  # noqa: F403
