"""Engine-neutral part of the MuranoPL benchmark.

A driver for one engine supplies an adapter class and calls main(Adapter).
The adapter needs:

  name                       short text, goes into the output
  prepare()                  static; import everything that running needs, so
                             that no workload pays for it
  Adapter(package_dirs)      opens a loader over folders of packages; a folder
                             may hold one package or many
  load_classes(names)        parse and build the named classes, returns their
                             number
  session(model=None)        fresh interpreter state on the shared loader; with
                             a model, load it; returns a session
  versions()                 dict of component versions
  schema(class_name)         JSON schema of a class: {builder: schema}

and a session:

  new(class_name)            an object of the class with default properties
  root                       the loaded root object
  call(obj, method, kwargs)  call a public method, result as plain data
  serialize()                {'Objects':, 'ObjectsCopy':, 'Attributes':}
  close()

Each workload runs in a process of its own: one unmeasured call, then `runs`
measured calls, each with a fresh session built outside the measured time
(serialization reuses one session, cold loading uses one process per run).
Wall and CPU seconds are both kept, as neighbours on the machine disturb the
first more than the second.
"""

import argparse
import gc
import hashlib
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import gen  # noqa: E402


def digest(value):
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Clock:
    def __enter__(self):
        self.cpu = time.process_time()
        self.wall = time.perf_counter()
        return self

    def __exit__(self, *exc):
        self.wall = time.perf_counter() - self.wall
        self.cpu = time.process_time() - self.cpu


# id: (class, method, arguments)
CALLS = {
    "a_while": ("bench.core.Loops", "runWhile", {"n": 10000}),
    "a_for": ("bench.core.Loops", "runFor", {"outer": 100, "inner": 100}),
    "b_fib": ("bench.core.Calls", "fib", {"n": 15}),
    "c_props": ("bench.core.Props", "run", {"n": 10000}),
    "d_pipeline": ("bench.core.Pipelines", "run", {"batches": 20, "size": 500}),
    "d_sort": ("bench.core.Pipelines", "runSort", {"n": 1000}),
    "e_strings": ("bench.core.Strings", "run", {"n": 1000}),
    "e_format": ("bench.core.Strings", "runFormat", {"n": 1000}),
    "f_new": ("bench.core.Creation", "run", {"n": 1000}),
    "i_try": ("bench.core.Faults", "run", {"n": 1000}),
    "j_parallel": ("bench.core.Branches", "run", {"n": 20}),
    "j_pselect": ("bench.core.Branches", "runSelect", {"n": 20}),
    "k_merge": ("bench.core.Templates", "run", {"rounds": 300}),
}
LOADS = {
    "g_site_100": (gen.site_model, 100),
    "g_site_300": (gen.site_model, 300),
    "g_site_1000": (gen.site_model, 1000),
    "g_env_100": (gen.environment_model, 100),
    "g_env_300": (gen.environment_model, 300),
    "g_env_1000": (gen.environment_model, 1000),
}
DUMPS = {
    "h_site_100": 100,
    "h_site_300": 300,
    "h_site_1000": 1000,
}
COLD = ("l_core", "l_synth300")
SCHEMA = ("m_schema50",)
ALL = tuple(CALLS) + tuple(LOADS) + tuple(DUMPS) + COLD + SCHEMA


def run_calls(engine, spec, runs):
    cls, method, kwargs = spec
    for _ in range(runs + 1):
        session = engine.session()
        obj = session.new(cls)
        gc.collect()
        with Clock() as clock:
            result = session.call(obj, method, kwargs)
        yield clock, result
        session.close()


def run_loads(engine, spec, runs):
    build, size = spec
    for _ in range(runs + 1):
        model = {"Objects": build(size), "ObjectsCopy": None, "Attributes": []}
        gc.collect()
        with Clock() as clock:
            session = engine.session(model)
        if build is gen.site_model:
            result = session.call(session.root, "count", {})
        else:
            objects = session.serialize()["Objects"]
            result = {
                "apps": len(objects["applications"]),
                "last": objects["applications"][-1]["instance"]["name"],
            }
        yield clock, result
        session.close()


def run_dumps(engine, size, runs):
    session = engine.session(
        {"Objects": gen.site_model(size), "ObjectsCopy": None, "Attributes": []}
    )
    for _ in range(runs + 1):
        gc.collect()
        with Clock() as clock:
            text = json.dumps(session.serialize())
        data = json.loads(text)
        yield (
            clock,
            {
                "objects": digest(data["Objects"]),
                "copy": digest(data["ObjectsCopy"]),
                "apps": len(data["Objects"]["apps"]),
            },
        )
    session.close()


def manifest_classes(folder):
    """Class names that the manifests below a folder declare."""
    names = []
    for where, _, files in sorted(os.walk(folder)):
        if "manifest.yaml" not in files:
            continue
        with open(os.path.join(where, "manifest.yaml")) as source:
            part = source.read().split("\nClasses:", 1)[-1]
        for line in part.splitlines():
            words = line.split()
            if line[:1].isalpha():
                break
            if len(words) == 2 and words[0].endswith(":"):
                names.append(words[0][:-1])
    return names


def run_cold(make, name, dirs, work, options):
    """One measured load, in a process that has done nothing else."""
    if name == "l_core":
        dirs, wanted = [options.corelib], manifest_classes(options.corelib)
    else:
        wanted = gen.write_library(work, 300)
        dirs = [options.corelib, work]
    with Clock() as clock:
        engine = make(dirs)
        number = engine.load_classes(wanted)
    yield clock, number


def run_schema(make, dirs, names, runs):
    """A fresh engine each time, its classes loaded: no memo of an earlier call counts."""
    for _ in range(runs + 1):
        engine = make(dirs)
        engine.load_classes(names)
        gc.collect()
        with Clock() as clock:
            out = {name: engine.schema(name) for name in names}
        yield clock, {"classes": len(out), "digest": digest(out)}


def child(make, name, options):
    work = tempfile.mkdtemp(prefix="mplbench")
    try:
        report = {"id": name}
        samples, result = [], None
        with Clock() as clock:
            make.prepare()
        report["import_cpu_s"] = round(clock.cpu, 4)
        report["import_rss_kib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if name in COLD:
            source = run_cold(make, name, None, work, options)
            runs = 0
        else:
            dirs = [options.corelib] + [
                os.path.join(HERE, d) for d in ("bench.core", "bench.model", "bench.apps")
            ]
            runs = options.runs
            if name in SCHEMA:
                names = gen.write_library(work, 50)
                source = run_schema(make, [*dirs, work], names, runs)
            else:
                engine = make(dirs)
                if name in CALLS:
                    source = run_calls(engine, CALLS[name], runs)
                elif name in LOADS:
                    source = run_loads(engine, LOADS[name], runs)
                else:
                    source = run_dumps(engine, DUMPS[name], runs)
        profiler = None
        if options.profile:
            import cProfile

            if name not in COLD:
                next(source)
            profiler = cProfile.Profile()
            profiler.enable()
            next(source)
            profiler.disable()
            import pstats

            for order in ("tottime", "cumulative"):
                stats = pstats.Stats(profiler, stream=sys.stderr)
                stats.strip_dirs().sort_stats(order).print_stats(35)
            return {"id": name, "profiled": True}
        for clock, value in source:
            if result is not None and value != result:
                report["unstable"] = True
            result = value
            samples.append((clock.wall, clock.cpu))
        if name not in COLD:
            report["first_wall_s"] = round(samples[0][0], 6)
            samples = samples[1:]
        report["wall"] = [round(s[0], 6) for s in samples]
        report["cpu"] = [round(s[1], 6) for s in samples]
        report["result"] = result
        report["max_rss_kib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return report
    finally:
        shutil.rmtree(work, ignore_errors=True)


def spawn(script, name, options):
    command = [
        sys.executable,
        "-W",
        "ignore",
        script,
        "--child",
        name,
        "--corelib",
        options.corelib,
        "--runs",
        str(options.runs),
    ]
    if options.profile:
        command.append("--profile")
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=None if options.verbose or options.profile else subprocess.PIPE,
    )
    lines = done.stdout.decode().strip().splitlines()
    if done.returncode or not lines:
        tail = (done.stderr or b"").decode().strip().splitlines()
        return {"id": name, "error": tail[-1] if tail else "failed"}
    return json.loads(lines[-1])


def summary(report):
    if not report.get("wall"):
        return report
    for kind in ("wall", "cpu"):
        values = report[kind]
        report[kind + "_median_s"] = round(statistics.median(values), 6)
        report[kind + "_min_s"] = min(values)
        report[kind + "_max_s"] = max(values)
    return report


def exponent(table, prefix, sizes):
    """Slope of log(time) over log(size), least squares."""
    points = [
        (math.log(s), math.log(table[prefix + str(s)]["cpu_median_s"]))
        for s in sizes
        if table.get(prefix + str(s), {}).get("cpu_median_s")
    ]
    if len(points) < 2:
        return None
    mx = sum(p[0] for p in points) / len(points)
    my = sum(p[1] for p in points) / len(points)
    return round(
        sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points), 3
    )


def line(report):
    """One workload's outcome, for reading."""
    if "error" in report:
        return report["error"]
    if "wall_median_s" not in report:
        return "profiled"
    verdict = {True: "as expected", False: "WRONG", None: "no reference"}[report["as_expected"]]
    return (
        f"wall {report['wall_median_s']:.4f} s ({report['wall_min_s']:.4f}.."
        f"{report['wall_max_s']:.4f})  cpu {report['cpu_median_s']:.4f} s"
        f"  rss {report['max_rss_kib'] // 1024} MiB  {verdict}"
    )


def main(make, script):
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--corelib", required=True, help="folder with the packages of the core library"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", help="comma-separated workload ids")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--out")
    parser.add_argument("--child")
    options = parser.parse_args()
    if options.child:
        print(json.dumps(child(make, options.child, options)))
        return
    names = options.only.split(",") if options.only else list(ALL)
    with open(os.path.join(HERE, "expected.json")) as source:
        expected = json.load(source)
    table = {}
    for name in names:
        if name in COLD and not options.profile:
            parts = [spawn(script, name, options) for _ in range(options.runs)]
            report = parts[0]
            for part in parts[1:]:
                for key in ("wall", "cpu"):
                    report[key] = report.get(key, []) + part.get(key, [])
        else:
            report = spawn(script, name, options)
        report = summary(report)
        if "result" in report:
            report["as_expected"] = (
                None if name not in expected else report["result"] == expected[name]
            )
        table[name] = report
        print(f"{name:<14} {line(report)}", file=sys.stderr, flush=True)
    out = {
        "engine": make.name,
        "python": sys.version.split()[0],
        "versions": make.versions(),
        "runs": options.runs,
        "exponents": {
            "g_site": exponent(table, "g_site_", (100, 300, 1000)),
            "g_env": exponent(table, "g_env_", (100, 300, 1000)),
            "h_site": exponent(table, "h_site_", (100, 300, 1000)),
        },
        "workloads": table,
    }
    text = json.dumps(out, indent=1, sort_keys=True)
    if options.out:
        with open(options.out, "w") as target:
            target.write(text + "\n")
    print(text)
