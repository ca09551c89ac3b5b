"""Over PostgreSQL and MariaDB: checks 63 to 82: the model of an environment, read and patched."""

from tests.conformance.rest.test_13_3_model import *  # noqa: F403
