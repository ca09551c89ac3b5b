"""Loading models up to 10 000 objects: ``python tests/benchmarks/muranopl/sizes.py [--runs 5]``.

Measures as the harness does, each size in a process of its own, and prints for each model
(``g_site``, ``g_env``) the median of the CPU milliseconds of each size, and the exponent: the slope
of log(time) over log(size). Sizes are applications, of which a site has two objects each and an
environment three.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import burano
import gen
import harness

SIZES = (100, 300, 1000, 2000, 3000)
MODELS = {"g_site": (gen.site_model, (*SIZES, 4750)), "g_env": (gen.environment_model, SIZES)}
harness.LOADS.update(
    (f"{name}_{size}", (build, size)) for name, (build, sizes) in MODELS.items() for size in sizes
)


def main() -> None:
    """Measure and print; as a child of the harness, measure one size."""
    if "--child" in sys.argv:
        harness.main(burano.Engine, __file__)
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(burano.LIBRARY.glob("io.murano*")):
            shutil.copytree(path, Path(folder) / path.name)
        options = argparse.Namespace(corelib=folder, runs=runs, profile=False, verbose=False)
        print(json.dumps({name: measured(name, options) for name in MODELS}, indent=1))


def measured(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Milliseconds by size, and the exponent."""
    sizes = MODELS[name][1]
    table = {}
    for size in sizes:
        report = harness.spawn(__file__, f"{name}_{size}", options)
        if report.get("result", {}).get("apps") != size:
            raise SystemExit(f"{name}_{size}: {report.get('error', report.get('result'))}")
        table[f"{name}_{size}"] = {"cpu_median_s": statistics.median(report["cpu"])}
    return {
        "cpu_ms": {
            size: round(1000 * table[f"{name}_{size}"]["cpu_median_s"], 2) for size in sizes
        },
        "exponent": harness.exponent(table, f"{name}_", sizes),
    }


if __name__ == "__main__":
    main()
