"""Code blocks: from YAML nodes to statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from catalog_engine.muranopl.expressions.nodes import TypeName
from catalog_engine.muranopl.source.errors import (
    DSL_SYNTAX_ERROR,
    CompileError,
    Report,
    did_you_mean,
)
from catalog_engine.muranopl.source.namespaces import resolve_at
from catalog_engine.muranopl.source.nodes import (
    ExpressionNode,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    is_null,
    list_value,
    text_of,
)
from catalog_engine.muranopl.statements import nodes as s
from catalog_engine.muranopl.statements.targets import target_of
from catalog_engine.muranopl.statements.values import value_of

# leading key: (required keys, optional keys)
_CONSTRUCTS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    name: (frozenset((name, *required)), frozenset(optional))
    for name, required, optional in (
        ("Return", (), ()),
        ("Break", (), ()),
        ("Continue", (), ()),
        ("If", ("Then",), ("Else",)),
        ("While", ("Do",), ()),
        ("For", ("In", "Do"), ()),
        ("Repeat", ("Do",), ()),
        ("Match", ("Value",), ("Default",)),
        ("Switch", (), ("Default",)),
        ("Parallel", (), ("Limit",)),
        ("Try", (), ("Catch", "Else", "Finally")),
        ("Throw", (), ("Message", "Extra", "Cause")),
        ("Rethrow", (), ()),
        ("Do", (), ()),
    )
}
_KEYS: Final = frozenset().union(*(r | o for r, o in _CONSTRUCTS.values()))


class BlockReader:
    """Reads the code blocks of one class.

    :param namespaces: namespaces of the class, for the names in ``With``.
    :param report: gets the errors of instructions, which are left out then; None: they are raised.
    """

    def __init__(self, namespaces: Mapping[str, str], report: Report | None = None):
        self._namespaces = namespaces
        self._report = report
        self._readers: Mapping[str, Callable[[MappingNode], s.Statement]] = {
            "Return": self._return,
            "Break": self._leave,
            "Continue": self._leave,
            "Do": lambda node: s.Block(node.position, self._part(node, "Do")),
            "If": lambda node: s.If(
                node.position,
                self._value(node, "If"),
                self._part(node, "Then"),
                self._part(node, "Else"),
            ),
            "While": self._while,
            "For": self._for,
            "Repeat": self._repeat,
            "Match": self._match,
            "Switch": self._switch,
            "Parallel": self._parallel,
            "Try": self._try,
            "Throw": self._throw,
            "Rethrow": lambda node: s.Rethrow(node.position),
        }

    def block(self, node: Node | None) -> list[s.Statement]:
        """Statements of a block: a list of instructions, a single one, or nothing.

        :raises CompileError: an instruction is malformed.
        """
        return [self.statement(item) for item in list_value(node)]

    def statement(self, node: Node) -> s.Statement:
        """One instruction.

        :raises CompileError: it is malformed.
        """
        try:
            return self._instruction(node)
        except CompileError as error:
            if self._report is None:
                raise
            self._report(error)
            return s.Block(node.position, [])

    def _instruction(self, node: Node) -> s.Statement:
        if isinstance(node, ExpressionNode):
            return s.Discard(node.position, s.Evaluated(node))
        if not isinstance(node, MappingNode):
            raise node.error(
                f"Syntax is incorrect in expression: {_shown(node)}; an instruction "
                "is an expression, an assignment or a block construct"
            )
        expressions = [key for key, _value in node.pairs if isinstance(key, ExpressionNode)]
        if expressions:
            if len(node.pairs) > 1:
                raise node.error(
                    "Syntax is incorrect in expression: an assignment must be the "
                    "only key of its mapping"
                )
            key, value = node.pairs[0]
            assert isinstance(key, ExpressionNode)
            return s.Assign(node.position, target_of(key), value_of(value))
        return self._construct(node)

    def _construct(self, node: MappingNode) -> s.Statement:
        keys = node.keys()
        given = frozenset(keys)
        for name in keys:
            known = _CONSTRUCTS.get(name) if isinstance(name, str) else None
            if known is not None and known[0] <= given <= known[0] | known[1]:
                return self._readers[name](node)
        raise node.error(f"Syntax is incorrect in expression: {_shown(node)}{_advice(given)}")

    def _part(self, node: MappingNode, key: str) -> list[s.Statement]:
        return self.block(node.get(key))

    def _value(self, node: MappingNode, key: str) -> s.Value:
        value = node.get(key)
        assert value is not None
        return value_of(value)

    def _optional(self, node: MappingNode, key: str) -> s.Value | None:
        value = node.get(key)
        return None if value is None or is_null(value) else value_of(value)

    def _return(self, node: MappingNode) -> s.Statement:
        return s.Return(node.position, self._value(node, "Return"))

    def _leave(self, node: MappingNode) -> s.Statement:
        key, value = node.pairs[0]
        assert isinstance(key, ScalarNode)
        literal = value_of(value)
        if not isinstance(literal, s.Literal) or literal.value:
            raise value.error(f"{key.value} cannot have value", DSL_SYNTAX_ERROR)
        return s.Leave(node.position, key.value == "Continue")

    def _while(self, node: MappingNode) -> s.Statement:
        condition = node.get("While")
        if not isinstance(condition, ExpressionNode):
            assert condition is not None
            raise condition.error("Syntax is incorrect in expression: While takes an expression")
        return s.While(node.position, s.Evaluated(condition), self._part(node, "Do"))

    def _for(self, node: MappingNode) -> s.Statement:
        variable = node.get("For")
        assert variable is not None
        if not isinstance(variable, ScalarNode) or not isinstance(variable.value, str):
            raise variable.error("For takes the name of a variable, without $", DSL_SYNTAX_ERROR)
        return s.For(
            node.position,
            variable.value.lstrip("$"),
            self._value(node, "In"),
            self._part(node, "Do"),
        )

    def _repeat(self, node: MappingNode) -> s.Statement:
        count = node.get("Repeat")
        assert count is not None
        if not isinstance(count, ExpressionNode) and not (
            isinstance(count, ScalarNode) and isinstance(count.value, int)
        ):
            raise count.error("Repeat takes an integer or an expression", DSL_SYNTAX_ERROR)
        return s.Repeat(node.position, value_of(count), self._part(node, "Do"))

    def _match(self, node: MappingNode) -> s.Statement:
        cases = node.get("Match")
        if not isinstance(cases, MappingNode):
            assert cases is not None
            raise cases.error("Match takes a mapping of constants to blocks", DSL_SYNTAX_ERROR)
        return s.Match(
            node.position,
            self._value(node, "Value"),
            [
                (key.value, self.block(body))
                for key, body in self._checked(cases)
                if isinstance(key, ScalarNode)
            ],
            self._part(node, "Default"),
        )

    def _checked(self, cases: MappingNode) -> list[tuple[Node, Node]]:
        for key, body in cases.pairs:
            if not isinstance(key, ScalarNode):
                self.block(body)
        return cases.pairs

    def _switch(self, node: MappingNode) -> s.Statement:
        cases = node.get("Switch")
        if not isinstance(cases, MappingNode):
            assert cases is not None
            raise cases.error("Switch takes a mapping of conditions to blocks", DSL_SYNTAX_ERROR)
        return s.Switch(
            node.position,
            [(value_of(key), self.block(body)) for key, body in cases.pairs],
            self._part(node, "Default"),
        )

    def _parallel(self, node: MappingNode) -> s.Statement:
        return s.Parallel(
            node.position, self._part(node, "Parallel"), self._optional(node, "Limit")
        )

    def _try(self, node: MappingNode) -> s.Statement:
        final = node.get("Finally")
        return s.Try(
            node.position,
            self._part(node, "Try"),
            [self._handler(item) for item in list_value(node.get("Catch"))],
            self._part(node, "Else"),
            None if final is None or is_null(final) else self.block(final),
        )

    def _handler(self, node: Node) -> s.Handler:
        if not isinstance(node, MappingNode):
            raise node.error(
                "An entry of Catch is a mapping with the keys With, As and Do", DSL_SYNTAX_ERROR
            )
        for key in node.keys():  # noqa: SIM118 - a node, no dictionary
            if key not in ("With", "As", "Do"):
                raise node.key_node(key).error(
                    f"Unknown key {key!r} in Catch{did_you_mean(str(key), ('With', 'As', 'Do'))}"
                )
        given = list_value(node.get("With"))
        names = tuple(resolve_at(self._namespaces, item, "With") for item in given)
        variable = node.get("As")
        name = None
        if variable is not None and not is_null(variable):
            name = text_of(variable)
            if name is None:
                raise variable.error("As takes the name of a variable, without $", DSL_SYNTAX_ERROR)
            name = name.lstrip("$")
        return s.Handler(names if given else None, name, self._part(node, "Do"), node.position)

    def _throw(self, node: MappingNode) -> s.Statement:
        given = node.get("Throw")
        assert given is not None
        names = [_thrown(item) for item in list_value(given)]
        return s.Throw(
            node.position,
            names,
            self._optional(node, "Message"),
            self._optional(node, "Extra"),
            self._optional(node, "Cause"),
        )


def _thrown(node: Node) -> s.Value:
    """Name of an exception; an unquoted ``ns:Name`` means its text."""
    if isinstance(node, ExpressionNode) and isinstance(node.tree, TypeName):
        text = node.tree.text()
        if text is not None:
            return s.Literal(text, node.position)
    return value_of(node)


def _shown(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return repr(node.value)
    if isinstance(node, SequenceNode):
        return "a list"
    assert isinstance(node, MappingNode)
    return "{" + ", ".join(map(str, node.keys())) + "}"


def _advice(given: frozenset[object]) -> str:
    """What may be meant by a mapping that is no block construct."""
    for name, (required, optional) in _CONSTRUCTS.items():
        if name in given:
            missing = sorted(required - given)
            if missing:
                return f"; {name} needs {', '.join(missing)}"
            unknown = sorted(str(key) for key in given - required - optional)
            return f"; {name} does not take {', '.join(unknown)}"
    for key in given:
        advice = did_you_mean(str(key), _KEYS)
        if advice:
            return advice
    return ""
