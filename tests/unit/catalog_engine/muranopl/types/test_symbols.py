"""Which declarations and metadata count: as walking every way to the root says, without walking."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_engine.muranopl.types import metadata
from catalog_engine.muranopl.types.symbols import choose, lineage_of


class _Node:
    """A class as the rules see it, or an item of metadata; equal to itself alone."""

    def __init__(self, **values):
        self.__dict__.update(values)

    def __repr__(self):
        return self.name


def node(name, parents, **more):
    cls = _Node(name=name, parents=tuple(parents), **more)
    cls.lineage = lineage_of(cls, cls.parents)
    return cls


def metaclass(name, cardinality, inherited):
    return _Node(name=name, declaration=_Node(cardinality=cardinality, inherited=inherited))


@st.composite
def hierarchies(draw):
    """Some classes with ``own``, a declaration or None, and ``items`` of metadata."""
    metas = [
        metaclass(f"M{index}", draw(st.sampled_from(["One", "Many"])), draw(st.booleans()))
        for index in range(2)
    ]
    made = []
    for index in range(draw(st.integers(1, 9))):
        own = draw(st.sampled_from([None, f"d{index}"]))
        # The first class is the root of all; parents are ones made before.
        parents = draw(
            st.lists(st.sampled_from(made), min_size=1, max_size=3, unique_by=id) if made
            else st.just([])
        )  # fmt: skip
        # An item may be the same object in several classes only through inheritance, so each is
        # of its class.
        items = [
            _Node(name=f"i{index}.{meta.name}", cls=meta)
            for meta in draw(st.lists(st.sampled_from(metas), max_size=2, unique_by=id))
        ]
        made.append(node(f"c{index}", parents, own=own, items=items))
    return made[-1]


def ways(cls):
    """Every way from a class to the root, breadth first in the order of parents."""
    waiting = [[cls]]
    for way in waiting:
        if not way[-1].parents:
            yield way
        waiting.extend([*way, parent] for parent in way[-1].parents)


def by_chains(cls):
    """The rule in its own words, chain by chain."""
    chains = [chain for way in ways(cls) if (chain := [one for one in way if one.own])]
    chains.sort(key=len)
    kept = [
        chain for index, chain in enumerate(chains)
        if not any(later[-len(chain):] == chain for later in chains[index + 1:])
    ]  # fmt: skip
    return {chain[0].own for chain in kept}


def by_walking(cls):
    """Metadata merged along every way; None when there are two of which there may be one."""
    result, single = {}, {}
    waiting = [(cls, frozenset())]
    for own, hidden in waiting:
        for item in own.items:
            declaration = item.cls.declaration
            if own is not cls and not declaration.inherited:
                continue
            if declaration.cardinality == "One":
                if item.cls.name in hidden:
                    continue
                if single.setdefault(item.cls.name, item) is not item:
                    return None
            result[item] = None
        nearer = {i.cls.name for i in own.items if i.cls.declaration.cardinality == "One"}
        waiting.extend((parent, hidden | nearer) for parent in own.parents)
    return list(result)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(hierarchies())
def test_the_same_as_walking_every_way(cls):
    chosen = choose(cls, lambda one: one.own)
    assert set(chosen) == by_chains(cls)
    assert chosen == [one.own for one in cls.lineage if one.own in chosen]
    expected = by_walking(cls)
    if expected is None:
        with pytest.raises(ValueError, match="more than one instance of Meta"):
            metadata._merged(cls, lambda one: one.items)
    else:
        assert metadata._merged(cls, lambda one: one.items) == expected


LAYERS = 40


@pytest.mark.timeout(60)
def test_layers_of_diamonds():
    """There are 2**40 ways to the root."""
    item = _Node(name="item", cls=metaclass("M", "One", True))
    asked = []
    top = node("root", [], own="root", items=[item])
    for layer in range(LAYERS):
        sides = [node(f"{side}{layer}", [top], own=f"{side}{layer}", items=[]) for side in "bc"]
        top = node(f"a{layer}", sides, own=None, items=[])

    def declares(one):
        asked.append(one)
        return one.own

    assert choose(top, declares) == [f"b{LAYERS - 1}", f"c{LAYERS - 1}"]
    assert len(asked) == len(top.lineage) == 3 * LAYERS + 1
    asked.clear()

    def pick(one):
        asked.append(one)
        return one.items

    assert metadata._merged(top, pick) == [item]
    assert len(asked) == len(top.lineage)
