"""What a worker loses before it gets its task: limits, descriptors, environment, system calls."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog_engine.worker import seccomp

GRACE_SECONDS = 5
"""CPU seconds after the soft limit, for what cleans up; then the kernel kills."""
OPEN_FILES = 16
CAPABILITY_VERSION = 0x20080522


@dataclass(frozen=True)
class Bounds:
    """Hard limits of one process.

    :ivar memory: bytes of address space.
    :ivar cpu_seconds: CPU time.
    """

    memory: int = 1 << 30
    cpu_seconds: int = 600

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Bounds:
        """The limits that a mapping names; others have their defaults."""
        return cls(
            int(given.get("memory", cls.memory)), int(given.get("cpu_seconds", cls.cpu_seconds))
        )

    def rows(self) -> dict[int, tuple[int, int]]:
        """Kind of limit -> soft and hard limit."""
        return {
            resource.RLIMIT_AS: (self.memory, self.memory),
            resource.RLIMIT_CPU: (self.cpu_seconds, self.cpu_seconds + GRACE_SECONDS),
            resource.RLIMIT_FSIZE: (0, 0),
            resource.RLIMIT_CORE: (0, 0),
            resource.RLIMIT_NOFILE: (OPEN_FILES, OPEN_FILES),
            resource.RLIMIT_NPROC: (0, 0),
        }


def confine(bounds: Bounds, keep: int, output: int, *, filter_calls: bool = True) -> None:
    """Confine this process for good.

    :param keep: the one descriptor that stays open as it is.
    :param output: what becomes standard error.
    :raises FilterError: the system call filter was asked for and cannot be had.
    :raises OSError, ValueError: a limit cannot be set.
    """
    os.environ.clear()
    _close_all_but(keep, output)
    for kind, wanted in bounds.rows().items():
        ceiling = resource.getrlimit(kind)[1]
        has_ceiling = ceiling != resource.RLIM_INFINITY
        soft, hard = (min(value, ceiling) if has_ceiling else value for value in wanted)
        resource.setrlimit(kind, (soft, hard))
    # Where there is no filter, these keep processes of the same user out of one another.
    seccomp.prctl(seccomp.PR_SET_DUMPABLE, 0)
    _drop_capabilities()
    if filter_calls:
        seccomp.install()
    else:
        seccomp.prctl(seccomp.PR_SET_NO_NEW_PRIVS, 1)


def _close_all_but(keep: int, output: int) -> None:
    os.dup2(output, 2)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.closerange(3, keep)
    os.closerange(max(keep, 2) + 1, os.sysconf("SC_OPEN_MAX"))


def _drop_capabilities() -> None:
    """Be nobody in particular, though the user is root, of the host or of a namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    if libc.capset(header, bytes(6 * 4)) != 0:
        raise OSError(ctypes.get_errno(), "capabilities cannot be dropped")


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel kill this process when the one that started it ends.

    :param parent: its process id where that is known: it may have ended already.
    """
    seccomp.prctl(seccomp.PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)
