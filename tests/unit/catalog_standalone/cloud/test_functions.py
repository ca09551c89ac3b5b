"""Intrinsic functions of HOT, one by one."""

import pytest

from catalog_standalone.cloud.guests import user_data
from catalog_standalone.cloud.orchestration.functions import Evaluator
from catalog_standalone.cloud.orchestration.parameters import Parameters
from catalog_standalone.cloud.web import ApiError


class References:
    def reference(self, name):
        return f"id-{name}"

    def attribute(self, name, attribute):
        return {"x": [1, {"y": 2}]}.get(attribute)


def evaluate(snippet):
    conditions = {"yes": {"equals": [{"get_param": "p"}, "v"]}, "no": {"not": "yes"}}
    return Evaluator({"p": "v", "m": {"a": [7]}}, {"f": "text"}, conditions, References()).resolve(
        snippet
    )


@pytest.mark.parametrize(("snippet", "value"), [
    ({"get_param": ["m", "a", 0]}, 7),
    ({"get_resource": "r"}, "id-r"),
    ({"get_attr": ["r", "x", 1, "y"]}, 2),
    ({"get_attr": ["r", "none", "deep"]}, None),
    ({"get_file": "f"}, "text"),
    ({"str_replace": {"template": "a $x $xy", "params": {"$x": "$xy", "$xy": 1}}}, "a $xy 1"),
    ({"list_join": [",", ["a", {"b": 1}], ["c"]]}, 'a,{"b": 1},c'),
    ({"repeat": {"template": {"k": "%i%"}, "for_each": {"%i%": [1, 2]}}}, [{"k": 1}, {"k": 2}]),
    ({"digest": ["md5", "a"]}, "0cc175b9c0f1b6a831c399e269772661"),
    ({"if": ["yes", 1, 2]}, 1),
    ({"if": [{"or": ["no", {"contains": ["a", ["a"]]}]}, 1, 2]}, 1),
    ({"map_merge": [{"a": 1}, None, {"a": 2}]}, {"a": 2}),
    ({"map_replace": [{"a": 1}, {"keys": {"a": "b"}, "values": {1: 2}}]}, {"b": 2}),
    ({"str_split": [",", "a,b", 1]}, "b"),
    ({"filter": [["a"], ["a", "b"]]}, ["b"]),
    ({"make_url": {"scheme": "http", "host": "::1", "port": 80, "path": "a b",
                   "query": {"q": "1"}}}, "http://[::1]:80/a%20b?q=1"),
])  # fmt: skip
def test_function(snippet, value):
    assert evaluate(snippet) == value


@pytest.mark.parametrize(("snippet", "message"), [
    ({"get_param": "nope"}, "was not provided"), ({"if": ["what", 1, 2]}, "Invalid condition"),
    ({"str_replace": 1}, "needs a map"), ({"yaql": {}}, "not supported"),
    ({"str_split": [",", "a", 5]}, "Incorrect index"),
])  # fmt: skip
def test_mistakes_are_named(snippet, message):
    with pytest.raises(ApiError, match=message) as error:
        evaluate(snippet)
    assert error.value.status == 400


def test_hidden_parameters_are_masked():
    schemas = {"secret": {"type": "string", "hidden": True}, "n": {"type": "number"}}
    parameters = Parameters(schemas, {"secret": "x", "n": "5"}, {}, {})
    assert parameters.shown() == {"secret": "******", "n": "5"}
    assert parameters.values["n"] == 5


def test_user_data_of_unknown_kind_is_noted():
    assert "no known kind" in user_data.plan(b"what", "h")["notes"][0]
    assert user_data.plan(b"#cloud-config\nhostname: [", "h")["hostname"] == "h"
