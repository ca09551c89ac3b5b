"""The agent's configuration file: as rendered, and as nobody should write it."""

import pytest

from guest_agent.__main__ import main
from guest_agent.configuration import ConfigurationError, load

RENDERED = """
[DEFAULT]
debug=True
storage=/var/murano/plans
engine_key=
[rabbitmq]
host='10.0.0.5'
port="5671"
login=user@x
password=p/w:1
virtual_host=/
ssl=true
insecure=false
ca_certs=/etc/murano/certs/ca_certs
result_exchange=reply
result_routing_key=e1-h1.result
input_queue=e1-h1
"""


@pytest.fixture
def write(tmp_path):
    def to_file(text: str | bytes):
        path = tmp_path / "agent.conf"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return to_file


def test_what_the_class_library_renders(write):
    found = load(write(RENDERED))
    assert found.transport_url == "amqp://user%40x:p%2Fw%3A1@10.0.0.5:5671/%2F"
    assert (found.input_queue, found.reply_exchange, found.reply_key) == (
        "e1-h1", "reply", "e1-h1.result"
    )  # fmt: skip
    assert (found.ssl, found.insecure, found.debug) == (True, False, True)


def test_an_address_of_its_own_wins(write):
    text = RENDERED + "transport_url=hub://g:s@127.0.0.1:5/\n"
    assert load(write(text)).transport_url == "hub://g:s@127.0.0.1:5/"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff\xfe", "decode"), ("no section", "no section"), ("[rabbitmq]\n", "input_queue"),
        (RENDERED.replace('"5671"', "x"), "port"), (RENDERED.replace('"5671"', "70000"), "port"),
        (RENDERED.replace("engine_key=", "engine_key=KEY"), "engine_key"),
    ],
)  # fmt: skip
def test_what_cannot_be_used(write, capsys, text, said):
    path = write(text)
    with pytest.raises(ConfigurationError, match=said):
        load(path)
    assert main(["--config-file", str(path)]) == 2
    assert "agent.conf" in capsys.readouterr().err


def test_a_missing_file(tmp_path, capsys):
    assert main(["--config-file", str(tmp_path / "none.conf")]) == 2
    assert "none.conf" in capsys.readouterr().err
