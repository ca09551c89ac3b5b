"""The conductor's HTTP face: what is answered to good, malformed, huge and untimely requests."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from webob import Request

from catalog_api.conductor.face import MAX_NESTING
from catalog_api.db import models
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from tests.functional.conductor.asking import ENGINE, MOST, Asking, problem
from tests.functional.conductor.catalog import KEY, Catalog, clear

SECONDS = 30


@pytest.fixture(params=["sqlite"])
def database(request, databases):
    database = databases(request.param)
    yield database
    clear(database)


@pytest.fixture
def ask(catalog):
    return Asking(catalog)


# ---------------------------------------------------------------- the whole way


def test_the_whole_way_of_a_task(catalog, ask):
    assert ask("GET", "/healthcheck").json == {"status": "ok"}
    assert ask.claim().status_code == 204
    task_id = catalog.deploy()
    task = ask.claim().json
    path, held = f"/v1/tasks/{task_id}", {"claim": task["claim"]}
    assert (task["task_id"], task["attempt"]) == (task_id, 1)
    assert ask("POST", path + "/lease", held).json == {"lease_seconds": 20.0, "cancel": False}
    entry = {"sequence": 0, "key": "0:1", "kind": "result", "value": [1]}
    batch = {**held, "number": 1, "entries": [entry]}
    assert ask("POST", path + "/journal", batch).json == {"next_sequence": 1}
    batch = {**held, "number": 2, "reports": [{"text": "half way"}]}
    assert ask("POST", path + "/reports", batch).json == {"recorded": 1}
    instance = {"change": "track", "instance_id": "i", "instance_type": 200, "type_name": "t"}
    change = {**held, "number": 3, "instance": instance}
    assert ask("POST", path + "/instances", change).json == {"recorded": 1}
    assert ask("POST", path + "/release", held).status_code == 204
    problem(ask("POST", path + "/instances", {**change, "number": 4}), 409, "claim_lost")
    assert ask.told == [task_id]
    task = ask.claim().json
    assert [row["value"] for row in task["journal"]] == [[1]]
    result = {"outcome": "succeeded", "model": task["model"]}
    end = {"claim": task["claim"], "number": 1, "result": result}
    assert ask("POST", path + "/result", end).json == {"outcome": "succeeded"}
    assert ask("POST", path + "/result", end).json == {"outcome": "succeeded"}
    assert catalog.status(task_id) == "ready"


def test_guests_and_archives(catalog, ask):
    problem(ask("GET", "/v1/guests/g"), 404, "not_found")
    body = {"environment_id": "e", "record": {"key": "k"}}
    assert ask("PUT", "/v1/guests/g%20%C3%BC", body).json == body
    assert ask("GET", "/v1/guests/g%20%C3%BC").json == body
    problem(ask("GET", "/v1/archives/" + "a" * 64), 404, "not_found")


def test_a_wake_up_is_told_on(ask):
    assert ask("POST", "/v1/wake", {"task_id": "t"}).status_code == 204
    assert ask.told == ["t"]


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"), ("POST", "/v1/tasks/a/b"), ("POST", "/v1/tasks//lease"),
        ("POST", "/v1/tasks/%2e%2e%2f/lease"), ("GET", "/v1/archives/x"),
        ("GET", "/v1/guests/a%00b"), ("GET", "/v1/guests/" + "g" * 256),
        ("POST", "/v1/tasks/" + "t" * 65 + "/lease"),
    ],
)  # fmt: skip
def test_unknown_paths(ask, method, path):
    problem(ask(method, path, {} if method == "POST" else None), 404, "not_found")


def test_a_path_that_is_no_text(ask):
    problem(ask("GET", "/v1/guests/%ff%fe"), 400, "malformed")


def test_a_method_that_a_path_does_not_take(ask):
    answer = ask("DELETE", "/v1/guests/g")
    problem(answer, 405, "method")
    assert answer.headers["Allow"] == "GET, PUT"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"null", b'"text"', b"{}", b"\xff\xfe", b'{"engine": {}}',
        b'{"engine": 1, "wait": NaN}', b'{"wait": Infinity}', b"[" * 200_00, b'{"a":' * 9_000,
        b'{"engine": ' + b"9" * 10_000 + b"}", b"{} {}", "{\ud800}".encode("utf-8", "replace"),
    ],
    ids=lambda raw: repr(raw[:20]),
)  # fmt: skip
def test_a_malformed_body(ask, raw):
    assert problem(ask("POST", "/v1/claims", raw=raw), 400, "malformed")


@pytest.mark.parametrize(
    "given",
    [
        {"wait": 21}, {"wait": -1}, {"wait": "1"}, {"wait": True}, {"kinds": []},
        {"kinds": ["other"]}, {"kinds": "call"}, {"engine": {**ENGINE, "name": ""}},
        {"engine": {**ENGINE, "name": "a\nb"}}, {"engine": {**ENGINE, "python_version": "3"}},
        {"engine": {**ENGINE, "language_revision": 2**31}}, {"engine": None},
    ],
)  # fmt: skip
def test_a_claim_with_wrong_members(ask, given):
    assert problem(ask.claim(**given), 400, "malformed")


@pytest.mark.parametrize(
    "given",
    [
        {"change": "destroy"}, {"change": None}, {"instance_id": ""}, {"instance_id": "i" * 256},
        {"instance_id": 5}, {"instance_type": "server"}, {"instance_type": -1},
        {"instance_type": 2**31}, {"instance_type": True}, {"type_name": ""},
        {"type_name": "n" * 513}, {"type_title": "t" * 513}, {"type_title": ["t"]},
        {"unit_count": -1}, {"unit_count": 2**31}, {"unit_count": 1.5},
    ],
)  # fmt: skip
def test_an_instance_with_wrong_members(catalog, ask, given):
    task_id = catalog.deploy()
    claim = ask.claim().json["claim"]
    instance = {"change": "track", "instance_id": "i", "instance_type": 200, "type_name": "t"}
    body = {"claim": claim, "number": 1, "instance": {**instance, **given}}
    problem(ask("POST", f"/v1/tasks/{task_id}/instances", body), 400, "malformed")
    assert catalog.rows(models.InstanceStatistics) == []


def test_numbers_that_are_none_are_not_recorded(catalog, ask):
    task_id = catalog.deploy()
    claim = ask.claim().json["claim"]
    raw = f'{{"claim": "{claim}", "number": 1, "entries": [{{"sequence": 0, "key": "k",'
    raw += ' "kind": "result", "value": NaN}]}'
    problem(ask("POST", f"/v1/tasks/{task_id}/journal", raw=raw.encode()), 400, "malformed")


@pytest.mark.parametrize("depth", [MAX_NESTING - 5, MAX_NESTING + 1])
def test_nesting_is_bounded_and_what_is_taken_can_be_read(catalog, ask, depth):
    task_id = catalog.deploy()
    claim = ask.claim().json["claim"]
    value = 1
    for _ in range(depth):
        value = [value]
    entry = {"sequence": 0, "key": "k", "kind": "result", "value": value}
    answer = ask(
        "POST", f"/v1/tasks/{task_id}/journal", {"claim": claim, "number": 1, "entries": [entry]}
    )
    if depth > MAX_NESTING:
        assert "nested deeper" in problem(answer, 400, "malformed")
        return
    assert answer.json == {"next_sequence": 1}
    ask("POST", f"/v1/tasks/{task_id}/release", {"claim": claim})
    assert ask.claim().json["journal"][0]["value"] == value


def test_a_huge_body(ask):
    assert str(MOST) in problem(ask("POST", "/v1/claims", raw=b" " * (MOST + 1)), 413, "too_large")


def test_a_body_of_unknown_length(ask):
    request = Request.blank("/v1/claims", method="POST", environ={"wsgi.input": None})
    request.environ.pop("CONTENT_LENGTH", None)
    problem(request.get_response(ask.face), 400, "malformed")


def test_stale_claims_and_gaps_have_their_codes(catalog, ask):
    task_id = catalog.deploy()
    claim = ask.claim().json["claim"]
    path = f"/v1/tasks/{task_id}"
    problem(ask("POST", path + "/lease", {"claim": "another"}), 409, "claim_lost")
    problem(ask("POST", "/v1/tasks/none/lease", {"claim": "c"}), 404, "not_found")
    entry = {"sequence": 3, "key": "k", "kind": "wait"}
    batch = {"claim": claim, "number": 1, "entries": [entry]}
    problem(ask("POST", path + "/journal", batch), 409, "journal_order")
    entries = [{"sequence": number, "key": "k", "kind": "wait"} for number in range(51)]
    batch = {"claim": claim, "number": 1, "entries": entries}
    problem(ask("POST", path + "/journal", batch), 413, "journal_full")
    failed = {"outcome": "failed", "result": {"isException": True}}
    ask("POST", path + "/result", {"claim": claim, "number": 2, "result": failed})
    problem(ask("POST", path + "/lease", {"claim": claim}), 409, "task_ended")


@pytest.mark.parametrize(
    "result",
    [
        {"outcome": "lost"}, {"outcome": "failed"}, {"outcome": "succeeded", "model": {}},
        {"outcome": "succeeded", "result": {"isException": True}}, {"outcome": "succeeded",
         "packages": [{"name": "a", "version": "1", "digest": "x"}]}, None, [],
    ],
)  # fmt: skip
def test_results_that_contradict_themselves(catalog, ask, result):
    task_id = catalog.deploy()
    claim = ask.claim().json["claim"]
    body = {"claim": claim, "number": 1, "result": result}
    problem(ask("POST", f"/v1/tasks/{task_id}/result", body), 400, "malformed")
    assert catalog.head(task_id).state == "running"


def test_a_database_that_is_away(tmp_path):
    away = Database(f"sqlite:///{tmp_path}/none/burano.sqlite", Cipher([KEY]))
    ask = Asking(Catalog(away))
    for answer in (ask("GET", "/healthcheck"), ask.claim(), ask.claim(wait=1)):
        problem(answer, 503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
    away.close()


def test_a_fault_of_ours_says_nothing_of_its_inside(ask, monkeypatch, caplog):
    def fail(_self):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("catalog_api.conductor.recorder.Recorder.check", fail)
    assert "secret" not in problem(ask("GET", "/healthcheck"), 500, "internal")
    assert "secret detail" in caplog.text


# ---------------------------------------------------------------- waiting


def waiting(ask, count=1):
    """Claims that wait, as soon as they do."""
    pool = ThreadPoolExecutor(count)
    found = [pool.submit(ask.claim, wait=20) for _ in range(count)]
    for _ in range(SECONDS * 100):
        if ask.face._waiting._value == 2 - count:
            return pool, found
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")


def test_a_waiting_claim_gets_the_task_that_it_is_woken_for(catalog, ask):
    pool, (claim,) = waiting(ask)
    task_id = catalog.deploy()
    ask("POST", "/v1/wake", {"task_id": task_id})
    assert claim.result(SECONDS).json["task_id"] == task_id
    pool.shutdown()


def test_a_waiting_claim_finds_the_task_that_nobody_told_of(catalog, ask):
    pool, (claim,) = waiting(ask)
    task_id = catalog.deploy()
    assert claim.result(SECONDS).json["task_id"] == task_id
    pool.shutdown()


def test_waiting_claims_end_with_the_process(ask):
    pool, claims = waiting(ask, 2)
    ask.wakeups.close()
    assert [claim.result(SECONDS).status_code for claim in claims] == [204, 204]
    assert ask.claim(wait=20).status_code == 204
    pool.shutdown()


def test_too_many_waiting_claims_are_refused_but_served(catalog, ask):
    pool, _claims = waiting(ask, 2)
    assert "threads" in problem(ask.claim(wait=20), 503, "unavailable")
    assert ask.claim().status_code == 204
    ask.wakeups.close()
    pool.shutdown()


def test_no_task_is_given_to_an_engine_that_is_gone(catalog, ask):
    task_id = catalog.deploy()
    ask.environ = {"waitress.client_disconnected": lambda: True}
    assert ask.claim(wait=20).status_code == 204
    assert catalog.head(task_id).attempt == 0


def test_a_task_is_taken_back_from_an_engine_that_went_meanwhile(catalog, ask):
    task_id = catalog.deploy()
    answers = iter([False, True, True, True])
    ask.environ = {"waitress.client_disconnected": lambda: next(answers)}
    assert ask.claim().status_code == 204
    row = catalog.head(task_id)
    assert (row.state, row.attempts_without_result) == ("queued", 0)
