"""A system call filter: a worker may compute, and talk on the sockets that it has."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Iterable
from typing import Final

#: Name: its number on x86_64 and on aarch64 (None where it does not exist). All that a worker
#: may call once it is ready; everything else fails with EPERM.
ALLOWED: Final[dict[str, tuple[int | None, int | None]]] = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "close": (3, 57),
    "fstat": (5, 80), "lseek": (8, 62), "poll": (7, None), "ppoll": (271, 73),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214),
    "mremap": (25, 216), "madvise": (28, 233), "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132),
    "sched_yield": (24, 124), "nanosleep": (35, 101), "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113), "gettimeofday": (96, 169), "times": (100, 153),
    "getrusage": (98, 165), "getitimer": (36, 102), "setitimer": (38, 103),
    "getpid": (39, 172), "gettid": (186, 178), "sendto": (44, 206), "recvfrom": (45, 207),
    "sendmsg": (46, 211), "recvmsg": (47, 212), "shutdown": (48, 210), "fcntl": (72, 25),
    "futex": (202, 98), "getrandom": (318, 278), "membarrier": (324, 283), "rseq": (334, 293),
    "restart_syscall": (219, 128), "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Machine: column of the numbers, and the kernel's name for it."""

PR_SET_NO_NEW_PRIVS: Final = 38
PR_SET_SECCOMP: Final = 22
PR_SET_PDEATHSIG: Final = 1
SECCOMP_MODE_FILTER: Final = 2

_LOAD, _JUMP_EQUAL, _JUMP_GREATER, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_X32 = 0x40000000


class FilterError(Exception):
    """The kernel takes no filter; the text says why."""


def program(numbers: Iterable[int], architecture: int) -> bytes:
    """The filter: calls of *numbers* pass, others fail with EPERM."""
    rows = sorted(numbers)
    code = [
        (_LOAD, 0, 0, 4),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        # Calls of the x32 form have other meanings.
        (_JUMP_GREATER, len(rows), 0, _X32),
    ]
    for index, number in enumerate(rows):
        code.append((_JUMP_EQUAL, len(rows) - index, 0, number))
    code.append((_RETURN, 0, 0, _ERRNO | errno.EPERM))
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *row) for row in code)


def is_known_machine() -> bool:
    """Whether there are numbers for this machine."""
    return platform.machine() in ARCHITECTURES


def install() -> None:
    """Close the sandbox of this process, for good.

    :raises FilterError: the kernel or the machine has no filters.
    """
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise FilterError(f"no system call numbers are known for {machine}")
    column, architecture = ARCHITECTURES[machine]
    numbers = [row[column] for row in ALLOWED.values()]
    body = program([number for number in numbers if number is not None], architecture)
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
