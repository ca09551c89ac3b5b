"""The launcher's state folder: what cannot be used names its remedy."""

import os
import socket
import tempfile
from pathlib import Path

import pytest

from catalog_standalone import layout
from catalog_standalone.layout import LaunchError, Layout, Lock, Options


def test_a_second_launcher_on_a_folder_is_refused(tmp_path):
    first = Lock(tmp_path / "lock")
    with pytest.raises(LaunchError, match=rf"process {os.getpid()}.*choose another folder"):
        Lock(tmp_path / "lock")
    first.release()
    Lock(tmp_path / "lock").release()


def test_a_folder_that_cannot_be_made_is_explained():
    # A short path, wherever the test's own folder lies: sockets go below it.
    with (
        tempfile.NamedTemporaryFile() as file,
        pytest.raises(LaunchError, match=r"cannot write to .*/state.*--state"),
    ):
        Layout(Path(file.name) / "state")


def test_a_path_too_long_for_sockets_is_explained(tmp_path):
    with pytest.raises(LaunchError, match=r"too long .* choose a shorter one"):
        Layout(tmp_path / ("x" * 100))


def test_the_folder_and_what_is_written_is_private(tmp_path):
    places = Layout(tmp_path / "state")
    assert places.root.stat().st_mode & 0o777 == 0o700
    layout.write_private(places.root / "secret", "x")
    assert (places.root / "secret").stat().st_mode & 0o777 == 0o600


def test_secrets_are_made_once(tmp_path):
    first = layout.remembered(tmp_path / "secrets.json", layout.new_secrets)
    assert layout.remembered(tmp_path / "secrets.json", layout.new_secrets) == first
    assert len({first[name] for name in ("admin", "demo", "burano")}) == 3


def test_a_damaged_file_is_explained(tmp_path):
    (tmp_path / "secrets.json").write_text("[")
    with pytest.raises(LaunchError, match=r"secrets.json is damaged.*another --state"):
        layout.remembered(tmp_path / "secrets.json", layout.new_secrets)


def test_ports_are_neighbours():
    ports = layout.choose_ports(Options(state=None, port=8082))
    assert ports["api"] == 8082
    assert ports["page"] == 8083
    assert sorted(ports.values()) == list(range(8082, 8082 + len(layout.PORT_NAMES)))


def test_a_port_near_the_end_has_no_room():
    with pytest.raises(LaunchError, match="no room"):
        layout.choose_ports(Options(state=None, port=65530))


def test_port_zero_finds_a_free_block():
    ports = layout.choose_ports(Options(state=None, port=0))
    assert layout.busy("127.0.0.1", ports) == []


def test_a_busy_port_is_named_with_its_remedy():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LaunchError, match=rf"port {port} .* for the api.*--port"):
            layout.check_ports("127.0.0.1", {"api": port})


def test_a_host_that_is_none_is_explained():
    with pytest.raises(LaunchError, match="is no address"):
        layout.check_ports("no such host", {"api": 1024})
