"""Packages that are one Heat template: checked, deployed and deleted as others are."""

import pytest
import yaml

from catalog_common.hot.packages import expanded, form
from catalog_common.manifest import parse_manifest
from catalog_engine.authoring.checking.checker import check
from catalog_engine.authoring.folders import Packages, load
from catalog_engine.authoring.session import Session
from catalog_engine.muranopl.runtime import exceptions

MANIFEST = "Format: Heat.HOT/1.0\nType: Application\nFullName: org.example.Hot\n"
TEMPLATE = """
heat_template_version: 2018-08-31
parameters:
  count: {type: number, constraints: [{range: {min: 1, max: 5}}]}
  size: {type: string, default: small, constraints: [{allowed_values: [small, 'a: #b']}]}
  login-name: {type: string, default: me, constraints: [{allowed_pattern: '[a-z]\\d+'}]}
  short: {type: string, default: '', constraints: [{length: {max: 3}}]}
resources: {server: {type: OS::Nova::Server, properties: {image: x}}}
outputs:
  address: {value: {get_attr: [server, addresses, net]}}
  number: {value: {get_param: count}}
"""


def packed(folder, template=TEMPLATE, **files):
    contents = {"manifest.yaml": MANIFEST, "template.yaml": template, **files}
    for path, text in contents.items():
        target = folder / "hot" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return folder / "hot"


def environment(*applications):
    head = {"type": "io.murano.Environment", "id": "env"}
    return {"?": head, "name": "env", "applications": list(applications)}


def deployed(folder, **properties):
    """The session after a deployment, and the application as it is then."""
    app = {"?": {"type": "org.example.Hot", "id": "app"}, "name": "mine", **properties}
    session = Session(Packages(load([folder])), {"Objects": environment(app)})
    session.load()
    session.call(session.root, "deploy")
    return session, session.finish()["Objects"]["applications"]


def test_a_stack_of_the_template_and_the_parameters_given(tmp_path):
    session, (app,) = deployed(packed(tmp_path), templateParameters={"count": 3})
    ((name, stack),) = session.ports.stacks.stacks.items()
    assert name[1].endswith("_env")
    assert stack["template"]["heat_template_version"] == "2018-08-31"
    assert stack["parameters"] == {"count": 3}
    assert app["templateOutputs"]["number"] == 3
    assert app["templateOutputs"]["address"][0]["version"] == 4
    assert app["templateParameters"]["size"] is None
    assert session.ports.reports.reports[-1]["text"] == "Application deployment has finished"


def test_the_stack_keeps_its_name_and_goes_with_the_application(tmp_path):
    folder = packed(tmp_path)
    app = {"?": {"type": "org.example.Hot", "id": "app"}, "name": "mine"}
    session = Session(Packages(load([folder])), {"Objects": environment(app)})
    session.load()
    session.call(session.root, "deploy")
    state = session.finish()
    stacks = session.ports.stacks
    for left, names in ((state["Objects"], set(stacks.stacks)), (environment(), set())):
        again = Session(Packages(load([folder])), {**state, "Objects": left}, seed="later")
        again.ports.stacks.stacks.update(stacks.stacks)
        again.load()
        again.call(again.root, "deploy")
        assert set(again.ports.stacks.stacks) == names


@pytest.mark.parametrize(
    ("values", "is_right"),
    [
        ({"count": 5}, True), ({"count": 6}, False), ({"count": "x"}, False),
        ({"size": "a: #b"}, True), ({"size": "big"}, False),
        ({"login-name": "a1"}, True), ({"login-name": "a1 "}, False),
        ({"short": "abc"}, True), ({"short": "abcd"}, False), ({}, True),
    ],
)  # fmt: skip
def test_values_are_held_against_the_constraints(tmp_path, values, is_right):
    folder = packed(tmp_path)
    if is_right:
        _session, (app,) = deployed(folder, templateParameters=values)
        assert app["templateParameters"].items() >= values.items()
    else:
        with pytest.raises(exceptions.ContractViolationException):
            deployed(folder, templateParameters=values)


class Stacks:
    """Notes what is applied."""

    def __init__(self, stacks):
        self.applied = []
        self._apply, stacks.apply = stacks.apply, self.apply

    def apply(self, *args, **more):
        self.applied.append((args, more))
        return self._apply(*args, **more)


def test_files_and_an_environment_of_the_template(tmp_path):
    folder = packed(tmp_path, **{
        "Resources/HotFiles/sub/a.sh": "echo 'a'", "Resources/HotEnvironments/prod.yaml": "x: 1",
    })  # fmt: skip
    app = {
        "?": {"type": "org.example.Hot", "id": "app"}, "name": "mine",
        "hotEnvironment": "prod.yaml", "templateParameters": {"count": 9, "other": [1]},
    }  # fmt: skip
    session = Session(Packages(load([folder])), {"Objects": environment(app)})
    stacks = Stacks(session.ports.stacks)
    session.load()
    session.call(session.root, "deploy")
    ((args, more),) = stacks.applied
    given = [*args, *more.values()]
    assert {"sub/a.sh": "echo 'a'"} in given
    assert "x: 1" in given
    assert {"count": 9, "other": (1,)} in given or {"count": 9, "other": [1]} in given


def test_class_and_form_have_no_findings(tmp_path):
    folder = packed(tmp_path)
    assert check([str(folder)]).findings == []
    files = {"template.yaml": TEMPLATE.encode()}
    manifest, complete = expanded(parse_manifest(MANIFEST.encode()), files)
    made = tmp_path / "made"
    text = yaml.safe_dump({
        "Format": "1.4", "Type": "Application", "FullName": "org.example.Hot",
        "Classes": dict(manifest.classes),
    })  # fmt: skip
    complete = {
        **complete, "manifest.yaml": text.encode(),
        "UI/ui.yaml": form(parse_manifest(MANIFEST.encode()), files),
    }  # fmt: skip
    for path, body in complete.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_bytes(body)
    assert check([str(made)], style=True).findings == []


def test_a_template_that_cannot_be_used_is_a_finding(tmp_path):
    folder = packed(tmp_path, "parameters: {}")
    (finding,) = check([str(folder)]).findings
    assert (finding.code, finding.severity) == ("template", "error")
    assert finding.file.endswith("template.yaml")
