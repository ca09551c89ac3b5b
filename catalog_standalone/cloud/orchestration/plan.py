"""A template with parameters for one stack: checked, and evaluated while resources come to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from catalog_standalone.cloud.orchestration import templates
from catalog_standalone.cloud.orchestration.errors import invalid
from catalog_standalone.cloud.orchestration.functions import LATER, Evaluator
from catalog_standalone.cloud.orchestration.parameters import Parameters
from catalog_standalone.cloud.orchestration.resources import Registry, ResourceType, Values
from catalog_standalone.cloud.store import Document

Lookup = Callable[[str], Any]


class _Checking:
    """References while no resource exists: names are checked, values come later."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def reference(self, name: str) -> Any:
        """Known later."""
        self._plan.need(name)
        return LATER

    def attribute(self, name: str, attribute: str | None) -> Any:
        """Known later; the name of the attribute is checked."""
        type_ = self._plan.need(name)
        if attribute and type_.attributes and attribute not in (*type_.attributes, "show"):
            raise invalid(f"The Referenced Attribute ({name} {attribute}) is incorrect.",
                          "InvalidTemplateAttribute")  # fmt: skip
        return LATER


class _Living:
    """References to resources that exist."""

    def __init__(self, reference: Lookup, attribute: Callable[[str, str | None], Any]) -> None:
        self.reference, self.attribute = reference, attribute


class Plan:
    """What a stack is to be. Building it raises ApiError 400 for whatever cannot work."""

    def __init__(self, registry: Registry, stack: Mapping[str, Any], strict: bool = True) -> None:
        environment = stack.get("environment") or {}
        self._mapping = environment.get("resource_registry") or {}
        self._registry = registry
        self.template = templates.parse(stack["template"])
        given = {**(environment.get("parameters") or {}), **(stack.get("parameters") or {})}
        pseudo = {
            "OS::stack_name": stack["name"], "OS::stack_id": stack["id"],
            "OS::project_id": stack["project_id"],
        }  # fmt: skip
        self.parameters = Parameters(
            self.template.parameters, given, environment.get("parameter_defaults") or {}, pseudo,
            strict,
        )  # fmt: skip
        self._files = stack.get("files") or {}
        self._stack = stack
        evaluator = self._evaluator(_Checking(self))
        for name in self.template.conditions:
            evaluator.condition(name)
        self.resources = {
            name: definition
            for name, definition in self.template.resources.items()
            if definition.condition is None or evaluator.condition(definition.condition)
        }
        self.types: dict[str, ResourceType] = {
            name: registry.find(definition.type, self._mapping)
            for name, definition in self.resources.items()
        }
        self.requires = {name: self._requires(name, evaluator) for name in self.resources}
        self.order = templates.order(self.requires)
        if strict:
            self._check(evaluator)

    def _evaluator(self, references: Any) -> Evaluator:
        return Evaluator(self.parameters.values, self._files, self.template.conditions, references)

    def need(self, name: str) -> ResourceType:
        """The type of a resource that is referred to."""
        if name not in self.types:
            raise invalid(f'The specified reference "{name}" (in unknown) is incorrect.',
                          "InvalidTemplateReference")  # fmt: skip
        return self.types[name]

    def _requires(self, name: str, evaluator: Evaluator) -> set[str]:
        definition = self.resources[name]
        named = set(definition.depends_on)
        found = {
            *templates.references(definition.properties, evaluator.condition),
            *templates.references(definition.metadata, evaluator.condition),
        }
        for other in named | found:
            if other not in self.template.resources:
                raise invalid(
                    f'The specified reference "{other}" (in {name}) is incorrect.',
                    "InvalidTemplateReference",
                )
        return (named | found) & set(self.resources)

    def _check(self, evaluator: Evaluator) -> None:
        for name, definition in self.resources.items():
            values = {k: evaluator.resolve(v) for k, v in definition.properties.items()}
            self.types[name].prepare(f"resources.{name}.properties", values)
            evaluator.resolve(definition.metadata)
        for name, output in self._active_outputs(evaluator):
            for other in templates.references(output["value"], evaluator.condition):
                if other not in self.template.resources:
                    raise invalid(
                        f'The specified reference "{other}" (in outputs.{name}) is incorrect.',
                        "InvalidTemplateReference",
                    )
            self._check_output(output, evaluator)

    def _check_output(self, output: Values, evaluator: Evaluator) -> None:
        # A reference to a resource whose condition is false is an empty output, not an error.
        names = set(templates.references(output["value"], evaluator.condition))
        if names <= set(self.resources):
            evaluator.resolve(output["value"])

    def _active_outputs(self, evaluator: Evaluator) -> list[tuple[str, Values]]:
        return [
            (name, output)
            for name, output in self.template.outputs.items()
            if output.get("condition") is None or evaluator.condition(output["condition"])
        ]

    def values(self, name: str, reference: Lookup, attribute: Callable[..., Any]) -> Values:
        """Properties of a resource, now that those it needs exist."""
        evaluator = self._evaluator(_Living(reference, attribute))
        definition = self.resources[name]
        found = {k: evaluator.resolve(v) for k, v in definition.properties.items()}
        return self.types[name].prepare(f"resources.{name}.properties", found)

    def outputs(self, reference: Lookup, attribute: Callable[..., Any]) -> list[Document]:
        """Outputs with values; one that cannot be had carries its error."""
        evaluator = self._evaluator(_Living(reference, attribute))
        rows = []
        for name, output in self._active_outputs(evaluator):
            row = {"output_key": name, "description": output.get("description")
                   or "No description given", "output_value": None}  # fmt: skip
            try:
                row["output_value"] = evaluator.resolve(output["value"])
            except Exception as error:
                row["output_error"] = str(error)
            rows.append(row)
        return rows
