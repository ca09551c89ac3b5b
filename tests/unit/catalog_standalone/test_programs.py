"""Configuration files of standalone mode: each program takes what is written for it."""

import json
import subprocess

import pytest

from catalog_common import configuration
from catalog_standalone import layout
from catalog_standalone.cloud import config as cloud_config
from catalog_standalone.layout import LaunchError, Layout, Options
from catalog_standalone.programs import Broker, Programs, ini

PORTS = layout.choose_ports(Options(state=None, port=9000))


def programs(tmp_path, **options):
    places = Layout(tmp_path / "state")
    made = Programs(Options(state=places.root, **options), places, PORTS, layout.new_secrets())
    made.write_files()
    return made, places


def read(places, name, *sections):
    return configuration.load(["--config-file", str(places.etc / name)], *sections)


def test_services_read_their_file(tmp_path):
    _, places = programs(tmp_path)
    conf = read(
        places, "burano.conf", configuration.API, configuration.DATABASE,
        configuration.DATABASE_ENCRYPTION, configuration.CONDUCTOR, configuration.MESSAGING,
    )  # fmt: skip
    assert (conf.api.host, conf.api.port) == ("127.0.0.1", 9000)
    assert conf.database.connection == f"sqlite:///{places.root}/burano.sqlite"
    assert conf.conductor.endpoint == conf.conductor.listen == f"unix://{places.conductor_socket}"
    assert len(conf.database_encryption["keys"]) == 1
    assert conf.messaging.transport_url == ""


def test_each_engine_has_a_name_and_a_folder_of_its_own(tmp_path):
    _, places = programs(tmp_path, engines=2)
    found = [read(places, f"engine-{n}.conf", configuration.ENGINE).engine for n in (1, 2)]
    assert [engine.name for engine in found] == ["engine-1", "engine-2"]
    assert len({engine.state_dir for engine in found}) == 2


def test_guests_reach_the_hub_and_nothing_else(tmp_path):
    _, places = programs(tmp_path)
    cloud = cloud_config.load(places.etc / "cloud.json")
    assert cloud.guests.forwards == [f"127.0.0.1:{PORTS['hub']}"]
    assert {user.name for user in cloud.users} == {"admin", "demo", "burano"}
    conf = read(places, "engine-1.conf", configuration.RABBITMQ)
    assert conf.rabbitmq.credentials_provider == "hub"
    assert (conf.rabbitmq.host, conf.rabbitmq.port) == ("127.0.0.1", PORTS["hub"])


def test_a_broker_takes_the_hub_s_place(tmp_path):
    made, places = programs(tmp_path, broker="amqp://me:p%40ss$@localhost:5999/guests")
    conf = read(places, "engine-1.conf", configuration.RABBITMQ, configuration.MESSAGING)
    rabbit = conf.rabbitmq
    assert (rabbit.host, rabbit.port, rabbit.virtual_host) == ("127.0.0.1", 5999, "guests")
    assert (rabbit.login, rabbit.password) == ("me", "p@ss$")
    assert conf.messaging.transport_url == "rabbit://me:p%40ss%24@127.0.0.1:5999/guests"
    assert rabbit.credentials_provider == "shared"
    assert cloud_config.load(places.etc / "cloud.json").guests.forwards == ["127.0.0.1:5999"]
    assert "hub" not in [program.name for stage in made.stages() for program in stage]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("localhost:5672", "is not understood"),
        ("redis://localhost", "is not understood"),
        ("amqp://localhost:port", "--broker"),
        ("amqp://192.0.2.7", "loopback addresses only"),
    ],
)
def test_a_broker_that_cannot_be_used_is_explained(url, message):
    with pytest.raises(LaunchError, match=message):
        Broker.parse(url)


def test_openrc_is_sourced_by_a_shell(tmp_path):
    made, places = programs(tmp_path)
    layout.write_private(places.openrc, made.openrc())
    done = subprocess.run(
        ["sh", "-c", f". {places.openrc}; echo $OS_USERNAME@$OS_AUTH_URL $OS_CLOUD"],
        env={"OS_CLOUD": "other", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == f"demo@http://127.0.0.1:{PORTS['identity']}/v3\n"


def test_the_environment_of_programs_bypasses_proxies_and_other_clouds(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "example.org")
    monkeypatch.setenv("OS_CLOUD", "other")
    made, _ = programs(tmp_path)
    assert made.environment["no_proxy"].startswith("example.org,127.0.0.0/8")
    assert "OS_CLOUD" not in made.environment


def test_a_killed_engine_comes_back_after_the_others_took_over(tmp_path):
    made, _ = programs(tmp_path, engines=2)
    alone, _ = programs(tmp_path, engines=1)
    assert made.stages()[-1][0].restart_seconds > 5 > alone.stages()[-1][0].restart_seconds


def test_a_dollar_sign_stays_one(tmp_path):
    (tmp_path / "x.conf").write_text(ini({"database": {"connection": "a$b"}}))
    conf = configuration.load(["--config-file", str(tmp_path / "x.conf")], configuration.DATABASE)
    assert conf.database.connection == "a$b"


def test_endpoints_hold_no_secret(tmp_path):
    made, places = programs(tmp_path)
    secrets = json.loads((places.etc / "cloud.json").read_text())["users"]
    text = json.dumps(made.endpoints())
    assert not any(user["password"] in text for user in secrets)
