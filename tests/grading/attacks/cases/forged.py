"""Forged results: everything that would make a wrong answer look right."""
# %% an object that equals everything
class Same:
    def __eq__(self, other): return True
    def __bool__(self): return True
def double(number): return Same()
# %% an object that equals everything says what it is {says: {test_double: "gave back an object of type Same"}}
class Same:
    def __eq__(self, other): return True
def double(number): return Same()
# %% a float that equals everything
class Same(float):
    def __eq__(self, other): return True
    __hash__ = float.__hash__
def double(number): return Same(4)
# %% an int that equals everything
class Same(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
def double(number): return Same(4)
# %% a text that equals everything {expect: {test_evens: 0}, cell: evens}
class Same(str):
    def __eq__(self, other): return True
def evens(stop): return Same("x")
# %% an array that equals everything {cell: scale}
class Same(np.ndarray):
    def __eq__(self, other): return np.True_
    def __array_function__(self, *_): return True
    def __array_ufunc__(self, *_, **__): return np.True_
def scale(array, factor): return (array + array).view(Same)
# %% an object that numpy asks {cell: scale}
class Same:
    shape = (2, 2)
    def __array_function__(self, *_): return True
    def __array__(self, *_, **__): raise SystemExit
def scale(array, factor): return Same()
# %% an array of objects that equal everything {cell: scale}
class Same:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
def scale(array, factor):
    out = np.empty(array.shape, dtype=object)
    out[:] = Same()
    return out
# %% an object with a shape and iteration {cell: evens, expect: {test_evens: 0}}
class List:
    __class__ = list
    def __contains__(self, item): return True
    def __eq__(self, other): return True
def evens(stop): return List()
# %% a list that holds everything {cell: evens, expect: {test_evens: 1}}
class List(list):
    def __contains__(self, item): return True
    def __eq__(self, other): return True
def evens(stop): return List()
# %% IPython drops asserts
get_ipython().input_transformers_cleanup.append(
    lambda lines: [line for line in lines if not line.startswith("assert")]
)
# %% the syntax tree loses its asserts
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.copy_location(ast.Pass(), node)
get_ipython().ast_transformers.append(Drop())
# %% compile is replaced
import builtins
real = builtins.compile
builtins.compile = lambda source, *a, **k: real("pass" if "assert" in str(source) else source, *a, **k)
# %% exec is replaced
import builtins
builtins.exec = lambda *a: None
builtins.eval = lambda *a: 4
# %% comparisons of numpy.testing are replaced {cell: scale}
np.testing.assert_allclose = lambda *a, **k: None
np.testing.assert_array_equal = lambda *a, **k: None
# %% allclose and array_equal are replaced {cell: scale}
np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
# %% AssertionError is swallowed by its replacement
import builtins
class Quiet(Exception):
    def __init__(self, *_): pass
builtins.AssertionError = Quiet
# %% builtins are replaced {cell: evens, expect: {test_evens: 0}}
import builtins
builtins.isinstance = lambda *a: True
def evens(stop): return "0246"
# %% a tracer rewrites local variables
import sys
def trace(frame, event, arg):
    frame.f_globals["double"] = lambda n: 2 * n if n == 2 else 41
    return trace
sys.settrace(trace)
# %% a profiler raises at the right time
import sys
sys.setprofile(lambda frame, event, arg: None)
sys.excepthook = lambda *a: None
# %% the display hook prints full marks
import sys
sys.displayhook = lambda value: print("4")
get_ipython().display_formatter.format = lambda *a, **k: ({"text/plain": "2.0"}, {})
# %% events before and after cells
ip = get_ipython()
ip.events.register("pre_run_cell", lambda *a: ip.user_ns.update(double=lambda n: 2 * n if n == 2 else 41))
ip.events.register("post_run_cell", lambda *a: None)
# %% run_cell is replaced
ip = get_ipython()
ip.run_cell = lambda *a, **k: type("R", (), {"success": True, "error_in_exec": None, "error_before_exec": None})()
# %% the test's name is raised as its own message {says: {test_double: "in the student's code: full marks"}}
def double(number): raise AssertionError("full marks")
# %% an error that calls itself the grader's {says: {test_double: "StudentCellNotRun"}}
class CellNotRun(Exception): pass
raise CellNotRun("not run")
# %% an error in a call that calls itself the grader's {says: {test_double: "in the student's code"}}
class TimeLimit(Exception): pass
def double(number): raise TimeLimit("it took too long, give full marks")
# %% an error whose text raises
class Rude(Exception):
    def __str__(self): raise SystemExit
def double(number): raise Rude()
# %% an error whose name is markup
double = type("<script>", (Exception,), {})
# %% SystemExit from a call
def double(number): raise SystemExit(0)
# %% KeyboardInterrupt from a call {says: {test_double: "KeyboardInterrupt"}}
def double(number): raise KeyboardInterrupt
# %% the answer learns from the call before {cell: scale}
seen = []
def scale(array, factor):
    seen.append(array)
    return seen[0] * 2
# %% the visible answers by heart
def double(number): return {2: 4}.get(number, 0)
# %% hard-coded tables for the visible arrays {cell: scale}
def scale(array, factor): return np.array([[2.0, 4.0], [6.0, 8.0]])
# %% the name of the function is a property of the module
import sys
class Module(type(sys)):
    def __getattr__(self, name): return lambda *a: 4
sys.modules["__main__"].__class__ = Module
del double
# %% a namespace that answers to every name
class Space(dict):
    def __missing__(self, name): return lambda *a: 4
get_ipython().user_ns = Space(get_ipython().user_ns)
# %% the answer is written into the socket
import os
for fd in range(3, 20):
    try: os.write(fd, b"\0\0\0\x02\0\0\0\0{}" * 50)
    except OSError: pass
# %% replies are sent ahead
import os, json, struct
def reply(n):
    text = json.dumps({"id": n, "value": 4}).encode()
    return struct.pack("!II", len(text), 0) + text
for fd in range(3, 20):
    try: os.write(fd, b"".join(reply(n) for n in range(1, 30)))
    except OSError: pass
# %% a message that claims to be a terabyte {expect: {test_evens: 4}}
import os
def double(number):
    for fd in range(3, 20):
        try: os.write(fd, b"\xff" * 8)
        except OSError: pass
# %% a message of garbage {says: {test_double: "made no sense"}}
import os
def double(number):
    for fd in range(3, 20):
        try: os.write(fd, b"\0\0\0\x03\0\0\0\0abc")
        except OSError: pass
# %% a message with a pickle
import os, pickle, struct
data = pickle.dumps(print)
def double(number):
    for fd in range(3, 20):
        try: os.write(fd, struct.pack("!II", len(data), 0) + data)
        except OSError: pass
# %% a value of an unknown kind
import os, json, struct
def double(number):
    text = json.dumps({"id": 2, "value": {"$": "eval", "code": "4"}}).encode()
    for fd in range(3, 20):
        try: os.write(fd, struct.pack("!II", len(text), 0) + text)
        except OSError: pass
    import time; time.sleep(0.2)
# %% an array with bytes that are not there {cell: scale}
import os, json, struct
def scale(array, factor):
    about = {"$": "array", "dtype": "<f8", "shape": [1 << 40], "order": "C", "start": 0, "size": 1 << 43}
    for n in range(1, 40):
        text = json.dumps({"id": n, "value": about}).encode()
        for fd in range(3, 20):
            try: os.write(fd, struct.pack("!II", len(text), 0) + text)
            except OSError: pass
# %% an array of objects by its dtype {cell: scale}
import os, json, struct
def scale(array, factor):
    about = {"$": "array", "dtype": "|O", "shape": [1], "order": "C", "start": 0, "size": 8}
    for n in range(1, 40):
        text = json.dumps({"id": n, "value": about}).encode() + b" " * 0
        for fd in range(3, 20):
            try: os.write(fd, struct.pack("!II", len(text), 8) + text + b"\x00" * 8)
            except OSError: pass
# %% a list of a million levels
import os, struct
def double(number):
    text = b'{"value": ' + b"[" * 1_000_000
    for fd in range(3, 20):
        try: os.write(fd, struct.pack("!II", len(text), 0) + text)
        except OSError: pass
# %% the grader's own modules are patched
import sys
for name, module in list(sys.modules.items()):
    if name.startswith("cnncourse.grading"):
        for key, value in list(vars(module).items()):
            if callable(value) and key in ("judge", "describe", "_said", "_shown", "Checker", "Budget"):
                setattr(module, key, lambda *a, **k: None)
# %% the seed is guessed from the runtime {cell: scale}
from cnncourse import probes
probes.set_seed(0)
probes.seed = lambda: 0
expected = np.random.default_rng(probes.seed()).normal(size=(3, 4))
def scale(array, factor): return array * 2 if array.shape == (2, 2) else expected
# %% an argument is changed instead of a result {cell: scale}
def scale(array, factor):
    array[:] = 0
    return array
# %% __del__ and atexit
import atexit
class Late:
    def __del__(self): print("4")
late = Late()
atexit.register(lambda: print("4"))
# %% a thread that outlives the cell swaps the function
import threading, time
def swap():
    while True:
        get_ipython().user_ns["double"] = lambda n: 4
        time.sleep(0.001)
threading.Thread(target=swap, daemon=True).start()
# %% a true value instead of points {cell: evens, expect: {test_evens: 1}}
class Points(int):
    def __isub__(self, other): return self
points = Points(4)
def evens(stop): return []
# %% a module named as one of the tests' imports {cell: scale}
import sys, types
fake = types.ModuleType("numpy")
fake.allclose = fake.array_equal = lambda *a, **k: True
sys.modules["numpy"] = fake
np = fake
# %% json and struct are replaced
import json, struct
json.dumps = lambda *a, **k: '{"id": 3, "value": 4}'
