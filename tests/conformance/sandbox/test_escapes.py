"""No attempt to get out of a worker succeeds, and none does harm. The list only ever grows.

Each attempt is Python code, run in a worker that has nothing but the system call filter: what
else isolates workers is not there on every host.
"""

from __future__ import annotations

import platform

import pytest

NUMBERS = {
    "open": (2, None), "openat": (257, 56), "openat2": (437, 437), "creat": (85, None),
    "open_by_handle_at": (304, 265), "memfd_create": (319, 279), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "ptrace": (101, 117), "kill": (62, 129), "tkill": (200, 130),
    "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "accept": (43, 202), "sendmmsg": (307, 269), "execve": (59, 221), "execveat": (322, 281),
    "fork": (57, None), "vfork": (58, None), "clone": (56, 220), "clone3": (435, 435),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428), "fsopen": (430, 430),
    "move_mount": (429, 429), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "prctl": (157, 167), "seccomp": (317, 277), "setrlimit": (160, 164), "prlimit64": (302, 261),
    "setuid": (105, 146), "setresuid": (117, 147), "capset": (126, 91), "ioctl": (16, 29),
    "init_module": (175, 105), "reboot": (169, 142), "sethostname": (170, 161),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "inotify_init1": (294, 26),
    "fanotify_init": (300, 262), "name_to_handle_at": (303, 264), "stat": (4, None),
    "newfstatat": (262, 79), "statx": (332, 291), "readlinkat": (267, 78), "getdents64": (217, 61),
    "chdir": (80, 49), "unlinkat": (263, 35), "renameat2": (316, 276), "linkat": (265, 37),
    "mkdirat": (258, 34), "fchmodat": (268, 53), "truncate": (76, 45), "ftruncate": (77, 46),
    "lseek": (8, 62), "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119),
    "setpriority": (141, 140), "setpgid": (109, 154), "setsid": (112, 157),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "timer_create": (222, 107), "process_madvise": (440, 440), "kcmp": (312, 272),
    "personality": (135, 92), "mknodat": (259, 33), "landlock_create_ruleset": (444, 444),
}  # fmt: skip
"""Name: number on x86_64 and aarch64. Each must be refused, whatever its arguments."""
PRELUDE = """
import ctypes, os, socket, subprocess, signal, threading, fcntl
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def raw(number):
    if libc.syscall(*(ctypes.c_long(value) for value in (number, 0, 0, 0, 0, 0, 0))) < 0:
        raise OSError(ctypes.get_errno(), "refused")
"""
ATTEMPTS = {
    "read a file": 'open("/etc/passwd").read()',
    "read its own code": "open(os.__file__).read()",
    "read its environment": 'open("/proc/self/environ", "rb").read()',
    "read its memory": 'open("/proc/self/mem", "rb").read(1)',
    "write a file": 'open("/tmp/burano-escape", "w").write("x")',
    "list a folder": 'os.listdir("/")',
    "look for a file": 'os.stat("/")',
    "follow a link": 'os.readlink("/proc/self/exe")',
    "an internet socket": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "a datagram socket": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
    "a unix socket": "socket.socket(socket.AF_UNIX)",
    "a netlink socket": "socket.socket(16, socket.SOCK_RAW, 0)",
    "a packet socket": "socket.socket(17, socket.SOCK_RAW, 0)",
    "a vsock": "socket.socket(40, socket.SOCK_STREAM)",
    "a socket pair": "socket.socketpair()",
    "look up a name": 'socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM); '
    'socket.create_connection(("localhost", 80), 1)',
    "fork": "os.fork()",
    "a thread": "threading.Thread(target=print).start()",
    "a program": 'subprocess.run(["/bin/true"], check=True)',
    "become a program": 'os.execv("/bin/true", ["true"])',
    "the shell": 'assert os.system("true") != 0; raise PermissionError("nothing ran")',
    "kill the fork server": "os.kill(os.getppid(), signal.SIGKILL)",
    "kill all": "os.kill(-1, signal.SIGKILL)",
    "kill its group": "os.killpg(0, signal.SIGTERM)",
    "signals from the kernel": "fcntl.fcntl(channel._connection, fcntl.F_SETOWN, os.getppid())",
    "signals of its choice": "fcntl.fcntl(channel._connection, fcntl.F_SETSIG, signal.SIGKILL)",
    "watch a folder": "fcntl.fcntl(channel._connection, fcntl.F_NOTIFY, 1)",
    "a lease": "fcntl.fcntl(channel._connection, fcntl.F_SETLEASE, 0)",
    "raise its limits": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "raise its priority": "os.setpriority(os.PRIO_PROCESS, 0, -20)",
    "another processor": "os.sched_setaffinity(0, [0])",
    "a pipe": "os.pipe()",
    "an epoll": "import select; select.epoll()",
    "push keys to the terminal": 'fcntl.ioctl(2, 0x5412, b"x")',
    "import what is not loaded": "import antigravity",
}


@pytest.fixture(scope="module")
def prisons(prison):
    return prison("none", filter_calls=True)


@pytest.fixture(scope="module")
def sibling(prisons):
    return prisons.prisoner()


def is_well(prisoner) -> bool:
    return prisoner.run("said = 6 * 7") == (42, None)


@pytest.mark.parametrize("name", ATTEMPTS)
def test_no_attempt_succeeds(prisons, sibling, name):
    prisoner = prisons.prisoner()
    _said, error = prisoner.run(PRELUDE + ATTEMPTS[name])
    assert error is not None
    assert is_well(prisoner)
    assert is_well(sibling)


@pytest.mark.parametrize("name", NUMBERS)
def test_no_call_is_made_past_libraries(prisons, sibling, name):
    number = NUMBERS[name][platform.machine() == "aarch64"]
    if number is None:
        other = "x86_64" if platform.machine() == "aarch64" else "aarch64"
        pytest.skip(f"{platform.machine()} has no system call {name}: run on {other} to try it")
    prisoner = prisons.prisoner()
    assert prisoner.run(PRELUDE + f"raw({number})")[1] == "PermissionError: [Errno 1] refused"
    assert is_well(prisoner)
    assert is_well(sibling)
