"""What students compute of receptive fields is what the package says of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnncourse import shapes
from cnncourse.authoring.source import read_exercise
from cnncourse.cli import ROOT
from cnncourse.layers.fields import effective_field


def test_reference_agrees_with_the_package() -> None:
    reference: dict[str, Callable] = {"np": np}  # type: ignore[dict-item]
    for name, answer in read_exercise(ROOT / "exercises/06_receptive_fields").answers.items():
        if name != "explain_resnet":
            exec(answer, reference)
    layers = [(7, 2, 3, 1), (3, 2, 1, 1), (3, 1, 2, 2), (2, 2, 0, 1), (3, 1, 1, 1)]
    windows = [shapes.Window(k, stride=s, padding=p, dilation=d) for k, s, p, d in layers]
    fields = shapes.receptive_field(windows)
    assert reference["receptive_field"](layers) == [(f.size, f.jump, f.start) for f in fields]
    first, last = reference["input_window"](layers, 9, 10**4)
    assert first == fields[-1].start + 9 * fields[-1].jump
    assert last - first + 1 == fields[-1].size
    graph = {str(n): ([str(n - 1) if n else "image"], layer) for n, layer in enumerate(layers)}
    assert reference["fields_of_graph"](graph)["4"] == (fields[-1].size, fields[-1].jump)
    np.testing.assert_allclose(reference["influence"](layers), effective_field(windows))
