"""What starting costs: ``python tests/benchmarks/muranopl/starting.py``.

Prints one JSON object: seconds of CPU and MiB that importing the language takes in a fresh
process, and the CPU milliseconds in which the class library is there from its compiled form.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import yaml

from catalog_engine.deployment import code

LIBRARY = Path(__file__).parents[3] / "packages" / "io.murano"
IMPORT = """
import time, resource
import catalog_engine.muranopl.runtime.runtime, catalog_engine.muranopl.codegen.compiler
print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def main() -> None:
    """Measure and print."""
    runs = [
        subprocess.run([sys.executable, "-c", IMPORT], check=True, capture_output=True, text=True)
        for _ in range(5)
    ]
    seconds, kibibytes = min(tuple(map(float, run.stdout.split())) for run in runs)
    files = {
        str(path.relative_to(LIBRARY)): path.read_bytes()
        for path in LIBRARY.rglob("*")
        if path.is_file()
    }
    compiled = code.compile_files(yaml.safe_load(files["manifest.yaml"]), files)
    if compiled.package is None:
        raise SystemExit(compiled.error)
    times = []
    for _ in range(10):
        start = time.process_time()
        package = code.load(compiled.package)
        times.append(time.process_time() - start)
    print(json.dumps({
        "process_cpu_s": round(seconds, 3), "process_mib": round(kibibytes / 1024, 1),
        "library_classes": len(package.classes),
        "library_from_cache_ms": round(1000 * sorted(times)[5], 2),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
