"""``burano package run``: what it answers, alone and in a batch."""

import json

import pytest

from catalog_engine.authoring.command import main
from catalog_engine.authoring.folders import LoadError
from catalog_engine.authoring.running import Request, RequestError, Runner
from catalog_engine.authoring.session import Session

from .conftest import write_package


@pytest.fixture
def run(example):
    def ask(**request):
        return Runner().run(Request.of({"load": [example], "class": "org.example.App", **request}))

    return ask


def test_a_static_method(run):
    answer = run(method="twice", args={"value": 21}, repeat=3)
    assert answer["result"] == 42
    assert answer["error"] is None
    assert len(answer["seconds"]["run"]) == 3
    assert answer["model"] == {"Objects": None, "ObjectsCopy": None, "Attributes": []}


def test_a_method_of_an_object_that_is_made_for_it(run):
    answer = run(method="grow", args={"by": 2})
    assert answer["result"] == 3
    assert answer["log"] == [{"level": "info", "logger": "example", "message": "grows by 2"}]


def test_a_method_of_a_model(run, model):
    for target in ({}, {"object": "root"}):
        answer = run(method="grow", args={"by": 2}, model=model, **target)
        assert answer["result"] == 7
        assert answer["model"]["Objects"]["size"] == 7
        assert answer["model"]["ObjectsCopy"]["size"] == 7


SERVED = """
Namespaces: {'=': org.example, std: io.murano, res: io.murano.resources}
Name: App
Extends: std:Application
Properties:
  server: {Contract: $.class(res:Instance).notNull()}
Methods:
  deploy:
    Body:
      - $.find(std:Environment).securityGroupManager.addGroupIngress(list(dict(
          FromPort => 80, ToPort => 80, IpProtocol => tcp, External => true)))
      - $.server.deploy()
      - Return: $.server.ipAddresses.first()
"""


def test_an_environment_with_a_network_and_a_server(tmp_path):
    app = write_package(tmp_path / "served", SERVED, Type="Application")
    head = {"type": "io.murano.resources.LinuxMuranoInstance", "id": "server"}
    server = {"?": head, "name": "web", "image": "i", "flavor": "f", "assignFloatingIp": True}
    network = {"?": {"type": "io.murano.resources.NeutronNetwork", "id": "net"}, "name": "net"}
    model = {
        "?": {"type": "io.murano.Environment", "id": "env"}, "name": "env",
        "defaultNetworks": {"environment": network, "flat": None},
        "applications": [{"?": {"type": "org.example.App", "id": "app"}, "server": server}],
    }  # fmt: skip
    answer = Runner().run(
        Request.of(
            {
                "load": [str(app)],
                "class": "io.murano.Environment",
                "method": "deploy",
                "model": model,
            }
        )
    )
    assert answer["error"] is None
    made = answer["model"]["Objects"]["applications"][0]["server"]
    assert made["floatingIpAddress"] in made["ipAddresses"]
    assert len(made["ipAddresses"]) == 2


def test_class_configurations(run, tmp_path):
    folder = tmp_path / "configs"
    folder.mkdir()
    (folder / "org.example.App.yaml").write_text("limit: 9")
    assert run(method="limited", **{"class-config": str(folder)})["result"] == 9


def test_an_error_tells_names_and_stack(run):
    error = run(method="fails")["error"]
    assert error["names"] == ["org.example.myError", "org.example.otherError"]
    assert error["message"] == "it is broken"
    (frame,) = error["stack"]
    assert frame["file"] == "Classes/App.yaml"
    assert (frame["class"], frame["method"]) == ("org.example.App", "fails")
    assert frame["line"] > 1
    assert frame["column"] > 1


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        ({"method": "nothing"}, "murano.dsl.exceptions.NoMethodFound"),
        ({"method": "twice", "args": {"value": "x"}},
         "murano.dsl.exceptions.ContractViolationException"),
        ({"method": "twice", "class": "org.example.Other"},
         "murano.dsl.exceptions.NoPackageForClassFound"),
        ({"method": "grow", "model": {"?": {"type": "org.example.App", "id": "a"}},
          "object": "b"}, "murano.dsl.exceptions.NoObjectFoundError"),
    ],
)  # fmt: skip
def test_errors_of_the_language(run, request_, name):
    assert run(**request_)["error"]["names"][0] == name


@pytest.mark.parametrize(
    "change",
    [
        {"method": None}, {"method": 3}, {"args": []}, {"repeat": 0}, {"repeat": "2"},
        {"unknown": 1}, {"model": 7}, {"model": "/nowhere.yaml"},
    ],
)  # fmt: skip
def test_requests_that_cannot_be_understood(run, change):
    with pytest.raises(RequestError):
        run(**{"method": "twice", "args": {"value": 1}, **change})


def test_paths_without_packages(tmp_path):
    with pytest.raises(LoadError, match=r"manifest\.yaml"):
        Runner().run(Request.of({"load": [str(tmp_path)], "class": "a", "method": "b"}))


class TestCommand:
    """What is printed, and the exit code."""

    def test_json(self, example, capsys):
        words = ["run", "--load", example, "org.example.App", "twice", "--json"]
        assert main([*words, "--args", '{"value": 4}']) == 0
        assert json.loads(capsys.readouterr().out)["result"] == 8
        assert main(words) == 1
        assert json.loads(capsys.readouterr().out)["error"]["names"]

    def test_text(self, example, capsys):
        words = ["run", "--load", example, "org.example.App"]
        assert main([*words, "grow", "--args", '{"by": 1}']) == 0
        assert capsys.readouterr().out == "info example: grows by 1\n2\n"
        assert main([*words, "fails"]) == 1
        assert "App.yaml" in capsys.readouterr().err

    def test_usage(self, example, capsys, tmp_path):
        assert main(["run", "--load", str(tmp_path / "none"), "a", "b"]) == 2
        assert main(["run", "--load", example, "a", "b", "--args", "{"]) == 2
        assert "--args is no JSON" in capsys.readouterr().err

    def test_a_batch(self, example, capsys, tmp_path):
        file = tmp_path / "batch"
        rows = [
            {"load": [example], "class": "org.example.App", "method": "twice",
             "args": {"value": 1}},
            {"load": [example], "class": "org.example.App", "method": "fails"},
        ]  # fmt: skip
        file.write_text("\n".join(map(json.dumps, rows)) + "\n\nnot JSON\n")
        assert main(["run", "--batch", str(file)]) == 2
        answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [answer["result"] for answer in answers] == [2, None, None]
        assert answers[1]["error"]["message"] == "it is broken"
        assert "Expecting value" in answers[2]["error"]["message"]


def test_objects_of_one_session_have_ids_of_their_own(example):
    session = Session(Runner().packages((example,)))
    one, two = (session.new("org.example.App") for _ in range(2))
    assert one.id != two.id
    assert session.object(one.id) is one
    assert session.object(two.id) is two
