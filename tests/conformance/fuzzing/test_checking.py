"""The checker of packages never fails, and says error where, and only where, running must fail."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog_engine.authoring.checking.checker import check
from catalog_engine.authoring.checking.findings import LONGEST, Finding
from catalog_engine.muranopl.codegen.compiler import compile_package
from catalog_engine.muranopl.source.errors import CompileError
from tests.conformance.fuzzing import examples
from tests.conformance.fuzzing.draws import bounded, seeded
from tests.conformance.fuzzing.examples import Example
from tests.conformance.fuzzing.programs import PACKAGE, Trial, load_classes, table
from tests.conformance.fuzzing.verdict import OURS

BATCH = 8
"""Packages that are checked at once, as each check reads the class library."""


def findings_of(made: Sequence[Example]) -> list[list[Finding]]:
    """Findings of packages, each by itself."""
    with tempfile.TemporaryDirectory() as folder:
        for index, example in enumerate(made):
            _write(Path(folder, f"p{index:02}"), f"{PACKAGE}{index:02}", example)
        found = check([folder], style=True).findings
        return [
            [one for one in found if one.file.startswith(f"{folder}/p{index:02}")]
            for index in range(len(made))
        ]


def _write(root: Path, name: str, example: Example) -> None:
    classes = load_classes(example.text, example.form).classes
    manifest = {
        "FullName": name, "Name": name, "Version": "0.1.0", "Type": "Library",
        "Format": example.form, "Classes": dict.fromkeys(classes, "all.yaml"),
    }  # fmt: skip
    (root / "Classes").mkdir(parents=True)
    (root / "manifest.yaml").write_text(yaml.safe_dump(manifest))
    (root / "Classes" / "all.yaml").write_bytes(example.text.encode("utf-8", "surrogatepass"))


def compiles(example: Example) -> bool:
    """Whether all classes of a package compile."""
    package = compile_package(load_classes(example.text, example.form), table(example.form))
    try:
        return all(cls.code is not None for cls in package.classes.values())
    except CompileError:
        return False


def errors(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == "error"]


def some(*makers: Any) -> Any:
    """A strategy of batches of what some makers make."""
    return st.lists(seeded(lambda draws: draws.pick(makers)(draws)), min_size=1, max_size=BATCH)


@bounded(25, shrinks=False)
@given(some(examples.classes, examples.statements, examples.expression, examples.mutations))
def test_what_does_not_compile_has_an_error(made: list[Example]) -> None:
    for example, findings in zip(made, findings_of(made), strict=True):
        for finding in findings:
            assert finding.line >= 1
            assert finding.column >= 1
            assert 0 < len(finding.message) <= LONGEST
            assert not OURS.search(finding.message), finding
        assert compiles(example) or errors(findings), example.text


@bounded(25, shrinks=False)
@given(some(examples.straight))
def test_what_has_an_error_does_not_run(made: list[Example]) -> None:
    for example, findings in zip(made, findings_of(made), strict=True):
        if errors(findings):
            assert not _runs(example), (errors(findings), example.text)


def _runs(example: Example) -> bool:
    trial = Trial(example.text, example.form)
    assert trial.program is not None
    before = len(trial.errors)
    trial.attempt(lambda: trial.program.call(f"{PACKAGE}.Main", "make"))
    return len(trial.errors) == before
