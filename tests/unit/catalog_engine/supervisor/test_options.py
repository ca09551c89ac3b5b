"""What packages may read of the engine's configuration."""

from __future__ import annotations

import json

import pytest
from oslo_config import cfg

from catalog_engine.host.errors import PortError
from catalog_engine.supervisor.options import READABLE, Options


@pytest.fixture
def conf():
    made = cfg.ConfigOpts()
    made.register_opt(cfg.StrOpt("home_region", default="R1"))
    made.register_opts(
        [cfg.ListOpt("stack_tags", default=["a", "b"]), cfg.StrOpt("secret", default="s")], "heat"
    )
    made.register_opts(
        [cfg.StrOpt("host", default="h"), cfg.StrOpt("password", default="p")], "rabbitmq"
    )
    made([], default_config_files=[])
    return made


@pytest.fixture
def options(conf, tmp_path):
    return Options(conf, tmp_path)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("DEFAULT", "home_region", "R1"), ("heat", "stack_tags", ["a", "b"]),
        ("heat", "secret", None), ("rabbitmq", "host", "h"), ("rabbitmq", "password", None),
        ("rabbitmq", "port", None), ("networking", "driver", None), ("engine", "slots", None),
        ("keystone_authtoken", "password", None), ("database", "connection", None), ("", "", None),
    ],
)  # fmt: skip
def test_readable_options_alone(options, section, key, value):
    assert options.option(section, key) == value


def test_no_readable_option_is_a_secret():
    for keys in READABLE.values():
        assert not {"password", "login", "transport_url", "hub_control"} & keys


@pytest.mark.parametrize(
    ("present", "version", "found"),
    [
        (["a.B-1.2.3.json", "a.B-1.2.json", "a.B-1.json"], "1.2.3", "a.B-1.2.3.json"),
        (["a.B-1.2.json", "a.B-1.json"], "1.2.3", "a.B-1.2.json"),
        (["a.B-1.json", "a.B.json"], "1.9.0", "a.B-1.json"),
        (["a.B.json"], "0.3.0", "a.B.json"),
        (["a.B.json"], "1.0.0", None),
        (["a.Other.json"], "0.1.0", None),
    ],
)
def test_the_nearest_class_configuration(options, tmp_path, present, version, found):
    for name in present:
        (tmp_path / name).write_text(json.dumps({"from": name}))
    assert options.class_config("a.B", version) == (found and {"from": found})


@pytest.mark.parametrize(("name", "text"), [("a.B.yaml", "a: ["), ("a.B.json", "[1]")])
def test_a_class_configuration_that_cannot_be_read(options, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(PortError) as caught:
        options.class_config("a.B", "0.1.0")
    assert caught.value.type == "ConfigurationError"
    assert name in str(caught.value)


def test_a_class_name_leads_out_of_the_folder_nowhere(options, tmp_path):
    outside = tmp_path.parent / "outside.json"
    outside.write_text('{"found": true}')
    assert options.class_config("../outside", "0.1.0") is None
