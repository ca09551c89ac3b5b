"""An empty database of each kind."""

import contextlib

import pytest

from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from tests import services

KEY = "ZmVybmV0LWtleS1mb3ItdGVzdHMtMzItYnl0ZXMhISE="


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database(request, tmp_path):
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/catalog.db"
        else:
            url = stack.enter_context(getattr(services, request.param)(services.unique_name()))
        database = Database(url, Cipher([KEY]))
        stack.callback(database.close)
        yield database
