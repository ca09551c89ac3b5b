"""Lists, over PostgreSQL and MariaDB."""

from tests.functional.api.test_lists import (  # noqa: F401
    TestLetters,
    TestPages,
    TestStatuses,
    statements,
    test_the_statements_do_not_grow_with_the_rows,
)
