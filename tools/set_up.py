"""Makes the virtual environment that the Makefile uses, once; standard library only.

Usage: python3 tools/set_up.py EXTRA. Runs on old Pythons too, to be able to say so.
"""

import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
#: A change of one of these is a reason to install again.
INPUTS = ("setup.cfg", "setup.py", "pyproject.toml")


class Problem(Exception):
    """Set-up cannot go on; the text names the remedy."""


def check_python():
    """This Python is new enough, or a newer one is found and takes over."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    raise Problem(
        "Python {}.{} or newer is needed, and this is {}. Install one (apt-get install python3.11"
        " python3.11-venv), or name it: make PYTHON=/path/to/python3.11 ...".format(
            *OLDEST, sys.version.split()[0]
        )
    )


def check_modules():
    """The modules that make virtual environments are there; Debian packages them apart."""
    for name in ("venv", "ensurepip"):
        try:
            __import__(name)
        except ImportError as error:
            version = "{}.{}".format(*sys.version_info)
            raise Problem(
                f"the Python module {name} is missing: apt-get install python{version}-venv"
            ) from error


def works():
    """Whether the environment exists and its Python is the one that runs this."""
    if not os.path.exists(PYTHON):
        return False
    code = f"import sys; print(sys.version_info[:2] == {tuple(sys.version_info[:2])!r})"
    try:
        answer = subprocess.run([PYTHON, "-c", code], stdout=subprocess.PIPE, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == b"True"


def fingerprint(extra):
    """What an installation depends on, as text."""
    digest = hashlib.sha256(f"{extra} {sys.version}".encode())
    for name in INPUTS:
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def run(command, problem):
    """Run a command; raise Problem when it fails."""
    try:
        code = subprocess.call(command, cwd=ROOT)
    except OSError as error:
        raise Problem(f"{problem} ({error})") from error
    if code:
        raise Problem(problem)


def set_up(extra):
    """Make the environment and install the distribution with ``extra``, unless that is done."""
    check_python()
    check_modules()
    stamp = os.path.join(VENV, f"installed-{extra}")
    wanted = fingerprint(extra)
    if works() and os.path.exists(stamp):
        with open(stamp) as file:
            if file.read() == wanted:
                return
    if not works():
        print("making a virtual environment in .venv", flush=True)
        run(
            [sys.executable, "-m", "venv", "--clear", VENV],
            "no virtual environment could be made in {}: is there room, and may you write there?"
            " (apt-get install python{}.{}-venv if ensurepip is what failed)".format(
                VENV, *sys.version_info[:2]
            ),
        )
    print(f"installing burano[{extra}] into .venv (once; this takes a minute)", flush=True)
    run(
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--editable", f"{ROOT}[{extra}]"],
        "pip could not install the requirements, see above; it needs a package index (behind a"
        " proxy set https_proxy, with an index of your own set PIP_INDEX_URL)",
    )  # fmt: skip
    with open(stamp, "w") as file:
        file.write(wanted)


def main():
    """Set up for the extra that the command line names."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        set_up(sys.argv[1])
    except Problem as problem:
        print(f"set-up: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
