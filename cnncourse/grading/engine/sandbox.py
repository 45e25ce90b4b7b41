"""The room in which a student's process runs.

It sees Python, its packages and the system's libraries, all read-only; a home and a temporary
folder in memory, of limited size; no other process, no network, no variable of the environment. It
is nobody: an unprivileged user without a capability. What it and all that comes from it may use is
limited, and all of it ends when its first process ends.

The room is built from the kernel's own namespaces, without a helper program. Where that cannot be
done, nothing runs.
"""

from __future__ import annotations

import base64
import contextlib
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from cnncourse.grading.engine import filters, kernel, watch, wire

HOME = "/home/student"
WRITABLE = (HOME, "/tmp", "/dev/shm", "/dev/null")
_FIRST_USER = 0x70000000  # far above any real user; one for each warm process
_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
_ETC = ("ld.so.cache", "localtime", "fonts", "alternatives", "mime.types")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_CALM = kernel.NO_SUID | kernel.NO_DEVICES
_NEEDS = "the sandbox needs Linux 5.14 or newer, x86_64 or aarch64"
_HINT = (
    "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, on Ubuntu also "
    "kernel.apparmor_restrict_unprivileged_userns=0; in Docker: --privileged, or "
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined), or give --sandbox=none for code that you trust"
)


class Cell:
    """What a student's process is put into.

    Parameters
    ----------
    kind : str
        'auto' or 'none'.
    limits : dict
        The fields of `Limits`.
    visible : list of str
        Folders that it may read.
    user : int
        Whom it runs as, where the grader is root.
    """

    def __init__(self, kind: str, limits: dict[str, Any], visible: list[str], user: int) -> None:
        self.kind = kind
        self.limits = limits
        self.visible = visible
        self.user = user
        self.data_now = watch.data_size()

    def enter(self, sock: socket.socket, files: dict[str, str], folder: str) -> None:
        """Put this process inside, and say so to the checker; it stays here only as the guard.

        What returns is a child of this process, the first one inside.
        """
        if self.kind == "none":
            self._enter_plainly(files, Path(folder))
            wire.send(sock, {"isolation": []})
            return
        try:
            self._build()
            isolation = self._lock(files)
        except (OSError, KeyError) as error:
            words = f"no sandbox: {error}; {_HINT if kernel.KNOWN else _NEEDS}"
            wire.send(sock, {"refused": words})
            os._exit(1)
        wire.send(sock, {"isolation": isolation})

    # --- with a sandbox ---

    def _build(self) -> None:
        """Make the namespaces and what can be seen in them."""
        if sys.platform != "linux" or not kernel.KNOWN:
            raise OSError(f"{sys.platform} on {kernel.MACHINE}")
        self.root = os.geteuid() == 0
        os.setsid()
        if self.root:
            kernel.unshare(kernel.NEW_NAMESPACES)
        else:
            user, group = os.geteuid(), os.getegid()
            kernel.unshare(kernel.NEW_NAMESPACES | kernel.NEW_USER)
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        if os.fork():
            _guard()
        kernel.die_with_parent()
        self._furnish(_free_place(self.visible))

    def _furnish(self, base: str) -> None:
        """Build a file system in memory that holds what may be seen, and make it the root."""
        kernel.mount(None, "/", None, kernel.RECURSIVE | kernel.PRIVATE)
        size, owner = self.limits["disk"], f"uid={os.geteuid()},gid={os.getegid()}"
        data = f"size={size},nr_inodes=5000,mode=755" + ("" if self.root else f",{owner}")
        kernel.mount("tmpfs", base, "tmpfs", _CALM, data)
        for folder in (HOME, "/tmp", "/dev/shm", "/proc", "/etc"):
            Path(base + folder).mkdir(parents=True, exist_ok=True)
        for folder in _outermost([*_SYSTEM, *self.visible]):
            self._show(folder, base)
        for name in _ETC:
            self._show(f"/etc/{name}", base)
        for name in _DEVICES:
            Path(f"{base}/dev/{name}").touch()
            kernel.mount(f"/dev/{name}", f"{base}/dev/{name}", None, kernel.BIND)
        with contextlib.suppress(OSError):  # in some containers; nothing needs it
            flags = _CALM | kernel.NO_EXEC
            kernel.mount("proc", f"{base}/proc", "proc", flags)
        kernel.enter_root(base)

    def _show(self, path: str, base: str) -> None:
        """Show a folder or file of the machine, read-only; a link stays a link."""
        source, target = Path(path), Path(base + path)
        if source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source.readlink())
        elif source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            kernel.bind(path, str(target), kernel.READ_ONLY | _CALM)
        elif source.is_file():
            target.touch()
            kernel.bind(path, str(target), kernel.READ_ONLY | _CALM)

    def _lock(self, files: dict[str, str]) -> list[str]:
        """Give up every right, inside; say which walls stand."""
        self._lay_out(files)
        self._limit()
        kernel.bound_capabilities()
        if self.root:
            os.setgroups([])
            os.setresgid(self.user, self.user, self.user)
            os.setresuid(self.user, self.user, self.user)
            kernel.die_with_parent()  # the kernel forgets it when the user changes
        walls = ["namespaces", "limits"]
        kernel.drop_capabilities()
        if filters.landlock(list(WRITABLE)):
            walls.append("landlock")
        kernel.filter_calls(filters.seccomp_program())
        walls.append("seccomp")
        _check(self.user if self.root else None)
        return walls

    def _lay_out(self, files: dict[str, str]) -> None:
        """Put the submission's data files into its home, and go there."""
        work = Path(HOME)
        for name, data in files.items():
            (work / name).write_bytes(base64.b64decode(data))
        if self.root:
            for path in (work, *work.iterdir(), Path("/tmp"), Path("/dev/shm")):
                os.chown(path, self.user, self.user)
        os.chdir(work)
        os.environ["HOME"] = HOME

    def _limit(self) -> None:
        """Set the limits that the kernel holds for every process."""
        seconds = int(self.limits["seconds_per_submission"]) + 1
        held = {
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_CPU: seconds,
            resource.RLIMIT_DATA: self.data_now + self.limits["memory"],
            resource.RLIMIT_FSIZE: self.limits["disk"],
            resource.RLIMIT_MEMLOCK: 0,
            resource.RLIMIT_NOFILE: 256,
            resource.RLIMIT_NPROC: self.limits["processes"],
        }
        for name, most in held.items():
            hard = resource.getrlimit(name)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(name, (most, most))

    # --- without ---

    def _enter_plainly(self, files: dict[str, str], folder: Path) -> None:
        """Run as whoever grades; for code that is trusted."""
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for name, data in files.items():
            (folder / name).write_bytes(base64.b64decode(data))
        os.chdir(folder)


def adopt_orphans() -> None:
    """Let processes whose parent ends become children of this one, so that they can be ended."""
    if sys.platform == "linux":
        kernel.adopt_orphans()


def die_with_parent() -> None:
    """Be killed when the process that forked this one ends."""
    if sys.platform == "linux":
        kernel.die_with_parent()


def kill_children() -> None:
    """Kill every descendant of this process, and wait until none is left."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        for pid in watch.family(os.getpid())[1:]:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def user_of_this_process() -> int:
    """Number the user that students' processes of this warm process run as, under root."""
    return _FIRST_USER + os.getpid()


def _guard() -> NoReturn:
    """Stay outside only to end when the one inside does."""
    os.closerange(3, 256)
    with contextlib.suppress(ChildProcessError):
        os.wait()
    os._exit(0)


def _check(user: int | None) -> None:
    """Look once more, from inside, whether the walls stand."""
    if os.getpid() != 1:
        raise OSError("the process namespace is not its own")
    if user is not None and (os.getuid(), os.geteuid(), os.getgid()) != (user, user, user):
        raise OSError("the user could not be changed")
    if os.geteuid() == 0:
        raise OSError("still root")
    for name in ("/etc/passwd", "/etc/shadow", "/sys/kernel"):
        if Path(name).exists():
            raise OSError(f"{name} can be seen")
    try:
        socket.socket(socket.AF_INET).close()
    except PermissionError:
        return
    raise OSError("the filter of system calls is not there")


def _free_place(visible: list[str]) -> str:
    """Choose a folder to build on: one that nothing visible lies in."""
    for place in ("/mnt", "/media", "/srv", "/tmp", "/home"):
        if Path(place).is_dir() and not any(f"{v}/".startswith(f"{place}/") for v in visible):
            return place
    raise OSError("no free folder among /mnt, /media, /srv, /tmp and /home")


def _outermost(folders: list[str]) -> list[str]:
    """Leave out what is inside another, and keep outer folders before inner ones."""
    kept: list[str] = []
    for folder in sorted(folders):
        if os.path.lexists(folder) and not any(folder.startswith(f"{k}/") for k in kept):
            kept.append(folder)
    return kept
