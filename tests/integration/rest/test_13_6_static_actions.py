"""Over PostgreSQL and MariaDB: checks 146 to 153: static actions, and schemas of classes."""

from tests.conformance.rest.test_13_6_static_actions import *  # noqa: F403
