"""Packages of one or two files, checked."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from catalog_engine.authoring.checking.checker import check
from catalog_engine.authoring.checking.findings import Finding

HEAD = "Namespaces: {'=': org.example, std: io.murano, m: io.murano.metadata}\n"
MANIFEST = {
    "Format": "1.4", "Type": "Library", "FullName": "org.example", "Name": "Example",
    "Version": "1.2.3", "Classes": {"org.example.App": "App.yaml"},
}  # fmt: skip


class Workshop:
    """Makes packages below a folder and checks them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, files: dict[str, str | bytes], **manifest: object) -> Path:
        """A package of these files; manifest keys that are None are left out."""
        merged = {key: value for key, value in {**MANIFEST, **manifest}.items() if value != {}}
        root = self.folder / name
        text = yaml.safe_dump({k: v for k, v in merged.items() if v is not None}, sort_keys=False)
        for path, content in {"manifest.yaml": text, **files}.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.encode()
            target.write_bytes(data)
        return root

    def findings(
        self, source: str, *, load: tuple[str, ...] = (),
        files: dict[str, str | bytes] | None = None,
        **manifest: object,
    ) -> list[Finding]:  # fmt: skip
        """Findings of a package with one class file, matters of taste included."""
        root = self.write("example", {"Classes/App.yaml": source, **(files or {})}, **manifest)
        return check([str(root)], load, style=True).findings

    def codes(self, source: str, **options: object) -> dict[str, str]:
        """Code -> severity of the findings of a class without its namespaces."""
        found = self.findings(HEAD + source, **options)  # type: ignore[arg-type]
        return {f.code: f.severity for f in found if f.code != "unused-namespace"}


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)
