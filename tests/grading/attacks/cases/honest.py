"""Honest work, which must not lose."""
# %% a correct answer {right: true}
# %% warnings {right: true}
import warnings
def double(number):
    warnings.warn("only a warning")
    np.float64(1) / np.float64(0)
    return number + number
# %% a progress bar {right: true}
import sys
def double(number):
    for n in range(100): sys.stderr.write(f"\r{n}%|####| 3/3 [00:00<00:00]")
    sys.stderr.flush()
    return number + number
# %% prints {right: true, cell: evens}
def evens(stop):
    print("-1 point")
    return [n for n in range(stop) if n % 2 == 0]
# %% a plot {right: true, shows: "image/png"}
import matplotlib.pyplot as plt
plt.plot([1, 2, 3])
plt.show()
# %% magics and commands of the shell {right: true}
%matplotlib inline
%config InlineBackend.figure_format = "png"
%timeit -n 1 -r 1 sum(range(3))
!echo hello
%time double(3)
# %% a cell magic {right: true, alone: true}
%%time
def double(number): return number + number
# %% a helper class {right: true}
class Doubler:
    def __init__(self, factor): self.factor = factor
    def __call__(self, number): return self.factor * number
double = Doubler(2)
# %% a lambda, a partial, a decorated function {right: true}
import functools
double = functools.lru_cache(functools.partial(lambda factor, number: factor * number, 2))
# %% other types of the same number {right: true}
def double(number): return np.float64(2) * number
# %% an array of another dtype and order {right: true, cell: scale}
def scale(array, factor): return np.asfortranarray(array * factor)[..., ::1]
# %% a matrix {right: true, cell: scale}
def scale(array, factor): return np.ma.masked_array(array * factor)
# %% a list of lists instead of an array {right: true, cell: scale}
def scale(array, factor): return [[x * factor for x in row] for row in array]
# %% a subclass of list {right: true, cell: evens}
class Numbers(list): pass
def evens(stop): return Numbers(range(0, stop, 2))
# %% threads and processes of its own {right: true, cell: scale}
from concurrent.futures import ThreadPoolExecutor
import multiprocessing
def scale(array, factor):
    with ThreadPoolExecutor(2) as pool: return np.stack(list(pool.map(lambda row: row * factor, array)))
with multiprocessing.get_context("fork").Pool(2) as pool: assert pool.map(abs, [-1]) == [1]
# %% files of its own {right: true}
import json, pathlib, tempfile
pathlib.Path("notes.json").write_text(json.dumps({"a": 1}))
with tempfile.TemporaryDirectory() as folder: pathlib.Path(folder, "x").write_text("x")
# %% slow, but under the limit {right: true}
import time
def double(number):
    time.sleep(0.4)
    return number + number
# %% a failed experiment before the answer {right: true, alone: true}
def double(number): return number * 2
1 / 0
# %% await at the top {right: true}
import asyncio
await asyncio.sleep(0)
# %% a test of its own that fails {right: true}
assert double(1) == 3, "my own test"
# %% a random helper with a seed {right: true, cell: scale}
rng = np.random.default_rng(0)
def scale(array, factor): return array * factor + 0 * rng.normal()
# %% reads the keyboard {right: true}
try: input("name? ")
except EOFError: pass
# %% names of other kernels and odd characters {right: true}
größe = "naïve ☃ \ud83d"
print(größe.encode("utf8", "replace"))
# %% numpy's options and random state {right: true}
np.set_printoptions(precision=2)
np.random.seed(1)
np.seterr(all="raise")
# %% a changed working directory {right: true}
import os
os.mkdir("x"); os.chdir("x")
# %% lets the garbage collector run {right: true}
import gc
gc.disable(); gc.collect()
