"""Packages of the format Heat.HOT: what is read of their templates, and the forms made of it."""

import pytest
import yaml

from catalog_common.hot.packages import expanded, form
from catalog_common.hot.template import read_template
from catalog_common.manifest import ManifestError, parse_manifest

TEMPLATE = """
heat_template_version: 2013-05-23
parameter_groups:
- parameters: [count, size, unknown]
parameters:
  size:
    type: string
    label: How big - or small
    description: "Small: cheap"
    default: small
    constraints:
    - allowed_values: [small, big, 3, "it's"]
      description: One of the sizes
    - custom_constraint: nova.flavor
  count: {type: number, constraints: [{range: {min: 1, max: 5}}]}
  login-name: {type: string, constraints: [{length: {min: 2, max: 8}}, {allowed_pattern: '[a-z]+'}]}
  secret: {type: string, hidden: true, default: x}
  tags: {type: comma_delimited_list, default: [a, b]}
  debug: {type: boolean, default: 'true'}
  more: {type: json, default: {a: 1}}
resources: {}
outputs: {address: {value: x}}
"""
MANIFEST = """
Format: Heat.HOT/1.0
Type: Application
FullName: org.example.Hot
Version: 1.2.3
Description: {description}
"""


class Loader(yaml.SafeLoader):
    """Reads expressions as ``=`` and their text."""


Loader.add_constructor("!yaql", lambda _loader, node: f"={node.value}")


def manifest(description="It is - a stack"):
    return parse_manifest(MANIFEST.format(description=description).encode())


def fields(template=TEMPLATE, **options):
    body = form(manifest(**options), {"template.yaml": template.encode()})
    document = yaml.load(body, Loader)
    found = {}
    for item in document["Forms"]:
        ((name, content),) = item.items()
        found[name] = {field["name"]: field for field in content["fields"]}
    return document, found


def test_the_form_asks_for_a_name_first():
    document, found = fields()
    assert document["Version"] == 2
    assert found["group0"]["title"]["description"] == "It is - a stack"
    assert found["group0"]["title"]["hidden"] is True
    assert found["group0"]["name"]["required"] is True
    assert document["Application"]["name"] == "=$.group0.name"
    assert document["Application"]["?"] == {
        "type": "org.example.Hot", "package": "org.example.Hot", "classVersion": "1.2.3",
    }  # fmt: skip


def test_parameters_stand_in_their_groups_and_the_others_last():
    document, found = fields()
    assert list(found) == ["group0", "group1", "group2"]
    assert list(found["group1"]) == ["count", "size"]
    assert list(found["group2"]) == ["login-name", "secret", "tags", "debug", "more"]
    values = document["Application"]["templateParameters"]
    assert values["size"] == "=$.group1.size"
    assert values["login-name"] == "=$.group2.get('login-name')"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("size", {"label": "How big - or small", "description": "Small: cheap", "initial": "small",
                  "required": False, "type": "string"}),
        ("count", {"label": "Count", "type": "integer", "required": True}),
        ("login-name", {"label": "Login-Name", "minLength": 2, "maxLength": 8}),
        ("secret", {"type": "password", "required": False}),
        ("tags", {"type": "string", "initial": "a,b"}),
        ("debug", {"type": "boolean", "initial": True}),
        ("more", {"type": "string", "initial": '{"a": 1}'}),
    ],
)  # fmt: skip
def test_fields(name, expected):
    _document, found = fields()
    field = {**found["group1"], **found["group2"]}[name]
    assert {key: field.get(key) for key in expected} == expected


def test_a_hidden_default_is_not_shown():
    _document, found = fields()
    assert "initial" not in found["group2"]["secret"]


def test_constraints_become_validators():
    _document, found = fields()
    assert found["group1"]["size"]["validators"] == [
        {"expr": "=$ in list('small', 'big', '3', 'it\\'s')", "message": "One of the sizes"}
    ]
    assert found["group1"]["count"]["validators"] == [
        {"expr": "=$ >= 1 and $ <= 5", "message": "Must be at least 1 and at most 5"}
    ]
    assert found["group2"]["login-name"]["validators"] == [
        {"expr": {"regexpValidator": "[a-z]+"}, "message": "Must match [a-z]+"}
    ]


def test_bounds_that_are_no_whole_numbers_stay_as_they_are():
    bound = "constraints: [{range: {min: 0.5, max: 2.5}}]"
    template = f"resources: {{}}\nparameters: {{x: {{type: number, {bound}}}}}\n"
    _document, found = fields(template)
    (validator,) = found["group1"]["x"]["validators"]
    assert validator == {
        "expr": "=$ >= 0.5 and $ <= 2.5", "message": "Must be at least 0.5 and at most 2.5"
    }  # fmt: skip
    _manifest, files = expanded(manifest(), {"template.yaml": template.encode()})
    assert b"($ = null or $ >= 0.5)" in files["Classes/generated.yaml"]


def test_templates_that_are_not_quite_right_are_understood():
    template = read_template(b"""
resources:
parameters:
  size: {type: number, constraints: [{range: {min: 1, description: Misplaced}}]}
parameter_groups: [{parameters: {size: {type: number}}}]
""")
    assert [[own.name for own in group] for group in template.groups] == [["size"]]


def test_other_packages_stay_as_they_are():
    other = parse_manifest(b"Type: Library\nFullName: a\n")
    files = {"x": b""}
    assert expanded(other, files) == (other, files)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("parameters: {}", "Not a HOT template"),
        ("- a", "template.yaml must be a mapping"),
        ("resources: {}\nparameters: [a]", "parameters must be a mapping"),
        ("resources: {}\nparameters: {a: {type: integer}}", "type of parameter a"),
        ("resources: {}\nparameters: {a: {type: string, constraints: {}}}", "must be a list"),
        ("resources: {}\nparameters: {a: {type: string, constraints: [{range: {min: x}}]}}",
         "numbers as min and max"),
        ("resources: {}\nparameters: {a: {type: string, constraints: [{allowed_values: []}]}}",
         "must have a value"),
        ("resources: {}\nparameters: {a: {type: string, constraints: [{allowed_pattern: 1}]}}",
         "must be a text"),
    ],
)  # fmt: skip
def test_templates_that_cannot_be_used(template, text):
    with pytest.raises(ManifestError, match=text):
        read_template(template.encode())


def test_a_package_without_its_template():
    with pytest.raises(ManifestError, match=r"needs a template\.yaml"):
        expanded(manifest(), {})
