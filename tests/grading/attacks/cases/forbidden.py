"""Calls that the exercise asks not to make: reported, not silently zeroed."""
# %% plainly {right: true, flags: [used np.pad in cell “scale”], cell: scale}
def scale(array, factor): return np.pad(array, 0) * factor
# %% by another name {right: true, flags: [used np.pad], cell: scale}
from numpy import pad as p
def scale(array, factor): return p(array, 0) * factor
# %% by a name put together {right: true, flags: [used np.pad], cell: scale}
def scale(array, factor): return getattr(np, "p" + "ad")(array, 0) * factor
# %% as a module {right: true, flags: [used scipy.ndimage], cell: scale}
import scipy.ndimage as nd
# %% as a hidden import {right: true, flags: [used scipy.ndimage], cell: scale}
try: m = __import__("scipy." + "ndimage")
except ImportError: pass
# %% in an earlier cell {right: true, flags: [used np.pad in cell “double”]}
framed = np.pad(np.ones(3), 1)
