"""What full Python finds in a worker when one wall is missing: the others still stand."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from catalog_engine.supervisor import sandbox

NAMESPACES = ("bubblewrap", "unshare")
REACH = """
import socket
said = []
for family, address in ADDRESSES:
    try:
        with socket.socket(getattr(socket, family), socket.SOCK_STREAM) as s:
            s.settimeout(5)
            s.connect(tuple(address) if isinstance(address, list) else address)
            said.append(address)
    except OSError:
        pass
"""


@pytest.fixture
def listeners(tmp_path):
    """A TCP server on loopback, one at a path, one with an abstract name."""
    path, abstract = str(tmp_path / "s"), f"\0burano-{os.getpid()}"
    made = []
    for family, address in (
        ("AF_INET", ("127.0.0.1", 0)), ("AF_UNIX", path), ("AF_UNIX", abstract),
    ):  # fmt: skip
        server = socket.socket(getattr(socket, family), socket.SOCK_STREAM)
        server.bind(address)
        server.listen()
        made.append((family, server))
    yield made
    for _family, server in made:
        server.close()


@pytest.mark.parametrize("name", NAMESPACES)
def test_no_network_without_a_filter(prison, listeners, name):
    free = prison(name, filter_calls=False).prisoner()
    addresses = [[family, server.getsockname()] for family, server in listeners]
    said, error = free.run(REACH.replace("ADDRESSES", repr(addresses)))
    assert error is None
    at_path = listeners[1][1].getsockname()
    # unshare keeps the host's files, and a socket is one; there the filter alone forbids it.
    assert said == ([] if name == "bubblewrap" else [at_path])


@pytest.mark.parametrize("name", NAMESPACES)
def test_no_process_of_the_host_without_a_filter(prison, name):
    free = prison(name, filter_calls=False).prisoner()
    code = """
import os, signal
said = [int(n) for n in os.listdir("/proc") if n.isdigit()]
"""
    said, error = free.run(code)
    assert error is None
    assert os.getpid() not in said
    assert len(said) < 20
    _said, error = free.run(f"import os; os.kill({os.getpid()}, 0)")
    assert error is not None


def test_no_file_but_code_without_a_filter(prison, tmp_path):
    """Only folders that code is loaded from, and those of the system, are there."""
    (tmp_path / "secret").write_text("x")
    free = prison("bubblewrap", filter_calls=False).prisoner()
    hidden = [
        str(tmp_path / "secret"), "/etc", "/home", "/var", "/srv", "/opt", "/mnt", "/run", "/boot",
        str(sandbox.Path(sandbox.catalog_common.__file__).parents[1] / "setup.cfg"),
    ]  # fmt: skip
    code = f"""
import os
said = [path for path in {hidden!r} if os.path.exists(path)]
"""
    code_is_below = [p for p in hidden if any(f.startswith(p) for f in sandbox.code_folders())]
    assert set(free.run(code)[0]) <= set(code_is_below)
    walk = """
import os
said = []
for folder, _folders, names in os.walk("/"):
    if folder.startswith(("/proc", "/dev", "/usr")):
        continue
    if not os.path.islink(folder) and names and not any(
        folder.startswith(known) for known in KNOWN
    ):
        said.append(folder)
"""
    known = [*sandbox.code_folders(), *sandbox.SYSTEM_FOLDERS]
    assert free.run(walk.replace("KNOWN", repr(known))) == ([], None)


def test_nothing_can_be_written_without_a_filter(prison):
    free = prison("bubblewrap", filter_calls=False).prisoner()
    code = """
import os
said = []
for folder in FOLDERS:
    try:
        with open(os.path.join(folder, "burano-escape"), "w") as f:
            f.write("x")
        said.append(folder)
    except OSError:
        pass
"""
    folders = ["/", "/usr", "/tmp", "/dev", "/dev/shm", *sandbox.code_folders()]
    assert free.run(code.replace("FOLDERS", repr(folders))) == ([], None)


@pytest.mark.parametrize("name", [*NAMESPACES, "none"])
def test_no_credential_in_its_environment(prison, monkeypatch, name):
    monkeypatch.setenv("OS_PASSWORD", "burano-secret")
    free = prison(name, filter_calls=False).prisoner()
    assert free.run("import os; said = dict(os.environ)") == ({}, None)
    code = """
try:
    said = open("/proc/self/environ", "rb").read()
except OSError:
    said = b""
"""
    said, error = free.run(code)
    assert error is None
    names = {line.partition(b"=")[0] for line in said.split(b"\0") if line}
    assert names <= {b"PYTHONHASHSEED", b"LC_ALL", b"PWD", b"SHLVL"}


def test_no_descriptor_but_its_socket(prison):
    prisoner = prison("none", filter_calls=True).prisoner()
    code = """
import os
said = []
for fd in range(3, 4096):
    try:
        os.fstat(fd)
    except PermissionError:
        # The C library asks in a way that is not allowed; reading flags is.
        pass
    except OSError:
        continue
    import fcntl
    try:
        fcntl.fcntl(fd, fcntl.F_GETFD)
        said.append(fd)
    except OSError:
        pass
said = [fd for fd in said if fd != channel._connection.fileno()]
"""
    assert prisoner.run(code) == ([], None)


def test_its_standard_descriptors_lead_nowhere(prison):
    free = prison("none", filter_calls=False).prisoner()
    code = """
import os, stat
null = os.stat("/dev/null").st_rdev
said = [os.fstat(fd).st_rdev == null for fd in (0, 1)] + [stat.S_ISFIFO(os.fstat(2).st_mode)]
"""
    assert free.run(code) == ([True, True, True], None)


def test_a_descriptor_that_it_passes_on_is_not_taken(prison):
    """The supervisor reads frames and no descriptors."""
    prisoner = prison("none", filter_calls=True).prisoner()
    code = """
import socket
from catalog_engine.host.messages import encode
frame = encode({"type": "said", "said": "with a descriptor", "error": None})
socket.send_fds(channel._connection, [frame], [0])
"""
    before = set(os.listdir("/proc/self/fd"))
    assert prisoner.run(code) == ("with a descriptor", None)
    assert len(set(os.listdir("/proc/self/fd")) - before) == 0


def test_siblings_cannot_be_read_where_there_is_no_filter(prison):
    prisons = prison("unshare", filter_calls=False)
    one, other = prisons.prisoner(), prisons.prisoner()
    pid, error = other.run("import os; said = os.getpid()")
    assert error is None
    assert pid != one.run("import os; said = os.getpid()")[0]
    _said, error = one.run(f'open("/proc/{pid}/mem", "rb").read(0)')
    assert error is not None


def test_memory_of_others_is_not_in_its_own(prison):
    """What one task was given, a later worker does not find in its memory."""
    prisons = prison("none", filter_calls=True)
    word = "burano" + os.urandom(8).hex()
    assert prisons.prisoner().run(f"said = len({word!r})")[1] is None
    code = f"""
import gc
said = [1 for thing in gc.get_objects() if isinstance(thing, dict) and any(
    isinstance(v, str) and v.startswith({word[:12]!r}) and v.endswith({word[-6:]!r})
    for v in list(thing.values())) and thing is not globals()]
"""
    assert prisons.prisoner().run(code) == ([], None)


def test_a_flood_on_standard_error_does_not_stop_others(prison):
    prisons = prison("none", filter_calls=True)
    loud, quiet = prisons.prisoner(), prisons.prisoner()
    done = threading.Event()
    answers = []

    def shout():
        answers.append(loud.run("import os\nfor _ in range(300): os.write(2, b'x' * 65536)"))
        done.set()

    thread = threading.Thread(target=shout)
    thread.start()
    assert quiet.run("said = 1") == (1, None)
    assert done.wait(60)
    thread.join()
    assert answers == [(None, None)]
