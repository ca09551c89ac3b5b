"""The harness's adapter for Burano: ``python tests/benchmarks/muranopl/burano.py``.

Options are the harness's: ``--only a_while,b_fib``, ``--runs 5``, ``--out FILE``, ``--profile``.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LIBRARY = Path(__file__).parents[3] / "packages"


class Engine:
    """Packages of some folders; see :mod:`tests.benchmarks.muranopl.harness`."""

    name = "burano"

    @staticmethod
    def prepare() -> None:
        """Import everything that running needs."""
        import catalog_engine.authoring.session  # noqa: F401

    def __init__(self, folders: Sequence[str]) -> None:
        from catalog_engine.authoring.folders import Packages, load

        self._packages = Packages(load(Path(folder) for folder in folders))

    def load_classes(self, names: Sequence[str]) -> int:
        """Parse, check and link classes, whose code is emitted at first use; how many."""
        from catalog_engine.authoring.session import Session

        self._loaded = session = Session(self._packages)
        runtime = session.runtime
        found = [runtime.run(lambda name=name: runtime.resolve_type(name, None)) for name in names]
        return len(found)

    def schema(self, name: str) -> Any:
        """Schemas of a loaded class and of its model builders."""
        return self._loaded.schemas(name)

    def session(self, model: Any = None) -> Any:
        """A fresh run."""
        from catalog_engine.authoring.session import Session

        return _Session(Session(self._packages, model))

    @staticmethod
    def versions() -> dict[str, str]:
        """Of the parts that matter."""
        from importlib.metadata import version

        return {name: version(name) for name in ("burano", "yaql", "PyYAML", "greenlet")}


class _Session:
    def __init__(self, session: Any) -> None:
        session.load()
        self.root = session.root
        self.new = session.new
        self.call = session.call
        self.serialize = session.serialize

    def close(self) -> None:
        """Nothing is held."""


def main() -> None:
    """Run the harness, on the class library of this checkout unless another one is named."""
    import harness

    if "--corelib" in sys.argv:
        harness.main(Engine, __file__)
        return
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(LIBRARY.glob("io.murano*")):
            shutil.copytree(path, Path(folder) / path.name)
        sys.argv += ["--corelib", folder]
        harness.main(Engine, __file__)


if __name__ == "__main__":
    main()
