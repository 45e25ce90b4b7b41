"""Instruments: small machines to play with, the same in a page of the book and in JupyterLab.

Each is one ES module, ``NAME.js``, and a widget class in ``NAME.py`` whose traits are its state.
What it computes stands in ``lib/`` and is tested against `cnncourse.layers`.

    >>> from cnncourse.instruments import KernelExplorer
    >>> explorer = KernelExplorer(position=8)
    >>> explorer.position
    8
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnncourse.errors import ArgumentError

if TYPE_CHECKING:
    from cnncourse.instruments.widget import Instrument

# module: class. In the order of the book
INSTRUMENTS = {
    "kernel_explorer": "KernelExplorer",
    "kernel_scanner": "KernelScanner",
    "convolution_kinds": "ConvolutionKinds",
    "pooling_shift": "PoolingShift",
    "pipeline": "Pipeline",
    "draw_digit": "DrawDigit",
    "feature_volumes": "FeatureVolumes",
    "receptive_field": "ReceptiveFieldExplorer",
    "gradient_depth": "GradientDepth",
    "compound_scaling": "CompoundScaling",
    "architecture_browser": "ArchitectureBrowser",
}


def instrument(name: str) -> type[Instrument]:
    """Return an instrument's class by its name.

    Raises
    ------
    ArgumentError
        If there is none of that name.

    Examples
    --------
    >>> instrument("kernel_explorer").title
    'Kernel explorer'
    """
    if name not in INSTRUMENTS:
        raise ArgumentError("name", f"one of {', '.join(INSTRUMENTS)}", repr(name))
    found: type[Instrument] = getattr(
        import_module(f"cnncourse.instruments.{name}"), INSTRUMENTS[name]
    )
    return found


def __getattr__(class_name: str) -> Any:
    for name, known in INSTRUMENTS.items():
        if known == class_name:
            return instrument(name)
    raise AttributeError(f"module {__name__!r} has no attribute {class_name!r}")
