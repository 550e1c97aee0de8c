"""Run as a script by `confined`: shuts itself in, then becomes the program that was asked for. Knows only the standard library."""

import ctypes
import json
import os
import sys

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_SIGKILL = 9
_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000


def _without_network(libc: ctypes.CDLL) -> None:
    """A network of its own with nothing in it; where the kernel does not allow that, the program's settings must do."""
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _limit(limits: dict[str, int]) -> None:
    import resource  # noqa: PLC0415  # not there on every system

    names = {"memory": resource.RLIMIT_AS, "cpu": resource.RLIMIT_CPU, "file": resource.RLIMIT_FSIZE}
    for name, value in limits.items():
        resource.setrlimit(names[name], (value, value))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> None:
    asked = json.loads(sys.argv[1])
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        _without_network(libc)
        _limit(asked["limits"])
        if asked["user"] is not None:
            os.setgroups([])
            os.setgid(asked["user"])
            os.setuid(asked["user"])
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        if os.getppid() != asked["parent"]:
            sys.exit(1)
    os.chdir(asked["folder"])
    os.execve(asked["argv"][0], asked["argv"], asked["environment"])


if __name__ == "__main__":
    _main()
