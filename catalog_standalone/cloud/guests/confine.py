"""Run by path before a guest's sandbox: ties it to its parent and limits it, then executes it.

Arguments: parent pid, memory limit in bytes, cgroup folders joined by ``:`` (may be empty), then
the command. Standard library only; it must start fast.
"""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38


def main() -> None:
    """Confine this process and become the command."""
    parent, memory, cgroups, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for folder in filter(None, cgroups.split(":")):
        with open(os.path.join(folder, "cgroup.procs"), "w") as file:
            file.write(str(os.getpid()))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    os.execv(command[0], command)


main()
