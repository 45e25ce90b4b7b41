"""The same answers in other forms: memory layout, bfloat16, compiled, exported."""

import shutil

import numpy as np
import onnxruntime
import pytest
import torch

from cnncourse import models

# what has a form of its own: LRN, dense blocks, depthwise, squeeze-and-excitation, attention
KINDS = [
    "lenet5_1998", "alexnet_2012", "resnet18", "preact_resnet20", "squeezenet1_0", "densenet121",
    "mobilenet_v3_small", "vit_mini", "hybrid_mini",
]  # fmt: skip
# depthwise convolutions in bfloat16 take a CPU without them a minute
QUICK_IN_BFLOAT16 = ["lenet5_1998", "resnet20", "preact_resnet20", "vit_mini", "hybrid_mini"]


def network(name):
    torch.manual_seed(0)
    model = models.build(name).eval()
    size = model.image_size if model.smallest is None else max(64, model.smallest)
    return model, torch.randn(2, model.in_channels, size, size)


def distance(scores, expected):
    """Greatest difference, as a share of the greatest score."""
    return ((scores - expected).abs().max() / expected.abs().max()).item()


@pytest.mark.parametrize("name", KINDS)
def test_channels_last_changes_rounding_only(name):
    model, x = network(name)
    with torch.inference_mode():
        expected = model(x)
        model = model.to(memory_format=torch.channels_last)
        scores = model(x.contiguous(memory_format=torch.channels_last))
    assert distance(scores, expected) < 1e-4


@pytest.mark.parametrize("name", QUICK_IN_BFLOAT16)
def test_bfloat16_is_near(name):
    # bfloat16 carries three decimal digits; depth adds up what they lose
    model, x = network(name)
    with torch.inference_mode():
        expected = model(x)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = model(x)
    assert distance(scores.float(), expected) < 0.06


# "aot_eager" traces and differentiates like the default backend, which needs a C++ compiler
COMPILED = [("lenet5", "aot_eager"), ("vit_mini", "aot_eager")]
if shutil.which("g++"):
    COMPILED.append(("lenet5", "inductor"))


@pytest.mark.parametrize(("name", "backend"), COMPILED)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the compiler's
def test_compiled_gives_the_same(name, backend):
    model, x = network(name)
    compiled = torch.compile(model, backend=backend, fullgraph=True)
    x.requires_grad_()
    expected = model(x)
    scores = compiled(x)
    assert distance(scores, expected) < 1e-5
    (gradient,) = torch.autograd.grad(scores.sum(), x)
    (expected_gradient,) = torch.autograd.grad(expected.sum(), x)
    assert distance(gradient, expected_gradient) < 1e-4


@pytest.mark.parametrize("name", ["lenet5", "lenet5_1998", "resnet18", "efficientnet_b0"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # the exporter's
def test_onnx_runs_the_same_for_any_batch(name, tmp_path):
    model, x = network(name)
    path = tmp_path / f"{name}.onnx"
    batch = {"x": {0: torch.export.Dim.DYNAMIC}}
    torch.onnx.export(model, (x,), path, dynamo=True, dynamic_shapes=batch, verbose=False)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for images in (x, torch.randn(5, *x.shape[1:])):
        (scores,) = session.run(None, {session.get_inputs()[0].name: images.numpy()})
        with torch.inference_mode():
            expected = model(images).numpy()
        np.testing.assert_allclose(scores, expected, atol=1e-4 * np.abs(expected).max())
