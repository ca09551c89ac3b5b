"""The filter's program, interpreted: what the kernel of each machine would answer."""

from __future__ import annotations

import errno
import fcntl
import struct

import pytest

from catalog_engine.worker import seccomp

ALLOW, KILL, DENY = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
MACHINES = sorted(seccomp.ARCHITECTURES)


def verdict(program: bytes, number: int, architecture: int, second: int = 0) -> int:
    """Interpret a program of the instructions that ours uses."""
    code = [struct.unpack_from("HBBI", program, at) for at in range(0, len(program), 8)]
    data = struct.pack("=IIQ6Q", number, architecture, 0, 0, second, 0, 0, 0, 0)
    at, accumulator = 0, 0
    while True:
        operation, then, otherwise, value = code[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif operation == 0x15:
            at += then if accumulator == value else otherwise
        elif operation == 0x35:
            at += then if accumulator >= value else otherwise
        else:
            assert operation == 0x06
            return value


@pytest.fixture(params=MACHINES)
def machine(request):
    column, architecture = seccomp.ARCHITECTURES[request.param]
    return seccomp.program(request.param), column, architecture


def test_only_what_the_table_names_passes(machine):
    program, column, architecture = machine
    allowed = {row[column] for row in seccomp.ALLOWED.values()} - {None}
    for number in range(1024):
        if number != seccomp.FCNTL[column]:
            expected = ALLOW if number in allowed else DENY
            assert verdict(program, number, architecture) == expected, number


def test_descriptors_may_be_asked_about_but_signal_nobody(machine):
    program, column, architecture = machine
    number = seccomp.FCNTL[column]
    allowed = {fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_SETFL}
    for command in (*range(40), *range(1024, 1050)):
        # The kernel looks at the lower half of the argument only.
        for argument in (command, command | 1 << 32):
            expected = ALLOW if command in allowed else DENY
            assert verdict(program, number, architecture, argument) == expected, command


def test_other_forms_of_calls_do_not_pass(machine):
    program, _column, architecture = machine
    for number in (0x40000000, 0x40000001, 0x40000208, 0xFFFFFFFF):
        assert verdict(program, number, architecture) == DENY
    for other in (0x40000003, 0x40000028, 0):  # i386, arm, none
        assert verdict(program, 1, other) == KILL


def test_an_unknown_machine_has_no_filter():
    with pytest.raises(seccomp.FilterError, match="pdp11"):
        seccomp.program("pdp11")
