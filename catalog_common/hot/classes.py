"""The class of a package that is a template."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from catalog_common.hot.template import Parameter, Template
from catalog_common.hot.writing import Expression, conditions, dumped, literal

RESOURCE: Final = ".template.yaml"
"""Where the class finds the template among its resources."""
FILES: Final = "HotFiles/"
ENVIRONMENTS: Final = "HotEnvironments/"

_CONTRACTS: Final = {"number": "$.int()", "boolean": "$.bool()"}


def class_of(full_name: str, template: Template, resources: Iterable[str]) -> bytes:
    """The class file.

    :param resources: paths below ``Resources``.
    """
    paths = sorted(resources)
    parameters: Any = {
        name: Expression(_contract(own)) for name, own in template.parameters.items()
    }
    if not parameters or any(path.startswith(ENVIRONMENTS) for path in paths):
        # Values may come from an environment file, under any name that the template has there.
        parameters = {}
    outputs = {name: Expression("$") for name in template.outputs}
    return dumped({
        "Namespaces": {"=": "", "std": "io.murano", "sys": "io.murano.system"},
        "Name": full_name,
        "Extends": "std:Application",
        "Properties": {
            "name": _property("In", Expression("$.string().notNull()")),
            "generatedHeatStackName": _property("Out", Expression("$.string()")),
            "hotEnvironment": _property("In", Expression("$.string()")),
            "templateParameters": {**_property("In", parameters), "Default": {}},
            "templateOutputs": {**_property("Out", outputs), "Default": {}},
        },
        "Methods": {
            ".init": {"Body": _init()},
            "deploy": {"Body": _deploy(path for path in paths if path.startswith(FILES))},
            ".destroy": {"Body": [Expression("$._stack.delete()")]},
        },
    })  # fmt: skip


def _property(usage: str, contract: Any) -> dict[str, Any]:
    return {"Usage": usage, "Contract": contract}


def _contract(parameter: Parameter) -> str:
    """Contract of a parameter's value; one that is not given is left to Heat."""
    contract = _CONTRACTS.get(parameter.type, "$.string()")
    for kind, value, _description in parameter.bounds():
        for check in conditions(parameter, kind, value):
            contract += f".check($ = null or {check})"
    return contract


def _init() -> list[Any]:
    name = Expression("$.getAttr(generatedHeatStackName)")
    made = Expression("'{0}_{1}'.format(randomName(), id($._environment))")
    return [
        {Expression("$._environment"): Expression("$.find(std:Environment).require()")},
        {Expression("$name"): name},
        {
            "If": Expression("$name = null"),
            "Then": [
                {Expression("$name"): made},
                Expression("$.setAttr(generatedHeatStackName, $name)"),
            ],
        },
        {Expression("$._stack"): Expression("new(sys:HeatStack, $._environment, name => $name)")},
    ]


def _deploy(files: Iterable[str]) -> list[Any]:
    texts = {
        path.removeprefix(FILES): Expression(f"sys:Resources.string({literal(path)})")
        for path in files
    }
    environment = f"sys:Resources.string('{ENVIRONMENTS}' + $.hotEnvironment)"
    given = "$.templateParameters.items().where($[1] != null).toDict($[0], $[1])"
    return [
        _report("Application deployment has started"),
        Expression(f"$._stack.setTemplate(sys:Resources.yaml({literal(RESOURCE)}))"),
        Expression(f"$._stack.setParameters({given})"),
        {Expression("$files"): texts},
        Expression("$._stack.setFiles($files)"),
        {
            "If": Expression("$.hotEnvironment"),
            "Then": [Expression(f"$._stack.setHotEnvironment({environment})")],
        },
        _report("Stack creation has started"),
        {
            "Try": [Expression("$._stack.push()")],
            "Catch": [
                {
                    "As": "error",
                    "Do": [
                        Expression("$._environment.reporter.report_error($this, $error.message)"),
                        {"Rethrow": None},
                    ],
                }
            ],
        },
        {Expression("$.templateOutputs"): Expression("$._stack.output()")},
        _report("Stack was created"),
        _report("Application deployment has finished"),
    ]


def _report(text: str) -> Expression:
    return Expression(f"$._environment.reporter.report($this, {literal(text)})")
