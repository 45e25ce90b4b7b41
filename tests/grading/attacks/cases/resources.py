"""Time, memory, processes, disk, descriptors and floods: they cost the part that has them."""
# %% an endless loop in a cell {right: true, expect: {test_double: 0}, alone: true, flags: [timed out in cell “double”]}
while True: pass
# %% an endless loop in a call {right: true, expect: {test_double: 0}, flags: [timed out in cell “test_double”]}
def double(number):
    while True: pass
# %% a loop that swallows interrupts {right: true, expect: {test_double: 0}, flags: [timed out]}
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 60))
def double(number):
    while True:
        try:
            while True: pass
        except BaseException: pass
# %% a loop in C {right: true, expect: {test_double: 0}, flags: [timed out]}
def double(number): return 9 ** (9 ** 9)
# %% a long sleep {right: true, expect: {test_double: 0}, flags: [timed out]}
import time
def double(number): time.sleep(1000)
# %% a loop that drips output {right: true, expect: {test_double: 0}, flags: [timed out], alone: true}
import time
while True:
    print(".", end="")
    time.sleep(0.01)
# %% a reply that drips {right: true, expect: {test_double: 0}, flags: [timed out]}
import os, struct, time
def double(number):
    os.write(3, struct.pack("!II", 1000, 0))
    while True:
        os.write(3, b" ")
        time.sleep(0.01)
# %% a loop in a child process {right: true, expect: {test_double: 0}, flags: [timed out]}
import os
def double(number):
    if os.fork() == 0:
        while True: pass
    os.wait()
# %% memory in one piece {right: true, expect: {test_scale: 0}, cell: scale}
def scale(array, factor): return np.ones((1 << 30,))
# %% memory in many pieces {right: true, expect: {test_double: 0}}
def double(number):
    pieces = []
    while True: pieces.append(bytearray(1 << 20))
# %% memory that is shared {right: true, expect: {test_double: 0}, flags: [out of memory]}
import mmap
def double(number):
    pieces = []
    while True:
        piece = mmap.mmap(-1, 1 << 24)
        piece.write(b"x" * (1 << 24))
        pieces.append(piece)
# %% memory in many processes {right: true, expect: {test_double: 0}, flags: [out of memory]}
import os, time
def double(number):
    for _ in range(10):
        if os.fork() == 0:
            piece = bytearray(b"x") * (60 << 20)
            time.sleep(100)
    time.sleep(100)
# %% a file in memory {right: true}
import os
try: os.memfd_create("x")
except OSError as error: print(error)
else: del double
# %% a fork bomb {right: true, expect: {test_double: 0}}
import os
def double(number):
    while True:
        try: os.fork()
        except OSError: pass
# %% too many threads {right: true}
import threading, time
try:
    for _ in range(1000): threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
except RuntimeError as error: print(error)
# %% a full disk {right: true, shows: "full"}
try:
    with open("/tmp/big", "wb") as file:
        while True: file.write(b"x" * (1 << 20))
except OSError as error: print("full", error)
# %% many small files {right: true, shows: "full"}
try:
    for n in range(1_000_000): open(f"/tmp/{n}", "w").close()
except OSError as error: print("full", error)
# %% a sparse file {right: true}
try:
    with open("big", "wb") as file: file.truncate(1 << 50)
except OSError as error: print(error)
# %% every descriptor {right: true, shows: "Too many open files"}
import os
held = []
try:
    while True: held.append(os.open("/dev/null", os.O_RDONLY))
except OSError as error: print(error)
[os.close(fd) for fd in held]
# %% a flood of lines {right: true, shows: "the rest of the output was cut off"}
for n in range(300_000): print(n)
# %% one long line {right: true, shows: "the rest of the output was cut off"}
print("x" * 30_000_000)
# %% a flood on the raw descriptor {right: true}
import os
for _ in range(1000): os.write(1, b"x" * 65536)
# %% a flood of pictures {right: true}
from IPython.display import Image, display
import base64
pixel = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
for _ in range(500): display(Image(data=pixel))
# %% a picture of many megabytes {right: true}
from IPython.display import display
for _ in range(3): display({"image/png": "A" * 30_000_000}, raw=True)
# %% a traceback of a million lines {right: true, expect: {test_double: 0}}
def double(number): raise ValueError("\n".join(["x" * 100] * 1_000_00))
# %% a value larger than a message {right: true, expect: {test_scale: 0}, cell: scale, says: {test_scale: "larger than 8 MB"}}
def scale(array, factor): return np.ones((2_000_000,))
# %% a list without end {right: true, expect: {test_evens: 0}, cell: evens}
def evens(stop):
    out = []
    out.append(out)
    return out
# %% a number of a million digits {right: true, expect: {test_double: 0}, says: {test_double: "digits"}}
def double(number): return 7 ** 1_000_000
# %% a dict of many keys {right: true, expect: {test_double: 0}}
def double(number): return {n: n for n in range(2_000_000)}
# %% a regular expression that never ends {right: true, expect: {test_double: 0}, flags: [timed out]}
import re
def double(number): return re.match(r"(a+)+$", "a" * 40 + "b")
# %% core dumps {right: true, expect: {test_double: 0}}
import os, resource
def double(number):
    try: resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
    except ValueError: pass
    os.abort()
# %% limits are raised {right: true}
import resource
for limit in (resource.RLIMIT_DATA, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU):
    try:
        resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        del double
    except ValueError: pass
# %% the endless loop of an added cell {right: true, cell: evens, expect: {test_evens: 0}, flags: [timed out in cell “evens”]}
import itertools
for _ in itertools.count(): pass
