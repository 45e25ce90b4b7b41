"""Two more walls inside the sandbox: which system calls there are, and where files may be written.

Both are layers behind the namespaces, not instead of them.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from cnncourse.grading.engine import kernel

_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
_CALL, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24  # places in what a filter sees
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000  # a second numbering of the calls on x86_64
_UNIX, _PDEATHSIG = 1, 1
_NEW = kernel.NEW_NAMESPACES | kernel.NEW_USER | 0x02000000  # cgroups, too

# what no exercise needs: other processes' memory, mounts, clocks, modules, keys, memory that no
# limit counts, and corners of the kernel with a history of holes
REFUSED = (
    "acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime", "clock_settime",
    "delete_module", "fanotify_init", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick",
    "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup", "kcmp",
    "kexec_file_load", "kexec_load", "keyctl", "memfd_create", "memfd_secret", "mount",
    "mount_setattr", "move_mount", "mq_open", "msgget", "name_to_handle_at", "open_by_handle_at",
    "open_tree", "perf_event_open", "personality", "pidfd_getfd", "pivot_root", "process_madvise",
    "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "reboot", "request_key",
    "semget", "setdomainname", "sethostname", "setns", "settimeofday", "shmget", "swapoff",
    "swapon", "syslog", "umount2", "unshare", "userfaultfd",
)  # fmt: skip


def seccomp_program() -> bytes:
    """Write the filter of system calls: refused ones fail with 'not permitted'."""
    permission = _REFUSE | errno.EPERM
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, _AUDIT[kernel.MACHINE], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _CALL),
        _step(_ANY_BIT, _X32, 0, 1),
        _step(_RETURN, _KILL),
    ]
    for name in REFUSED:
        steps += [_step(_EQUAL, kernel.number(name), 0, 1), _step(_RETURN, permission)]
    # clone3 hides its flags from the filter: as if the kernel were too old, so that clone is used
    steps += [
        _step(_EQUAL, kernel.number("clone3"), 0, 1),
        _step(_RETURN, _REFUSE | errno.ENOSYS),
    ]
    steps += _unless("clone", _FIRST, _ANY_BIT, _NEW, refuse_if=True, answer=permission)
    steps += _unless("socket", _FIRST, _EQUAL, _UNIX, refuse_if=False, answer=permission)
    steps += _unless("prctl", _FIRST, _EQUAL, _PDEATHSIG, refuse_if=True, answer=permission)
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _unless(
    name: str, place: int, test: int, value: int, *, refuse_if: bool, answer: int
) -> list[bytes]:
    """Refuse a call whose argument passes the test, or fails it."""
    passed, failed = (0, 1) if refuse_if else (1, 0)
    return [
        _step(_EQUAL, kernel.number(name), 0, 4),
        _step(_LOAD, place),
        _step(test, value, passed, failed),
        _step(_RETURN, answer),
        _step(_RETURN, _ALLOW),
    ]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


_WRITES = 0b1111111110010  # of Landlock's rights on files: all that change something
_BENEATH = 1


def landlock(writable: list[str]) -> bool:
    """Let files be changed only in some folders; False where the kernel has no Landlock."""
    handled = ctypes.create_string_buffer(struct.pack("=Q", _WRITES))
    try:
        rules = kernel.call("landlock_create_ruleset", ctypes.addressof(handled), 8, 0)
    except OSError:
        return False
    for folder in writable:
        place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        whole = _WRITES if os.path.isdir(folder) else 2  # noqa: PTH112 a path, not an object
        rule = ctypes.create_string_buffer(struct.pack("=Qi", whole, place))
        kernel.call("landlock_add_rule", rules, _BENEATH, ctypes.addressof(rule), 0)
        os.close(place)
    kernel.call("landlock_restrict_self", rules, 0)
    os.close(rules)
    return True
