"""What a worker loses before it gets its task: limits, descriptors, environment, system calls."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog_engine.worker import seccomp

LOG = logging.getLogger(__name__)
GRACE_SECONDS = 5
"""CPU seconds after the soft limit, for what cleans up; then the kernel kills."""


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


def confine(bounds: Bounds, keep: int, *, filter_calls: bool = True) -> None:
    """Confine this process for good.

    :param keep: the one descriptor that stays open, beside standard error.
    :raises FilterError: the system call filter was asked for and cannot be had.
    """
    os.environ.clear()
    _close_all_but(keep)
    limits = {
        resource.RLIMIT_AS: (bounds.memory, bounds.memory),
        resource.RLIMIT_CPU: (bounds.cpu_seconds, bounds.cpu_seconds + GRACE_SECONDS),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (16, 16),
    }
    for name, values in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(name, values)
    if filter_calls:
        seccomp.install()
    else:
        seccomp.prctl(seccomp.PR_SET_NO_NEW_PRIVS, 1)


def _close_all_but(keep: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    highest = max(keep, 2) + 1
    os.closerange(3, keep)
    os.closerange(highest, 4096)


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that started it ends."""
    seccomp.prctl(seccomp.PR_SET_PDEATHSIG, signal.SIGKILL)
