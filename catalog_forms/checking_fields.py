"""Checks of fields: types, attributes and their values, validators and patterns."""

from __future__ import annotations

from catalog_forms.attributes import (
    COMMON,
    INTEGERS,
    OF_CLASSES,
    TYPED,
    TYPES,
    camel,
    snake,
)
from catalog_forms.definition import Field
from catalog_forms.errors import ExpressionError, did_you_mean, shown
from catalog_forms.findings import Report
from catalog_forms.nodes import (
    Expression,
    Literal,
    Mapping,
    Node,
    Sequence,
    is_null,
    text_of,
)
from catalog_forms.patterns import Pattern


class FieldChecker:
    """Checks fields one by one."""

    def __init__(self, version: tuple[int, int, int], report: Report) -> None:
        self._version = version
        self._report = report

    def check(self, field: Field) -> None:
        """Check one field."""
        is_known = len(field.types) == 1 and field.types[0] in TYPES
        for type_ in field.types:
            if not is_known and "." not in type_:
                advice = did_you_mean(type_.lower(), TYPES)
                message = f"Unknown type {shown(type_)}; names of classes have a dot{advice}"
                self._report("unknown-type", field.attributes["type"].place, message)
        own = TYPES[field.types[0]] if is_known else OF_CLASSES
        self._attributes(field, own | COMMON)
        self._values(field)
        self._patterns(field)
        self._hidden(field)
        self._features(field)

    def _attributes(self, field: Field, known: frozenset[str]) -> None:
        for name, place in field.places.items():
            if name not in known:
                advice = did_you_mean(camel(name), map(camel, known))
                message = f"Fields of type {field.types[0]} ignore this attribute{advice}"
                self._report("unknown-attribute", place, message)

    def _values(self, field: Field) -> None:
        for name, node in field.attributes.items():
            wanted = _wrong(name, node)
            if wanted:
                message = f"{camel(name)} must be {wanted}"
                self._report("invalid-attribute", node.place, message)

    # ------------------------------------------------------------ validators

    def _patterns(self, field: Field) -> None:
        pattern, validators = (
            field.attributes.get(name) for name in ("regexp_validator", "validators")
        )
        if pattern is not None:
            self._pattern(pattern)
        if validators is not None:
            self.validators(validators, is_form=False)
        if pattern is not None and validators is not None:
            later = max(("regexp_validator", "validators"), key=list(field.attributes).index)
            message = f"Of regexpValidator and validators only the later counts: {camel(later)}"
            self._report("repeated-validators", field.places[later], message)
        if "filter" in field.attributes and field.types == ("network",):
            self._pattern(field.attributes["filter"])

    def _pattern(self, node: Node) -> None:
        text = text_of(node)
        if isinstance(node, Expression) or is_null(node):
            return
        if text is None:
            self._report("invalid-pattern", node.place, "A regular expression is a text")
            return
        try:
            Pattern.written(text)
        except ExpressionError as error:
            self._report("invalid-pattern", node.place, error.message)

    def validators(self, node: Node, *, is_form: bool) -> None:
        """Check the validators of a field or of a form."""
        if isinstance(node, Expression):
            return
        if not isinstance(node, Sequence):
            message = "validators must be a list of {expr: …, message: …}"
            self._report("invalid-validator", node.place, message)
            return
        for item in node.items:
            expr = item.get("expr") if isinstance(item, Mapping) else None
            pattern = _pattern_of(expr)
            if pattern is not None and not is_form:
                self._pattern(pattern)
            elif not isinstance(expr, Expression):
                message = "expr must be an expression without quotes, or a regexpValidator"
                place = expr.place if expr is not None else item.place
                self._report("invalid-validator", place, message)

    # ------------------------------------------------------------ combinations

    def _hidden(self, field: Field) -> None:
        if not _is(field.attributes.get("hidden"), True):
            return
        is_required = not _is(field.attributes.get("required"), False)
        has_value = not is_null(field.attributes.get("initial"))
        is_expression = isinstance(field.attributes.get("required"), Expression)
        if field.types == ("password",):
            message = "Other dashboards show this field although it is hidden"
            self._report("hidden-password", field.places["hidden"], message)
        elif field.types[0] in TYPED and is_required and not has_value and not is_expression:
            message = "This hidden field is required and has no initial: it is never valid"
            self._report("never-valid", field.place, message)

    def _features(self, field: Field) -> None:
        needs = {"network": (2, 1)}.get(field.types[0], (2, 0))
        if "confirm_input" in field.attributes:
            needs = (2, 3)
        if isinstance(field.attributes.get("choices"), Mapping):
            needs = (2, 4)
        if self._version[:2] < needs:
            version = ".".join(map(str, needs))
            message = f"Field {shown(field.name)} uses what Version {version} introduced"
            self._report("newer-feature", field.place, message)


def _is(node: Node | None, value: bool) -> bool:
    return isinstance(node, Literal) and node.value is value


def _pattern_of(node: Node | None) -> Node | None:
    for key, value in node.pairs if isinstance(node, Mapping) else ():
        if snake(text_of(key) or "") == "regexp_validator":
            return value
    return None


def _wrong(name: str, node: Node) -> str:
    """What a value should have been, or an empty text."""
    if isinstance(node, Expression) or is_null(node):
        return ""
    value = node.value if isinstance(node, Literal) else None
    if name in INTEGERS and (not isinstance(value, int) or isinstance(value, bool)):
        return "a whole number"
    if name in ("requirements", "error_messages") and not isinstance(node, Mapping):
        return "a mapping"
    if name == "murano_networks" and value not in ("exclude", "translate"):
        return "exclude or translate"
    if name == "choices" and not _are_choices(node):
        return "a mapping of keys to titles, or a list of [key, title]"
    return ""


def _are_choices(node: Node) -> bool:
    if isinstance(node, Sequence):
        return all(isinstance(i, Expression | Sequence) for i in node.items) and all(
            len(i.items) == 2 for i in node.items if isinstance(i, Sequence)
        )
    return isinstance(node, Mapping)
