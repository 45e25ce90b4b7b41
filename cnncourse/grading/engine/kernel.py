"""Calls of the Linux kernel that Python has no function for."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

_libc = ctypes.CDLL(None, use_errno=True)
MACHINE = platform.machine()

NEW_NAMESPACES = 0x00020000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000
NEW_USER = 0x10000000  # mounts, host name, IPC, processes and network above; users here

READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC = 1, 2, 4, 8  # of mount and mount_setattr alike
BIND, RECURSIVE, PRIVATE, DETACH = 4096, 16384, 1 << 18, 2

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP = 1, 4, 22, 24
_PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER, _PR_CAP_AMBIENT = 38, 36, 47

# system calls by number: (x86_64, aarch64)
_NUMBERS = {
    "acct": (163, 89), "add_key": (248, 217), "adjtimex": (159, 171), "bpf": (321, 280),
    "chroot": (161, 51), "clock_adjtime": (305, 266), "clock_settime": (227, 112),
    "clone": (56, 220), "clone3": (435, 435), "delete_module": (176, 106),
    "fanotify_init": (300, 262), "finit_module": (313, 273), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fsopen": (430, 430), "fspick": (433, 433), "init_module": (175, 105),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "io_uring_setup": (425, 425),
    "kcmp": (312, 272), "kexec_file_load": (320, 294), "kexec_load": (246, 104),
    "keyctl": (250, 219), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "mount": (165, 40), "mount_setattr": (442, 442), "move_mount": (429, 429),
    "mq_open": (240, 180), "msgget": (68, 186), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "open_tree": (428, 428), "perf_event_open": (298, 241),
    "personality": (135, 92), "pidfd_getfd": (438, 438), "pivot_root": (155, 41),
    "prctl": (157, 167), "process_madvise": (440, 440), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "ptrace": (101, 117), "quotactl": (179, 60),
    "reboot": (169, 142), "request_key": (249, 218), "semget": (64, 190),
    "setdomainname": (171, 162), "sethostname": (170, 161), "setns": (308, 268),
    "settimeofday": (164, 170),
    "shmget": (29, 194), "socket": (41, 198), "swapoff": (168, 225),
    "swapon": (167, 224), "syslog": (103, 116),
    "umount2": (166, 39), "unshare": (272, 97), "userfaultfd": (323, 282),
    "landlock_create_ruleset": (444, 444), "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}  # fmt: skip
_COLUMN = {"x86_64": 0, "aarch64": 1}
KNOWN = MACHINE in _COLUMN


def number(name: str) -> int:
    """Number a system call on this machine."""
    return _NUMBERS[name][_COLUMN[MACHINE]]


def call(name: str, *args: int | bytes | None) -> int:
    """Make a system call.

    Raises
    ------
    OSError
        With the call's name.
    """
    plain = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in args]
    return _checked(name, _libc.syscall(ctypes.c_long(number(name)), *plain))


def prctl(option: int, *args: int) -> None:
    """Set a property of this process."""
    plain = [ctypes.c_ulong(a) for a in (*args, 0, 0, 0, 0)[:4]]
    _checked("prctl", _libc.prctl(ctypes.c_int(option), *plain))


def unshare(flags: int) -> None:
    """Leave namespaces for new ones."""
    _checked("unshare", _libc.unshare(ctypes.c_int(flags)))


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """Mount a file system."""
    words = [None if w is None else w.encode() for w in (source, target, kind)]
    result = _libc.mount(*words, ctypes.c_ulong(flags), data.encode() or None)
    _checked(f"mount {target}", result)


def bind(source: str, target: str, flags: int) -> None:
    """Show a folder at another place, with everything mounted in it, under these flags."""
    mount(source, target, None, BIND | RECURSIVE)
    attributes = ctypes.create_string_buffer(struct.pack("=QQQQ", flags, 0, 0, 0))
    here, recursive = -100, 0x8000
    result = _libc.syscall(
        ctypes.c_long(number("mount_setattr")), ctypes.c_int(here), target.encode(),
        ctypes.c_uint(recursive), attributes, ctypes.c_size_t(32),
    )  # fmt: skip
    _checked(f"mount_setattr {target}", result)


def enter_root(folder: str) -> None:
    """Make a mounted folder the root, and let go of the old one."""
    os.chdir(folder)
    call("pivot_root", b".", b".")
    _checked("umount", _libc.umount2(b".", ctypes.c_int(DETACH)))
    os.chdir("/")


def bound_capabilities() -> None:
    """Let no program that is started from here gain a capability."""
    for capability in range(64):
        try:
            prctl(_PR_CAPBSET_DROP, capability)
        except OSError:  # past the last one
            break


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    prctl(_PR_CAP_AMBIENT, 4)  # clear all
    header = ctypes.create_string_buffer(struct.pack("=II", 0x20080522, 0))
    nothing = ctypes.create_string_buffer(24)
    _checked("capset", _libc.capset(header, nothing))


def die_with_parent() -> None:
    """Be killed when the parent ends, however it ends."""
    prctl(_PR_SET_PDEATHSIG, 9)


def be_private() -> None:
    """Let no process of the same user look into this one."""
    prctl(_PR_SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def filter_calls(program: bytes) -> None:
    """Put a seccomp filter on this process and all that come from it."""
    code = ctypes.create_string_buffer(program)
    count = len(program) // 8
    about = ctypes.create_string_buffer(struct.pack("@HP", count, ctypes.addressof(code)))
    prctl(_PR_SET_SECCOMP, 2, ctypes.addressof(about))


def _checked(name: str, result: int) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result
