"""Leaving, killing and escaping: they cost the part that has them."""
# %% os._exit in a cell {right: true, expect: {test_double: 0}, flags: [kernel died in cell “double”], alone: true}
import os
os._exit(0)
# %% os._exit in a call {right: true, expect: {test_double: 0}, flags: [kernel died]}
import os
def double(number): os._exit(0)
# %% sys.exit in a cell {right: true}
import sys
sys.exit()
# %% quit {right: true}
quit()
# %% killing itself {right: true, flags: []}
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
# %% killing everything {right: true}
import os, signal
for pid in (-1, 0, 1, os.getppid(), *range(2, 400)):
    try: os.kill(pid, signal.SIGKILL if pid != 1 else signal.SIGTERM)
    except OSError: pass
# %% killing the parent {right: true}
import os, signal
try: os.kill(os.getppid(), signal.SIGKILL)
except OSError: pass
# %% abort {right: true, expect: {test_double: 0}}
import os
def double(number): os.abort()
# %% a fault in C {right: true, expect: {test_scale: 0}, cell: scale, flags: [kernel died]}
import ctypes
def scale(array, factor): return ctypes.string_at(0)
# %% recursion without end {right: true, expect: {test_double: 0}, says: {test_double: RecursionError}}
def double(number): return double(number)
# %% recursion that overflows the stack of C {right: true, expect: {test_double: 0}}
import sys
def double(number):
    sys.setrecursionlimit(1 << 30)
    return double(number)
# %% the cell that dies is left out when the others are repeated {right: true, cell: scale, expect: {test_scale: 0}, alone: true}
import os
if __name__ == "__main__": os._exit(3)
# %% closing every descriptor {right: true, expect: {test_double: 0}}
import os
os.closerange(0, 256)
# %% setuid to root {right: true}
import os
for call in (os.setuid, os.setgid, os.seteuid):
    try:
        call(0)
        raise SystemError("root")
    except PermissionError: pass
# %% a namespace where it is root {right: true}
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x10000000) == 0 or libc.setns(3, 0) == 0: del double
# %% a program with more rights {right: true}
import subprocess
for program in ("su", "sudo", "mount", "ping", "passwd"):
    try: done = subprocess.run([program, "-c", "id"], input=b"", capture_output=True, timeout=0.5)
    except (OSError, subprocess.TimeoutExpired): continue
    assert b"uid=0" not in done.stdout
# %% a process that outlives the submission {right: true}
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(1000)
    os._exit(0)
# %% a process that refuses to end with its parent {right: true}
import ctypes, os, signal, time
ctypes.CDLL(None).prctl(1, 0)
if os.fork() == 0:
    ctypes.CDLL(None).prctl(1, 0)
    for n in range(1, 60):
        try: signal.signal(n, signal.SIG_IGN)
        except (OSError, ValueError): pass
    time.sleep(1000)
    os._exit(0)
# %% a program left running {right: true}
import subprocess
subprocess.Popen(["sleep", "1000"], start_new_session=True)
# %% start-up files for the next run {right: true}
import os, site
for path in (os.path.expanduser("~/.bashrc"), "/tmp/sitecustomize.py", "sitecustomize.py", "numpy.py"):
    try: open(path, "w").write("raise SystemExit")
    except OSError: pass
# %% the next run finds nothing {right: true, shows: "nothing found"}
import os
left = [p for p in ("/tmp/sitecustomize.py", "sitecustomize.py", "numpy.py", "/dev/shm/x") if os.path.exists(p)]
print(left or "nothing found")
