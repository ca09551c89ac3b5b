"""A system call filter: a worker may compute, and talk on the sockets that it has."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import struct
from typing import Final, NamedTuple

#: Name: its number on x86_64 and on aarch64 (None where it does not exist). All that a worker
#: may call once it is ready; everything else fails with EPERM.
ALLOWED: Final[dict[str, tuple[int | None, int | None]]] = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "close": (3, 57),
    "fstat": (5, 80), "poll": (7, None), "ppoll": (271, 73),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214),
    "mremap": (25, 216), "madvise": (28, 233), "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132),
    "sched_yield": (24, 124), "nanosleep": (35, 101), "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113), "gettimeofday": (96, 169), "times": (100, 153),
    "getrusage": (98, 165), "getitimer": (36, 102), "setitimer": (38, 103),
    "getpid": (39, 172), "gettid": (186, 178),
    "sendto": (44, 206), "recvfrom": (45, 207), "sendmsg": (46, 211), "recvmsg": (47, 212),
    "shutdown": (48, 210), "futex": (202, 98), "getrandom": (318, 278),
    "restart_syscall": (219, 128), "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
FCNTL: Final = (72, 25)
FCNTL_COMMANDS: Final = (fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_SETFL)
"""Not F_SETOWN and F_SETSIG: with them the kernel sends signals of one's choice to others."""
ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Machine: column of the numbers, and the kernel's name for it."""

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_SECCOMP: Final = 22
PR_SET_NO_NEW_PRIVS: Final = 38
SECCOMP_MODE_FILTER: Final = 2

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _DENY = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_NUMBER, _ARCHITECTURE, _SECOND_ARGUMENT = 0, 4, 24
_X32 = 0x40000000


class FilterError(Exception):
    """The kernel takes no filter; the text says why."""


class _Step(NamedTuple):
    """One instruction of the filter; a comparison goes on at a label, else at the next step."""

    operation: int
    value: int
    then: str = ""
    otherwise: str = ""
    label: str = ""


def program(machine: str) -> bytes:
    """The filter of a machine: calls of :data:`ALLOWED` pass, others fail with EPERM.

    :raises FilterError: no numbers are known for it.
    """
    if machine not in ARCHITECTURES:
        raise FilterError(f"no system call numbers are known for {machine}")
    column, architecture = ARCHITECTURES[machine]
    numbers = sorted(row[column] or 0 for row in ALLOWED.values() if row[column] is not None)
    return _assembled(
        [
            _Step(_LOAD, _ARCHITECTURE),
            _Step(_EQUAL, architecture, otherwise="kill"),
            _Step(_LOAD, _NUMBER),
            # Calls of the x32 form have other meanings.
            _Step(_AT_LEAST, _X32, then="deny"),
            _Step(_EQUAL, FCNTL[column], then="fcntl"),
            *(_Step(_EQUAL, number, then="allow") for number in numbers),
            _Step(_RETURN, _DENY),
            _Step(_LOAD, _SECOND_ARGUMENT, label="fcntl"),
            *(_Step(_EQUAL, command, then="allow") for command in FCNTL_COMMANDS),
            _Step(_RETURN, _DENY, label="deny"),
            _Step(_RETURN, _KILL, label="kill"),
            _Step(_RETURN, _ALLOW, label="allow"),
        ]
    )


def _assembled(steps: list[_Step]) -> bytes:
    places = {step.label: index for index, step in enumerate(steps) if step.label}

    def distance(index: int, label: str) -> int:
        return places[label] - index - 1 if label else 0

    return b"".join(
        struct.pack(
            "HBBI", step.operation, distance(index, step.then), distance(index, step.otherwise),
            step.value,
        )
        for index, step in enumerate(steps)
    )  # fmt: skip


def works() -> bool:
    """Whether this kernel and machine take the filter and obey it: tried in a process."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            install()
            os.close(os.open(os.devnull, os.O_RDONLY))
        except PermissionError:
            code = 0
        except BaseException:
            code = 1
        finally:
            os._exit(code)
    _pid, status = os.waitpid(pid, 0)
    return status == 0


def install() -> None:
    """Close the sandbox of this process, for good.

    :raises FilterError: the kernel or the machine has no filters.
    """
    body = program(platform.machine())
    buffer = ctypes.create_string_buffer(body, len(body))
    filter_program = _Program(len(body) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(filter_program))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def prctl(option: int, value: int, more: int = 0) -> None:
    """Call ``prctl``.

    :raises FilterError: it failed.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    if libc.prctl(option, value, more, 0, 0) != 0:
        raise FilterError(f"prctl({option}) failed: {errno.errorcode[ctypes.get_errno()]}")
