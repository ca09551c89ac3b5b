"""Over PostgreSQL and MariaDB: uploads that are none."""

from tests.functional.api.test_hostile_uploads import *  # noqa: F403
