"""Functions of the engine: who may call them, and what they reach of the host."""

import threading

import pytest

from catalog_engine.muranopl.functions import timed
from catalog_engine.muranopl.functions.table import NO_RECEIVER
from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import Program, package, run


def config(caller, *args, **kwargs):
    """What ``config()`` answers to code of a class."""
    own = Program(package("Namespaces: {=: org.example}\nName: Main\n"))
    own.ports.configuration.options = {("heat", "stack_owner"): "me", ("DEFAULT", "debug"): True}

    def ask():
        cls = own.cls(caller)
        table = own.rt.functions_for("1.4")
        return table.call(own.rt, "config", NO_RECEIVER, args, kwargs, cls)

    return own.rt.run(ask)


def test_the_core_library_reads_the_configuration():
    assert config("io.murano.Object", "heat", "stack_owner") == "me"
    assert config("io.murano.Object", "debug") is True


@pytest.mark.parametrize("args", [("heat", "stack_owner"), ("debug",)])
def test_nobody_else_reads_the_configuration(args):
    with pytest.raises(exceptions.NoFunctionRegisteredException, match="config"):
        config("org.example.Main", *args)


def test_no_file_of_the_host_is_read():
    with pytest.raises(ValueError, match="cannot be read; read a resource instead"):
        config("io.murano.Object", "heat", "stack_owner", readAsFile=True)


def test_random_names_can_name_hosts_and_differ():
    names = run("- Return: range(300).select(randomName()).toList()")
    assert len(set(names)) == 300
    assert all(name.isalnum() and name == name.lower() and len(name) > 12 for name in names)
    assert all(name[:5].isalpha() for name in names)


def test_a_call_off_the_main_thread_has_no_bound_of_its_own():
    """Signals reach the main thread alone."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(timed.bounded(lambda: 5)))
    thread.start()
    thread.join(10)
    assert answers == [5]
