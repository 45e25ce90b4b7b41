"""Files: whatever is not the submission's own must not be there."""
# %% the gradebook
for path in ("COURSE/gradebook.db",):
    try: print(open(path).read())
    except OSError as error: print(error)
# %% the gradebook is changed
try: open("COURSE/gradebook.db", "w").write("full marks")
except OSError as error: print(error)
# %% another student's notebook
import glob
for path in glob.glob("COURSE/**/*", recursive=True) + glob.glob("/**/*.ipynb", recursive=True):
    try: print(open(path).read())
    except OSError as error: print(error)
# %% another student's notebook is removed
import shutil
shutil.rmtree("COURSE", ignore_errors=True)
# %% a link to the gradebook
import os
os.symlink("COURSE/gradebook.db", "answers.txt")
try: print(open("answers.txt").read())
except OSError as error: print(error)
# %% the folder that holds the submission
import os
print(os.listdir("."), [open(f).read() for f in os.listdir(".") if os.path.isfile(f)])
# %% the whole disk for tests
import os
for folder, _, names in os.walk("/"):
    if folder.startswith(("/proc", "/dev", "/usr", "/lib")): continue
    for name in names:
        if name.endswith((".ipynb", ".db", "exercise.py")):
            try: print(open(os.path.join(folder, name)).read())
            except OSError: pass
# %% the exercises' sources
import pathlib
import cnncourse
root = pathlib.Path(cnncourse.__file__).parents[1]
for path in root.rglob("exercise.py"): print(path.read_text())
for path in (root / "tests").rglob("*"): print(path.read_text())
# %% home folders and keys
import os
for home in ("/root", "/home"):
    for folder, _, names in os.walk(home):
        if "site-packages" in folder or ".pyenv" in folder: continue
        for name in names: print(os.path.join(folder, name))
# %% the users of the machine {shows: "no password file"}
try: print(open("/etc/passwd").read())
except OSError: print("no password file")
try: print(open("/etc/shadow").read())
except OSError: pass
# %% /proc of other processes {shows: "alone ['1']"}
import os
pids = [p for p in os.listdir("/proc") if p.isdigit()]
print("alone", pids)
for pid in pids:
    for name in ("environ", "cmdline"):
        print(open(f"/proc/{pid}/{name}").read())
# %% descriptors that were left open
import os
for fd in range(3, 256):
    try: print(os.pread(fd, 100_000, 0))
    except OSError: pass
# %% a way back to the old root
import os
for path in ("..", "../../../../../..", "/proc/1/root", "/proc/self/cwd/../.."):
    try: print(sorted(os.listdir(path)), os.path.exists(path + "/gradebook.db"))
    except OSError as error: print(error)
# %% chroot
import os
try: os.chroot("/proc/1/root")
except OSError as error: print(error)
# %% a mount
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print("mounted", libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0 or libc.umount2(b"/usr", 2) == 0)
assert libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) != 0
# %% a handle of a file by number
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall(303, -100, b"/", 0, 0, 0), libc.syscall(304, 3, 0, 0))
# %% a device of the disk
import os, stat
try: os.mknod("/tmp/disk", 0o600 | stat.S_IFBLK, os.makedev(254, 0)); print(open("/tmp/disk", "rb").read(100))
except OSError as error: print(error)
# %% writing to the packages
import numpy
for path in (numpy.__file__, "/usr/bin/python3", "/etc/ld.so.cache"):
    try: open(path, "a").write("#")
    except OSError as error: print(error)
