"""The API over SQLite; the same checks run over other databases among the integration tests."""

from tests.functional.api.conftest import (  # noqa: F401
    application,
    client,
    cloud,
    conf,
    database,
    demo,
    engine,
    package,
    tokens,
    woken,
)
