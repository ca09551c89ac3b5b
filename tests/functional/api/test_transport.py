"""Versions, errors, bodies, tokens."""

from datetime import timedelta

import pytest
import webtest
from oslo_middleware.healthcheck.opts import DISABLE_BY_FILE_OPTS, HEALTHCHECK_OPTS

from catalog_api import app as api
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_api.services import presence
from catalog_api.services.trusts import Trusts
from tests.functional.api.conftest import KEY, Woken


def test_versions_need_no_token(application):
    answer = webtest.TestApp(application).get("/", status=300)
    (version,) = answer.json["versions"]
    assert version["id"] == "v1.0"
    assert version["links"][0]["href"].endswith("/v1/")


def test_health_needs_no_token(application):
    answer = webtest.TestApp(application).get("/healthcheck")
    assert (answer.content_type, answer.text) == ("text/plain", "OK\nOK")
    plain = webtest.TestApp(application).get("/healthcheck", headers={"Accept": "application/json"})
    assert plain.json == {"detailed": False, "reasons": ["OK", "OK"]}


def test_an_api_without_its_database_is_not_healthy(conf, tmp_path):
    away = Database(f"sqlite:///{tmp_path}/none/secret.sqlite", Cipher([KEY]))
    application = api.make(conf, away, Trusts(conf), Woken())
    answer = webtest.TestApp(application).get("/healthcheck", status=503)
    assert answer.text == "the database does not answer\nOK"
    away.close()


@pytest.mark.parametrize(
    ("told", "status", "said"),
    [
        ([], 200, "no conductor is up"),
        ([None], 200, "no broker is configured"),
        ([True, False], 200, "1 of 2 conductors reach the broker"),
        ([None, True], 200, "1 of 1 conductors reach the broker"),
        ([False, None, False], 503, "no conductor reaches the broker"),
    ],
)
def test_conductors_tell_of_the_broker(conf, database, told, status, said):
    conf.register_opts(HEALTHCHECK_OPTS, group="healthcheck")
    conf.set_override("detailed", True, group="healthcheck")
    for number, broker in enumerate(told):
        tell(database, f"c{number}", broker)
    client = webtest.TestApp(api.make(conf, database, Trusts(conf), Woken()))
    answer = client.get("/healthcheck", headers={"Accept": "application/json"}, status=status)
    assert said in answer.text


def test_conductors_that_are_gone_tell_nothing(application, database):
    client = webtest.TestApp(application)
    tell(database, "c1", False)
    client.get("/healthcheck", status=503)
    tell(database, "c1", False, timedelta(minutes=1))
    client.get("/healthcheck", status=200)
    tell(database, "c2", False)
    tell(database, "c1", True)
    client.get("/healthcheck", status=200)


def tell(database, conductor, broker, ago=timedelta()):
    database.transact(
        lambda session: presence.seen(session, conductor, "h", broker, database.now(session) - ago)
    )


def test_an_operator_takes_an_api_out_of_service(conf, database, tmp_path):
    conf.register_opts([*HEALTHCHECK_OPTS, *DISABLE_BY_FILE_OPTS], group="healthcheck")
    conf.set_override("backends", ["burano_database", "disable_by_file"], group="healthcheck")
    conf.set_override("disable_by_file_path", str(tmp_path / "drained"), group="healthcheck")
    client = webtest.TestApp(api.make(conf, database, Trusts(conf), Woken()))
    client.get("/healthcheck", status=200)
    (tmp_path / "drained").touch()
    client.get("/healthcheck", status=503)


def test_without_a_token(application):
    webtest.TestApp(application).get("/v1/environments", status=401)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b'{"name": "\xff"}', "application/json", 400),
        (b'{"name": "a\\u0000"}', "application/json", 400),
        (b'{"name": "a\\ud800"}', "application/json", 400),
        (b'{"name": 5}', "application/json", 400),
        (b'{"name": " "}', "application/json", 400),
        (b'{"name": "x"}', "text/plain", 415),
        (b"<x/>", "application/xml", 415),
    ],
)
def test_malformed_bodies(demo, body, content_type, status):
    answer = demo.post("/v1/environments", body, content_type=content_type, status=status)
    error = answer.json["error"]
    assert error["code"] == status
    assert error["message"]
    assert error["request_id"].startswith("req-")


def test_too_large_bodies_are_refused_before_they_are_read(demo):
    answer = demo.post(
        "/v1/environments", b"{}", headers={"Content-Length": str(1 << 40)}, status=413
    )
    assert answer.json["error"]["code"] == 413


def test_unknown_routes_and_methods(demo):
    assert demo.get("/v1/nothing", status=404).json["error"]["code"] == 404
    assert demo.get("/v1/environments/", status=404).json["error"]["code"] == 404
    assert demo.patch("/v1/environments", status=405).json["error"]["code"] == 405


def test_not_acceptable(demo):
    demo.get("/v1/environments", headers={"Accept": "text/plain"}, status=406)


def test_the_page_may_read_answers(application):
    answer = webtest.TestApp(application).options(
        "/v1/environments",
        headers={"Origin": "http://page", "Access-Control-Request-Method": "GET"},
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "http://page"
