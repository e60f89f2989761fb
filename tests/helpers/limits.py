"""Limits of the system on a process: how many threads and processes its user may have."""

import ctypes
import os
import resource

SYS_ADMIN, SYS_RESOURCE = 21, 24  # Linux's capabilities to go beyond the limit
PR_CAPBSET_DROP, VERSION = 24, 0x20080522


def threads_and_processes(number: int) -> None:
    """Let this process, and those that it starts, be so many with all their threads.

    Root has no such limit: he becomes another user, who may do all that root may but for that.
    Any other user shares the limit with his other processes.
    """
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (SYS_ADMIN, SYS_RESOURCE):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        os.setresuid(1_000_000 + os.getpid(), 0, 0)
        header, sets = (ctypes.c_uint32 * 2)(VERSION, 0), (ctypes.c_uint32 * 6)()
        libc.capget(header, sets)
        sets[0] &= ~(1 << SYS_ADMIN | 1 << SYS_RESOURCE)
        libc.capset(header, sets)
    resource.setrlimit(resource.RLIMIT_NPROC, (number, number))
