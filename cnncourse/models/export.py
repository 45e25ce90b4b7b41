"""A small trained network as one plain file that a page can open: JSON, its weights in base64.

The file says what to compute and holds the numbers to do it; nothing in it is executed. Its layout,
version 1:

    format    "cnncourse network"
    version   1
    name      what to call it
    about     what the author says of it: words and numbers by name
    input     [C, H, W]; pixels from 0 to 1
    classes   a name for each score
    dtype     "float16" or "float32": how the weights are stored, little-endian
    data      the weights, one array after the other, in base64
    layers    in the order in which they are computed; the last one gives the scores

A layer has a `name`, a `type` and `inputs`: the names of earlier layers, or "input". An array is
`{"shape": [...], "offset": n}`, counted in numbers from the start of `data`. Pairs are (vertical,
horizontal). The types, with PyTorch's meaning:

    conv2d           weight, bias, stride, padding, dilation, groups
    scale            weight, bias: one of each for a channel (a batch norm that follows no conv2d)
    linear           weight, bias
    max_pool2d       kernel_size, stride, padding, dilation, ceil_mode
    avg_pool2d       kernel_size, stride, padding, ceil_mode, count_include_pad
    global_avg_pool, global_max_pool     (C, H, W) -> (C, 1, 1)
    flatten
    relu, relu6, tanh, sigmoid, silu, hardswish, hardsigmoid
    leaky_relu       negative_slope
    softmax          over the classes
    add, multiply    two inputs; sizes of 1 are repeated
    concat           over the channels
"""

from __future__ import annotations

import base64
import json
import operator
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.fx.passes.shape_prop import ShapeProp
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models.blocks import Classifier, StochasticDepth
from cnncourse.models.resnet_cifar import PaddedShortcut

FORMAT, VERSION = "cnncourse network", 1
LARGEST = 1_000_000  # parameters; in float32 that is a file of 5.3 MB
DTYPES = {"float16": torch.float16, "float32": torch.float32}

Layer = dict[str, Any]
Size = Sequence[int]


def export_network(
    model: nn.Module,
    path: Path | str,
    input_shape: Size | None = None,
    classes: Sequence[str] | None = None,
    *,
    name: str = "network",
    about: Mapping[str, Any] | None = None,
    dtype: str = "float32",
) -> None:
    """Write a network to a file that the book's instruments open.

    Parameters
    ----------
    model : nn.Module
        From images to class scores; used as in evaluation, and left as it is.
    path : Path or str
        Ends in .json by custom.
    input_shape, classes, name, about, dtype
        As in `network_as_data`.

    Raises
    ------
    ArgumentError
        As `network_as_data` does.
    """
    data = network_as_data(model, input_shape, classes, name=name, about=about, dtype=dtype)
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


def network_as_data(
    model: nn.Module,
    input_shape: Size | None = None,
    classes: Sequence[str] | None = None,
    *,
    name: str = "network",
    about: Mapping[str, Any] | None = None,
    dtype: str = "float32",
) -> dict[str, Any]:
    """Describe a network by data alone: what `export_network` writes.

    Parameters
    ----------
    model : nn.Module
        From images to class scores. Batch norms are folded into the convolutions before them;
        dropout is left out.
    input_shape : (int, int, int), optional
        Channels, height and width in pixels; a network of this package knows its own.
    classes : sequence of str, optional
        A name for each score; 0, 1, 2 ... if left out.
    name : str
    about : mapping, optional
        Words and numbers for the reader: when, how, how good.
    dtype : {'float32', 'float16'}
        How the weights are stored. Half the size costs three significant digits.

    Returns
    -------
    dict

    Raises
    ------
    ArgumentError
        If the network has a layer that the format does not know, or more than a million
        parameters, or its forward pass depends on the numbers that it is given.
    ShapeError
        If it does not take the images, or does not give a score for each class.

    Examples
    --------
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
    >>> data = network_as_data(model, (1, 8, 8), ["a cat", "no cat"])
    >>> [layer["type"] for layer in data["layers"]]
    ['conv2d', 'relu', 'flatten', 'linear']
    >>> network_as_data(nn.Sequential(nn.Flatten(), nn.GRUCell(64, 2)), (1, 8, 8))
    Traceback (most recent call last):
    ...
    cnncourse.errors.ArgumentError: model: expected layers that the format knows, got 1: GRUCell
    """
    if dtype not in DTYPES:
        raise ArgumentError("dtype", " or ".join(map(repr, DTYPES)), repr(dtype))
    count = sum(weight.numel() for weight in model.parameters())
    if count > LARGEST:
        raise ArgumentError("model", f"at most {LARGEST:,} parameters", f"{count:,}")
    shape = _input_shape(model, input_shape)
    layers, scores = _Exporter(_trace(model, shape)).layers()
    classes = list(classes or map(str, range(scores)))
    if len(classes) != scores:
        raise ShapeError("classes", f"{scores} names, one for each score", len(classes))
    arrays = _Arrays(DTYPES[dtype])
    described = [
        {key: arrays.add(value) if isinstance(value, Tensor) else value
         for key, value in layer.items()}
        for layer in layers
    ]  # fmt: skip
    return {
        "format": FORMAT, "version": VERSION, "name": name, "about": dict(about or {}),
        "input": list(shape), "classes": classes, "dtype": dtype,
        "layers": described, "data": arrays.as_text(),
    }  # fmt: skip


class _Arrays:
    """Arrays one after the other, as bytes."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype
        self.parts: list[bytes] = []
        self.offset = 0

    def add(self, array: Tensor) -> dict[str, Any]:
        place = {"shape": list(array.shape), "offset": self.offset}
        values = array.to(self.dtype).contiguous()
        if not torch.isfinite(values).all():
            raise ArgumentError("model", f"weights that {self.dtype} can hold", "others")
        self.parts.append(values.numpy().astype(values.numpy().dtype.newbyteorder("<")).tobytes())
        self.offset += array.numel()
        return place

    def as_text(self) -> str:
        return base64.b64encode(b"".join(self.parts)).decode()


def _input_shape(model: nn.Module, given: Size | None) -> tuple[int, int, int]:
    if given is None and isinstance(model, Classifier):
        return model.in_channels, model.image_size, model.image_size
    if given is None or len(given) != 3 or min(given) < 1:
        raise ArgumentError("input_shape", "channels, height and width of the images", given)
    channels, height, width = map(int, given)
    return channels, height, width


# --- from a module to a graph ---


class _Tracer(fx.Tracer):
    """Follow a forward pass into every module that has parts or is the author's own."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        known = type(m).__module__.startswith(("torch.nn.", "cnncourse."))
        return known and not list(m.children())


def _trace(model: nn.Module, shape: tuple[int, int, int]) -> fx.GraphModule:
    """Record what the network computes, with the shape of each result in its meta."""
    root = model
    if isinstance(model, Classifier) and type(model).forward is Classifier.forward:
        # its own forward looks at the shape of the images first, which cannot be recorded
        root = nn.Sequential()
        root.add_module("features", model.features)
        root.add_module("head", model.head)
    try:
        graph = fx.GraphModule(root, _Tracer().trace(root))
    except (fx.proxy.TraceError, TypeError, RuntimeError) as error:
        expected = "a forward pass that is the same for all images"
        raise ArgumentError("model", expected, f"one that says: {error}") from error
    _refuse_unknown(graph)
    training = model.training
    try:
        with torch.no_grad():
            ShapeProp(graph.eval()).propagate(torch.zeros(1, *shape))
    except RuntimeError as error:
        raise ShapeError("model", f"one for images of shape {shape}", f"{error}") from error
    finally:
        model.train(training)
    return graph


def _refuse_unknown(graph: fx.GraphModule) -> None:
    for node in graph.graph.nodes:
        if node.op == "call_module":
            module = graph.get_submodule(str(node.target))
            known, what = type(module) in (MODULES | dict.fromkeys(PASSED)), type(module).__name__
        elif node.op in ("call_function", "call_method"):
            known = node.target in FUNCTIONS
            what = str(getattr(node.target, "__name__", node.target))
        else:
            known, what = node.op in ("placeholder", "output"), "a tensor of its own"
        if not known:
            where = _short(node) if node.op == "call_module" else node.name
            raise ArgumentError("model", "layers that the format knows", f"{where}: {what}")


def _short(node: fx.Node) -> str:
    """Name a layer as its paper does: features.C1.conv is C1.conv."""
    name = str(node.target) if node.op == "call_module" else node.name
    return name.removeprefix("features.").removeprefix("head.")


# --- from a graph to layers ---


def _conv2d(module: nn.Conv2d) -> Layer:
    if module.padding_mode != "zeros" or isinstance(module.padding, str):
        expected = "convolutions padded with zeros, by a number of pixels"
        raise ArgumentError("model", expected, f"padding {module.padding}, {module.padding_mode}")
    weight = module.weight.detach().double()
    bias = module.bias.detach().double() if module.bias is not None else torch.zeros(len(weight))
    return {
        "weight": weight, "bias": bias.double(), "stride": list(module.stride),
        "padding": list(module.padding), "dilation": list(module.dilation), "groups": module.groups,
    }  # fmt: skip


def _linear(module: nn.Linear) -> Layer:
    bias = module.bias if module.bias is not None else torch.zeros(module.out_features)
    return {"weight": module.weight.detach(), "bias": bias.detach()}


def _scale(module: nn.BatchNorm2d) -> Layer:
    """(x - mean) / sqrt(var + eps) * gamma + beta, as one product and one sum."""
    if module.running_mean is None or module.running_var is None:
        raise ArgumentError("model", "batch norms that keep running statistics", "none kept")
    weight = torch.rsqrt(module.running_var.double() + module.eps)
    if module.affine:
        weight = weight * module.weight.detach().double()
    bias = -module.running_mean.double() * weight
    return {"weight": weight, "bias": bias + module.bias.detach() if module.affine else bias}


def _max_pool2d(module: nn.MaxPool2d) -> Layer:
    return {
        "kernel_size": _pair(module.kernel_size), "stride": _pair(module.stride),
        "padding": _pair(module.padding), "dilation": _pair(module.dilation),
        "ceil_mode": module.ceil_mode,
    }  # fmt: skip


def _avg_pool2d(module: nn.AvgPool2d) -> Layer:
    if module.divisor_override is not None:
        raise ArgumentError("model", "average pooling that divides by the window's size", "another")
    return {
        "kernel_size": _pair(module.kernel_size), "stride": _pair(module.stride),
        "padding": _pair(module.padding), "ceil_mode": module.ceil_mode,
        "count_include_pad": module.count_include_pad,
    }  # fmt: skip


def _global(module: nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d) -> Layer:
    if module.output_size not in (1, (1, 1)):
        raise ArgumentError("model", "adaptive pooling to 1 x 1", f"to {module.output_size}")
    return {}


def _flatten(module: nn.Flatten) -> Layer:
    if (module.start_dim, module.end_dim) != (1, -1):
        found = f"from {module.start_dim} to {module.end_dim}"
        raise ArgumentError("model", "layers that flatten all but the batch", found)
    return {}


def _pair(value: int | tuple[int, int]) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)


def _plain(module: nn.Module) -> Layer:
    return {}


def _leaky(module: nn.LeakyReLU) -> Layer:
    return {"negative_slope": module.negative_slope}


MODULES: dict[type[nn.Module], tuple[str, Callable[[Any], Layer]]] = {
    nn.Conv2d: ("conv2d", _conv2d),
    nn.BatchNorm2d: ("scale", _scale),
    nn.Linear: ("linear", _linear),
    nn.MaxPool2d: ("max_pool2d", _max_pool2d),
    nn.AvgPool2d: ("avg_pool2d", _avg_pool2d),
    nn.AdaptiveAvgPool2d: ("global_avg_pool", _global),
    nn.AdaptiveMaxPool2d: ("global_max_pool", _global),
    nn.Flatten: ("flatten", _flatten),
    nn.ReLU: ("relu", _plain),
    nn.ReLU6: ("relu6", _plain),
    nn.LeakyReLU: ("leaky_relu", _leaky),
    nn.Tanh: ("tanh", _plain),
    nn.Sigmoid: ("sigmoid", _plain),
    nn.SiLU: ("silu", _plain),
    nn.Hardswish: ("hardswish", _plain),
    nn.Hardsigmoid: ("hardsigmoid", _plain),
    nn.Softmax: ("softmax", _plain),
    PaddedShortcut: ("conv2d", _plain),  # written by the exporter, which knows the channels
}
# in evaluation, what goes in comes out
PASSED = (nn.Identity, nn.Dropout, nn.Dropout2d, StochasticDepth)

# the same, written as functions: what module of the table does it
FUNCTIONS: dict[Any, Callable[..., nn.Module] | str] = {
    torch.relu: nn.ReLU, functional.relu: nn.ReLU, "relu": nn.ReLU,
    torch.tanh: nn.Tanh, functional.tanh: nn.Tanh, "tanh": nn.Tanh,
    torch.sigmoid: nn.Sigmoid, "sigmoid": nn.Sigmoid,
    functional.max_pool2d: nn.MaxPool2d, torch.max_pool2d: nn.MaxPool2d,
    functional.avg_pool2d: nn.AvgPool2d,
    functional.adaptive_avg_pool2d: nn.AdaptiveAvgPool2d,
    functional.softmax: nn.Softmax, torch.softmax: nn.Softmax,
    torch.flatten: nn.Flatten, "flatten": nn.Flatten,
    functional.dropout: nn.Dropout,
    operator.add: "add", torch.add: "add", operator.mul: "multiply", torch.mul: "multiply",
    torch.cat: "concat",
}  # fmt: skip


class _Exporter:
    """The layers of a graph, one after the other, with batch norms folded in."""

    def __init__(self, graph: fx.GraphModule) -> None:
        self.graph = graph
        self.made: dict[str, Layer] = {}
        self.called: dict[fx.Node, str] = {}  # the layer whose output a node's value is

    def layers(self) -> tuple[list[Layer], int]:
        """Give the layers, and the number of scores."""
        for node in self.graph.graph.nodes:
            if node.op == "placeholder":
                self.called[node] = "input"
            elif node.op == "output":
                (result,) = node.args
                shape = _shape(result)
                if shape is None or len(shape) != 2:
                    raise ShapeError("model", "scores of shape (N, classes)", shape)
                return self._up_to(self.called[result]), shape[1]
            elif node.op == "call_module":
                self._module(node, self.graph.get_submodule(str(node.target)))
            else:
                self._function(node)
        raise ArgumentError("model", "a network with an output", "none")

    def _up_to(self, last: str) -> list[Layer]:
        names = list(self.made)
        return [self.made[name] for name in names[: names.index(last) + 1]]

    def _module(self, node: fx.Node, module: nn.Module) -> None:
        source = self.called[node.args[0]]  # type: ignore[index]
        if type(module) in PASSED:
            self.called[node] = source
            return
        kind, describe = MODULES[type(module)]
        if isinstance(module, PaddedShortcut):
            values = _as_convolution(module, _shape(node.args[0])[1])
        else:
            values = describe(module)
        before = self.made.get(source)
        if kind == "scale" and before and before["type"] == "conv2d" and self._alone(node):
            factor = values["weight"]
            before["weight"] = before["weight"] * factor[:, None, None, None]
            before["bias"] = before["bias"] * factor + values["bias"]
            self.called[node] = source
            return
        self._add(node, kind, [source], values)

    def _alone(self, node: fx.Node) -> bool:
        """Say whether nothing else uses what goes into a node."""
        return len(node.args[0].users) == 1  # type: ignore[union-attr]

    def _function(self, node: fx.Node) -> None:
        meaning = FUNCTIONS[node.target]
        if not isinstance(meaning, str):
            options = {key: value for key, value in node.kwargs.items() if key in OPTIONS}
            self._module(node, meaning(*node.args[1:], **options))
            return
        operands = node.args[0] if meaning == "concat" else node.args
        if not all(isinstance(operand, fx.Node) for operand in operands):  # type: ignore[union-attr]
            raise ArgumentError("model", f"{meaning} of two layers", f"{node.format_node()}")
        if meaning == "concat" and (node.args[1:] or [node.kwargs.get("dim", 0)])[0] != 1:
            raise ArgumentError("model", "layers that concatenate channels", node.format_node())
        sources = [self.called[operand] for operand in operands]  # type: ignore[union-attr,index]
        self._add(node, meaning, sources, {})

    def _add(self, node: fx.Node, kind: str, sources: list[str], values: Layer) -> None:
        name = _short(node)
        if name in self.made:  # a module used twice
            name = f"{name} ({node.name})"
        self.made[name] = {"name": name, "type": kind, "inputs": sources, **values}
        self.called[node] = name


OPTIONS = (
    "kernel_size", "stride", "padding", "dilation", "ceil_mode", "count_include_pad",
    "output_size", "dim", "start_dim", "end_dim",
)  # fmt: skip


def _shape(node: Any) -> Any:
    meta = node.meta.get("tensor_meta") if isinstance(node, fx.Node) else None
    return tuple(meta.shape) if meta is not None else None


def _as_convolution(module: PaddedShortcut, channels: int) -> Layer:
    """Write every second pixel with channels of zeros around as a convolution of 1 x 1."""
    weight = torch.zeros(channels + module.extra_channels, channels, 1, 1)
    before = module.extra_channels // 2
    weight[before : before + channels, :, 0, 0] = torch.eye(channels)
    return {
        "weight": weight, "bias": torch.zeros(len(weight)), "stride": [2, 2],
        "padding": [0, 0], "dilation": [1, 1], "groups": 1,
    }  # fmt: skip
