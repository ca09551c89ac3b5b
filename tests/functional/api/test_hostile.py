"""Requests that nobody would send in earnest get a documented answer, and change nothing.

They run over PostgreSQL and MariaDB too, which take fewer texts than SQLite does.
"""

import io
import json

import pytest

from catalog_api.controllers import routes
from tests.functional.api.raw import ENVIRONMENTS, PACKAGES, Raw

COMPONENT = b'{"name": "x", "?": {"id": "a", "type": "b"}}'
NO_TEXT = {"NUL": "%00", "no UTF-8": "a%ff", "cut off": "%e2%82", "surrogate": "%ed%a0%80"}
STRANGE = {
    "long": "x" * 5000, "parent": "..", "encoded slash": "a%2Fb", "emoji": "%F0%9F%92%A9",
    "quotes": "'%22;--", "wildcard": "%25_%5C", "line end": "%0D%0A", "blank": "%20",
    "negative": "-1", "digits": "9" * 400, "no escape": "%zz", "other digits": "%D9%A3",
}  # fmt: skip
#: These ask an engine, so that they wait for one.
ASKING = ("/actions", "/schemas/{id}", "/schemas/{id}/{id}")
FILTERS = {
    "/v1/environments": ("tenant", "all_tenants"),
    "/v1/templates": ("is_public",),
    "/v1/catalog/categories": ("sort_keys", "sort_dir", "limit", "marker", "none"),
    "/v1/catalog/packages": (
        "id", "category", "tag", "class_name", "fqn", "name", "type", "search", "order_by",
        "sort_dir", "limit", "marker", "owned", "catalog", "none",
    ),
}  # fmt: skip


@pytest.fixture(params=[True, False], ids=["with its URI", "with its path"])
def send(request, application, tokens):
    """Requests through both kinds of servers."""
    return Raw(application, tokens("demo"), tells_uri=request.param)


@pytest.fixture
def made(demo):
    return demo.post_json(ENVIRONMENTS, {"name": "earnest"}).json["id"]


@pytest.fixture
def drafted(demo, made):
    """Path of an environment's components, and the headers of a draft with one component."""
    opened = demo.post(f"{ENVIRONMENTS}/{made}/configure").json["id"]
    path = f"{ENVIRONMENTS}/{made}/services"
    component = {"?": {"id": "a", "type": "t"}, "text": "t", "list": [1]}
    demo.post_json(path, component, headers={"X-Configuration-Session": opened})
    return path, {"HTTP_X_CONFIGURATION_SESSION": opened}


def paths(word, environment):
    """Method, path and body of each route: with the word for every value, and for the last."""
    for method, path, _handler in routes.TABLE:
        if path not in ASKING:
            body = COMPONENT if method in ("POST", "PUT", "PATCH") else b""
            for first in (word, environment):
                given = path.replace("{id}", first, 1).replace("{id}", word)
                yield method, "/v1" + given.replace("{path}", word), body


class TestIds:
    """Ids that are none."""

    @pytest.mark.parametrize("word", NO_TEXT.values(), ids=NO_TEXT)
    def test_no_text(self, send, made, word):
        for method, path, body in paths(word, made):
            if word in path:
                assert send(method, path, body=body).status_int == 400, path

    @pytest.mark.parametrize("word", STRANGE.values(), ids=STRANGE)
    def test_strange(self, send, made, word):
        for method, path, body in paths(word, made):
            answer = send(method, path, body=body)
            if made not in path and word in path and path != f"/v1/templates/{word}":
                assert answer.status_int in (400, 403, 404, 415), path

    def test_other_cases_and_blanks_are_other_ids(self, send, demo, package):
        upload = [("file", "p.zip", package())]
        found = demo.post(PACKAGES, upload_files=upload).json["id"]
        for strange in (f"%20{found}", f"{found}/", f"{found}%2F", f"{found}%0A"):
            assert send("GET", f"{PACKAGES}/{strange}").status_int == 404


class TestQueries:
    """Filters, and what is a filter at all."""

    @pytest.mark.parametrize("word", NO_TEXT.values(), ids=NO_TEXT)
    def test_no_text(self, send, word):
        for path, names in FILTERS.items():
            for name in names:
                assert send("GET", path, f"{name}={word}").status_int == 400
            assert send("GET", path, f"{word}=x").status_int == 400

    @pytest.mark.parametrize("word", STRANGE.values(), ids=STRANGE)
    def test_strange(self, send, word):
        for path, names in FILTERS.items():
            for name in names:
                send("GET", path, f"{name}={word}")
                send("GET", path, f"{name}=in:{word},%22{word}&{name}={word}")
            send("GET", path, f"{word}=x")

    @pytest.mark.parametrize(
        "limit", ["0", "-1", "1.5", "1e3", "0x10", "1_0", "%D9%A3", "9" * 5000, "", "%20 1"]
    )
    @pytest.mark.parametrize("path", ["/v1/catalog/packages", "/v1/catalog/categories"])
    def test_limits_that_are_none(self, send, path, limit):
        assert send("GET", path, f"limit={limit}").status_int == 400

    @pytest.mark.parametrize("marker", ["none", "9" * 5000, "", "'", "%25"])
    @pytest.mark.parametrize("path", ["/v1/catalog/packages", "/v1/catalog/categories"])
    def test_markers_that_are_none(self, send, path, marker):
        assert send("GET", path, f"marker={marker}").status_int == 404

    @pytest.mark.parametrize("word", ["%25", "_", "%5C", "/", "%25%25", "a%25p", "a_p", "%5C%25"])
    def test_wildcards_stand_for_themselves(self, send, demo, package, word):
        demo.post(PACKAGES, upload_files=[("file", "p.zip", package())])
        for name in ("search", "name", "fqn", "tag", "category", "class_name", "type", "id"):
            rows = send("GET", PACKAGES, f"{name}={word}").json["packages"]
            assert rows == [], name

    def test_a_wildcard_finds_itself(self, send, demo, package):
        made = demo.post(PACKAGES, upload_files=[("file", "p.zip", package())]).json["id"]
        for name in (r"100%", r"a_b", r"back\slash", "sl/ash"):
            change = [{"op": "replace", "path": "/name", "value": name}]
            kind = "application/murano-packages-json-patch"
            demo.patch(f"{PACKAGES}/{made}", json.dumps(change), content_type=kind)
            word = name.strip("0123456789ab").replace("%", "%25")
            assert len(send("GET", PACKAGES, f"search={word}").json["packages"]) == 1, name

    @pytest.mark.parametrize("name", ["search", "id", "tag", "category", "order_by"])
    def test_thousands_of_values(self, send, name):
        """They are refused, or are one more statement; the database's limits are not met."""
        many = ",".join(f"a{number}" for number in range(12_000))
        for query in (f"{name}=in:{many}", f"{name}={many}"):
            answer = send("GET", PACKAGES, query)
            expected = (200,) if name == "order_by" else (200, 400)
            assert answer.status_int in expected


JSON = {
    "not a number": b'{"name": "a", "x": NaN}',
    "endless": b'{"name": "a", "x": -Infinity}',
    "too large a number": b'{"name": "a", "x": 1e999}',
    "thousands of digits": b'{"name": "a", "x": ' + b"9" * 5000 + b"}",
    "deep lists": b'{"name": "a", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "deep objects": b'{"name": "a", "x":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}",
    "just too deep": b'{"name": "a", "x": ' + b"[" * 100 + b"]" * 100 + b"}",
    "NUL": b'{"name": "a", "x": "\\u0000"}',
    "NUL in a key": b'{"name": "a", "\\u0000": 1}',
    "raw NUL": b'{"name": "a\0"}',
    "half a pair": b'{"name": "a", "x": ["\\ud800"]}',
    "the other half": b'{"name": "a", "\\udfff": 1}',
    "encoded surrogate": b'{"name": "\xed\xa0\x80"}',
    "no UTF-8": b'{"name": "\xff"}',
    "cut off": b'{"name": "a"',
    "two documents": b'{"name": "a"} {"name": "b"}',
    "comment": b'{"name": "a"} // a',
    "single quotes": b"{'name': 'a'}",
    "odd UTF-16": b'\xff\xfe{"name": "a"}',
    "only blanks": b"   ",
}


class TestBodies:
    """JSON that is none, or more than is good."""

    @pytest.mark.parametrize("body", JSON.values(), ids=JSON)
    def test_everywhere(self, send, made, drafted, body):
        path, session = drafted
        for method, where in (
            ("POST", ENVIRONMENTS), ("PUT", f"{ENVIRONMENTS}/{made}"), ("POST", "/v1/templates"),
            ("POST", path), ("PUT", path), ("PUT", f"{path}/a/text"), ("POST", "/v1/actions"),
            ("POST", f"{ENVIRONMENTS}/{made}/actions/a"),
        ):  # fmt: skip
            assert send(method, where, body=body, **session).status_int == 400, where

    @pytest.mark.parametrize("body", JSON.values(), ids=JSON)
    def test_patches(self, send, demo, package, made, drafted, body):
        found = demo.post(PACKAGES, upload_files=[("file", "p.zip", package())]).json["id"]
        model = f"{ENVIRONMENTS}/{made}/model/"
        for path, kind in (
            (f"{PACKAGES}/{found}", "application/murano-packages-json-patch"),
            (model, "application/env-model-json-patch"),
        ):
            patch = b'[{"op": "replace", "path": "/name", "value": ' + body + b"}]"
            assert send("PATCH", path, body=patch, kind=kind, **drafted[1]).status_int == 400

    @pytest.mark.parametrize(
        "document", ["1", '"text"', "null", "[]", "true", "[[]]", "{}", "[{}]"]
    )
    def test_other_documents(self, send, made, drafted, document):
        for method, path, _body in paths("none", made):
            send(method, path, body=document.encode(), **drafted[1])

    def test_the_last_of_equal_keys_counts(self, send):
        answer = send("POST", ENVIRONMENTS, body=b'{"name": "a", "name": "b"}')
        assert answer.json["name"] == "b"

    def test_a_name_that_is_just_possible(self, send):
        for name in ("😀" * 255, "\x01\x7f\u2028", "' OR 1=1 --", "%s %(name)s {0} :name"):
            body = json.dumps({"name": name, "description_text": name * 300}).encode()
            assert send("POST", ENVIRONMENTS, body=body).json["name"] == name

    def test_names_that_are_too_long(self, send, made):
        for path in (ENVIRONMENTS, "/v1/templates"):
            body = json.dumps({"name": "é" * 256}).encode()
            assert send("POST", path, body=body).status_int == 400

    def test_a_model_does_not_grow_deeper_bit_by_bit(self, send, made, drafted):
        path, session = drafted
        nested = b'{"x":' * 60 + b"1" + b"}" * 60
        assert send("PUT", f"{path}/a/x", body=nested, **session).status_int == 200
        deep = f"{path}/a" + "/x" * 61
        assert send("PUT", deep, body=nested, **session).status_int == 400
        patch = {"op": "add", "path": "/services/0" + "/x" * 61, "value": json.loads(nested)}
        answer = send(
            "PATCH", f"{ENVIRONMENTS}/{made}/model/", body=json.dumps([patch]).encode(),
            kind="application/env-model-json-patch", **session,
        )  # fmt: skip
        assert answer.status_int == 400
        assert send("GET", deep, **session).body == b"1"


class TestPatches:
    """Patches of models that fit no model."""

    @pytest.mark.parametrize("operation", ["add", "replace", "remove", "move", "copy", "test", ""])
    @pytest.mark.parametrize(
        "path",
        ["/name/0", "/services/-", "/services/-1", "/services/99999999999999999999", "/services/٣",
         "/services/0/text/0", "/services/0/list/x", "/services/0/list/-", "/none/none", "", "/",
         "//", "/services/", "/~", "/~2", "/services/1e3", "/?/id", "/services/0/text/-"],
    )  # fmt: skip
    def test_paths(self, send, made, drafted, operation, path):
        patch = json.dumps([{"op": operation, "path": path, "value": {}, "from": "/name"}])
        send(
            "PATCH", f"{ENVIRONMENTS}/{made}/model/", body=patch.encode(),
            kind="application/env-model-json-patch", **drafted[1],
        )  # fmt: skip

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
    @pytest.mark.parametrize(
        "below", ["-1", "9" * 5000, "%D9%A3", "%C2%B2", "a/text/0", "a/list/x", "a/list/9",
                  "a/%3F/id/x", "a//text", "a" + "/x" * 3000]
    )  # fmt: skip
    def test_places(self, send, drafted, method, below):
        path, session = drafted
        send(method, f"{path}/{below}", body=b"1" if method == "PUT" else b"", **session)
        assert send("GET", path, **session).status_int == 200


class TestTransport:
    """Lengths, types and methods."""

    @pytest.mark.parametrize(
        ("length", "status"),
        [("-1", 400), ("abc", 400), ("1.5", 400), ("٣", 400), ("0x10", 400), ("+1", 400),
         ("9" * 30, 413), ("9" * 5000, 413), (str(3 << 20), 413), ("30", 400)],
    )  # fmt: skip
    def test_lengths(self, send, length, status):
        body = b'{"name": "a"}'
        answer = send("POST", ENVIRONMENTS, body=body, CONTENT_LENGTH=length)
        assert answer.status_int == status

    def test_a_length_that_is_too_short_cuts_the_body_off(self, send):
        body = b'{"name": "a"}, "more": 1}'
        answer = send("POST", ENVIRONMENTS, body=body, CONTENT_LENGTH="13")
        assert answer.json["name"] == "a"

    @pytest.mark.parametrize("missing", [None, ""])
    def test_chunked_bodies_are_bounded_too(self, send, missing):
        def sent(body):
            stream = Endless(body)
            given = {"CONTENT_LENGTH": missing, "wsgi.input": stream, "wsgi.input_terminated": True}
            return send("POST", ENVIRONMENTS, **given).status_int, stream.given

        assert sent(b'{"name": "a"}')[0] == 200
        status, read = sent(None)
        assert status == 413
        assert read < 4 << 20

    def test_a_body_that_no_length_announces_is_none(self, send):
        answer = send("POST", ENVIRONMENTS, body=b'{"name": "a"}', CONTENT_LENGTH=None)
        assert answer.status_int == 400

    @pytest.mark.parametrize("kind", [
        None, "", "text/plain", "application/xml", "application/jsonp", "json", "/", ";", "a/b/c",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "\xff/\xfe",
        "application/octet-stream", "application/json, text/plain", "x" * 10_000,
    ])  # fmt: skip
    def test_types(self, send, made, drafted, kind):
        path, session = drafted
        for method, where in (("POST", ENVIRONMENTS), ("PUT", path), ("POST", path)):
            answer = send(method, where, body=COMPONENT, kind=kind, **session)
            assert answer.status_int == 415, where

    @pytest.mark.parametrize("kind", ["utf-16", "none", "\xff", '"', "utf-8; charset=utf-16"])
    def test_other_charsets_change_nothing(self, send, kind):
        kind = f"application/json; charset={kind}"
        answer = send("POST", ENVIRONMENTS, body='{"name": "é"}'.encode(), kind=kind)
        assert answer.json["name"] == "é"

    @pytest.mark.parametrize("accept", ["", ";", "\xff", "a/b;q=x", "," * 5000, "*" * 5000, "/"])
    def test_what_is_accepted(self, send, accept):
        send("GET", ENVIRONMENTS, HTTP_ACCEPT=accept)

    @pytest.mark.parametrize("method", [
        "HEAD", "TRACE", "CONNECT", "PROPFIND", "get", "", "\xff", "X" * 1000,
    ])  # fmt: skip
    def test_methods(self, send, made, method):
        for _method, path, _handler in routes.TABLE:
            where = "/v1" + path.replace("{id}", made).replace("{path}", "a")
            answer = send(method, where)
            assert answer.status_int == 405
            known = {row[0] for row in routes.TABLE if row[1] == path}
            assert known <= set(answer.headers["Allow"].split(", "))

    @pytest.mark.parametrize("path", [
        "", "/", "//", "/v1", "/v1/", "/v1//", "/v1/%2E%2E/environments",
        "/v1/environments%00", "/v1/%ff", "/%ff", "/%00", "/v1%00/environments", "/%76%31/x",
        "/v1/" + "a/" * 3000,
    ])  # fmt: skip
    def test_paths(self, send, path):
        expected = (200,) if path == "//v1/environments" else (300, 400, 404)
        assert send("GET", path).status_int in expected

    @pytest.mark.parametrize("session", ["\0", "\xff", "x" * 5000, "a\r\nb", "'", "%00"])
    def test_sessions(self, send, made, drafted, session):
        for method, path in (("GET", drafted[0]), ("PUT", drafted[0])):
            body = b"[]" if method == "PUT" else b""
            answer = send(method, path, body=body, HTTP_X_CONFIGURATION_SESSION=session)
            assert answer.status_int in (400, 404)

    @pytest.mark.parametrize("token", ["", "\xff", "x" * 20_000, "'", "a b", "../../x", "%00"])
    def test_tokens(self, application, token):
        assert Raw(application, token)("GET", ENVIRONMENTS).status_int == 401


class Endless(io.RawIOBase):
    """A body, or one without an end."""

    def __init__(self, body):
        self._rest = body
        self.given = 0

    def read(self, size=-1):
        if self._rest is None:
            assert size >= 0, "an endless body would be read as a whole"
            found = b" " * size
        else:
            found = self._rest[:size] if size >= 0 else self._rest
            self._rest = self._rest[len(found) :]
        self.given += len(found)
        return found
