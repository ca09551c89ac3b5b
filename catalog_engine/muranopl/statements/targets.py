"""Assignment targets."""

from __future__ import annotations

from catalog_engine.muranopl.expressions.nodes import (
    Call,
    Constant,
    Expression,
    Index,
    Member,
    TypeName,
    Variable,
    plain,
)
from catalog_engine.muranopl.source.nodes import ExpressionNode
from catalog_engine.muranopl.statements.nodes import Step, Target


def target_of(node: ExpressionNode) -> Target:
    """Read an assignment target. What is none is reported when it is run, as the language has it.

    The returned target has neither variable nor root then.
    """
    steps: list[Step] = []
    tree: Expression = plain(node.tree)
    while True:
        if (
            isinstance(tree, Member)
            and not tree.safe
            and isinstance(tree.right, Constant)
            and tree.right.keyword
        ):
            steps.append(Step(tree.right.value, None, tree))
            tree = plain(tree.left)
        elif isinstance(tree, Index) and len(tree.args) == 1:
            steps.append(Step(None, tree.args[0], tree))
            tree = plain(tree.target)
        else:
            break
    steps.reverse()
    if isinstance(tree, Variable) and tree.name not in ("", "this"):
        return Target(tree.name, None, steps, node)
    if isinstance(tree, (Variable, TypeName)) or (isinstance(tree, Call) and tree.name == "type"):
        return Target(None, tree, steps, node)
    return Target(None, None, steps, node)
