"""Loading models up to 10 000 objects: ``python tests/benchmarks/muranopl/sizes.py [--runs 5]``.

Prints, for each model of the harness (``g_site``, ``g_env``), the least CPU milliseconds of each
size and the exponent: the slope of log(time) over log(size). Sizes are applications, of which a
site has two objects each and an environment three.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import burano
import gen
import harness

HERE = Path(__file__).parent
MODELS: dict[str, tuple[Callable[[int], Any], tuple[int, ...]]] = {
    "g_site": (gen.site_model, (100, 300, 1000, 3000, 4750)),
    "g_env": (gen.environment_model, (100, 300, 1000, 3000)),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    burano.Engine.prepare()
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(burano.LIBRARY.glob("io.murano*")):
            shutil.copytree(path, Path(folder) / path.name)
        folders = [folder, *(str(HERE / f"bench.{name}") for name in ("apps", "core", "model"))]
        engine = burano.Engine(folders)
        print(json.dumps({name: measured(engine, name, runs) for name in MODELS}, indent=1))


def measured(engine: burano.Engine, name: str, runs: int) -> dict[str, Any]:
    """Milliseconds by size, and the exponent."""
    build, sizes = MODELS[name]
    times = {}
    for size in sizes:
        rows = list(harness.run_loads(engine, (build, size), runs))[1:]
        if any(result["apps"] != size for _clock, result in rows):
            raise SystemExit(f"{name}: a model of {size} applications has another number of them")
        times[size] = min(clock.cpu for clock, _result in rows)
    x, y = [math.log(size) for size in times], [math.log(time) for time in times.values()]
    return {
        "cpu_ms": {size: round(1000 * time, 2) for size, time in times.items()},
        "exponent": round(statistics.linear_regression(x, y).slope, 3),
    }


if __name__ == "__main__":
    main()
