"""What every convolution promises of its arrays, and the layer objects made of them."""

from functools import partial

import numpy as np
import pytest

from cnncourse import layers
from cnncourse.errors import ArgumentError, CourseError, ShapeError
from cnncourse.gradcheck import gradcheck, gradcheck_layer

RNG = np.random.default_rng(0)


def arrays(*shapes):
    return [RNG.standard_normal(shape) for shape in shapes]


# name -> its arrays, the batch first; its options
CASES = {
    "conv1d": (arrays((3, 4, 9), (6, 2, 3), 6), {"stride": 2, "padding": 1, "groups": 2}),
    "conv2d": (
        arrays((3, 4, 7, 6), (6, 2, 3, 2), 6),
        {"stride": (2, 1), "padding": 1, "dilation": (1, 2), "groups": 2},
    ),
    "conv3d": (arrays((2, 2, 4, 5, 4), (3, 2, 2, 3, 2), 3), {"stride": (1, 2, 1), "padding": 1}),
    "conv_transpose2d": (
        arrays((3, 4, 4, 3), (4, 2, 3, 2), 4),
        {"stride": (2, 3), "padding": (1, 0), "output_padding": (1, 2), "groups": 2},
    ),
    "depthwise_separable_conv2d": (
        arrays((3, 4, 6, 5), (4, 1, 3, 3), (5, 4, 1, 1), 5), {"padding": "same"},
    ),
}  # fmt: skip
every = pytest.mark.parametrize("name", CASES)
ways = pytest.mark.parametrize("way", ["", "_loop"])


def call(name, given, way=""):
    return getattr(layers, name + way)(*given, **CASES[name][1])


def gradients(name, grad_output, given):
    """The gradient takes what the function takes, but for the bias."""
    return getattr(layers, name + "_backward")(grad_output, *given[:-1], **CASES[name][1])


def grad_output_of(name):
    return np.random.default_rng(1).standard_normal(call(name, CASES[name][0]).shape)


def memory_orders(x):
    roomy = np.zeros(tuple(2 * n for n in x.shape), x.dtype)
    sliced = roomy[tuple(slice(None, None, 2) for _ in x.shape)]
    sliced[...] = x
    return {"F": np.asfortranarray(x), "sliced": sliced, "backwards": np.flip(np.flip(x).copy())}


@every
@ways
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_types_are_kept(name, way, dtype):
    given = [a.astype(dtype) for a in CASES[name][0]]
    assert call(name, given, way).dtype == dtype
    for gradient in gradients(name, grad_output_of(name).astype(dtype), given):
        assert gradient.dtype == dtype


@every
def test_gradients_agree_with_numerical_ones(name):
    given, grad_output = CASES[name][0], grad_output_of(name)
    for i, gradient in enumerate(gradients(name, grad_output, given)):

        def output(value, i=i):
            return call(name, [*given[:i], value, *given[i + 1 :]])

        found = gradcheck(output, given[i], gradient, grad_output, name=str(i))
        assert found, found


@every
@pytest.mark.parametrize("order", memory_orders(np.zeros(1)))
def test_memory_order_changes_no_digit_and_no_input(name, order):
    given, grad_output = CASES[name][0], grad_output_of(name)
    others = [memory_orders(a)[order] for a in given]
    for a in others:
        a.flags.writeable = False
    assert np.array_equal(call(name, others), call(name, given))
    laid_out = memory_orders(grad_output)[order]
    for ours, same in zip(
        gradients(name, laid_out, others), gradients(name, grad_output, given), strict=True
    ):
        assert np.array_equal(ours, same)
    for a, b in zip([*others, laid_out], [*given, grad_output], strict=True):
        assert np.array_equal(a, b)


@every
@ways
def test_empty_batch(name, way):
    x, *other = CASES[name][0]
    full = call(name, [x, *other])
    assert call(name, [x[:0], *other], way).shape == (0, *full.shape[1:])
    grad_x, *others = gradients(name, full[:0], [x[:0], *other])
    assert grad_x.shape == (0, *x.shape[1:])
    for gradient, value in zip(others, other, strict=True):
        assert gradient.shape == value.shape
        assert not gradient.any()


@every
@ways
def test_nan_spoils_no_other_image(name, way):
    x, *other = CASES[name][0]
    spoiled = x.copy()
    spoiled[-1].flat[-1] = np.nan
    out, expected = call(name, [spoiled, *other], way), call(name, [x, *other], way)
    assert np.isnan(out[-1]).any()
    assert not np.isnan(out[-1]).all()
    assert np.array_equal(out[:-1], expected[:-1])
    grad_output = grad_output_of(name)
    _, *of_weights = gradients(name, grad_output, [spoiled, *other])
    assert np.isnan(of_weights[0]).any()
    assert np.isfinite(of_weights[-1]).all()  # the bias does not see the images


@every
@ways
def test_integers_are_exact_alone_and_beside_floats(name, way):
    given = [np.rint(9 * a).astype(np.int16) for a in CASES[name][0]]
    exact = call(name, given, way)
    assert exact.dtype == np.int64
    mixed = call(name, [given[0], *(a.astype(np.float64) for a in given[1:])], way)
    assert mixed.dtype == np.float64
    assert np.array_equal(exact, mixed)
    with pytest.raises(ArgumentError, match=r"^grad_output: expected float32 or float64"):
        gradients(name, exact, given)


@every
def test_sums_that_may_not_fit_are_refused(name):
    given = [np.full(a.shape, 2**31) for a in CASES[name][0]]
    with pytest.raises(ArgumentError, match=r"^x: expected integers whose sums"):
        call(name, given)


@every
@ways
def test_half_precision_and_mixed_types_are_refused(name, way):
    x, *other = CASES[name][0]
    with pytest.raises(ArgumentError, match=r"got float16"):
        call(name, [x.astype(np.float16), *other], way)
    with pytest.raises(ArgumentError, match=r"expected float32, the type of x, got float64"):
        call(name, [x.astype(np.float32), *other], way)


@every
@ways
def test_wrong_shapes_are_named(name, way):
    x, weight, *other = CASES[name][0]
    with pytest.raises(ShapeError, match=r"^x: expected an array of shape \(N, C_in, "):
        call(name, [x[0], weight, *other], way)
    with pytest.raises(ShapeError, match=r"^(weight|depthwise): expected an array of shape \(C_"):
        call(name, [x, weight[0], *other], way)
    with pytest.raises(ShapeError, match=r"^bias: expected shape"):
        call(name, [x, weight, *other[:-1], np.ones(7)], way)
    with pytest.raises(ArgumentError, match=r"^(weight|depthwise|groups): expected"):
        call(name, [np.concatenate([x, x[:, :1]], axis=1), weight, *other], way)
    with pytest.raises(ShapeError, match=r"^grad_output: expected shape"):
        gradients(name, grad_output_of(name)[..., :-1], [x, weight, *other])


@every
@ways
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"stride": 0}, "stride: expected an integer of at least 1"),
        ({"dilation": 0}, "dilation: expected an integer of at least 1"),
        ({"padding": -1}, "padding: expected an integer of at least 0"),
        ({"padding": "most"}, "padding: expected"),
    ],
)
def test_options_out_of_range_are_named(name, way, changed, message):
    given, options = CASES[name]
    with pytest.raises(ArgumentError, match=rf"^{message}"):
        getattr(layers, name + way)(*given, **(options | changed))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"output_padding": 3}, r"output_padding: expected less than the stride or the dilation"),
        ({"groups": 3}, "groups: expected a divisor of 4 input and 6 output channels"),
        ({"groups": 0}, "groups: expected an integer of at least 1"),
        ({"padding": 9}, "padding: expected so little that an output remains"),
    ],
)
def test_options_of_transposed_convolution(changed, message):
    given, options = CASES["conv_transpose2d"]
    with pytest.raises(ArgumentError, match=rf"^{message}"):
        layers.conv_transpose2d(*given[:2], **(options | changed))


def test_conv1d_by_hand():
    x, weight = [[[1, 2, 3, 4, 5]]], [[[1, 0, -1]]]
    assert layers.conv1d(x, weight, [10]).tolist() == [[[8, 8, 8]]]
    assert layers.conv1d(x, weight, stride=2, padding=1).tolist() == [[[-2, -2, 4]]]
    assert layers.conv1d(x, weight, dilation=2).tolist() == [[[-4]]]


def test_conv3d_by_hand():
    x = np.arange(8).reshape(1, 1, 2, 2, 2)
    assert layers.conv3d(x, np.ones((1, 1, 2, 1, 1), int)).tolist() == [[[[[4, 6], [8, 10]]]]]
    assert layers.conv3d(x, np.ones((1, 1, 2, 2, 2), int), [1]).ravel().tolist() == [29]


def test_transposed_convolution_by_hand():
    x = np.array([[[[1, 2], [3, 4]]]])
    weight = np.array([[[[1, 1], [1, 1]]]])
    assert layers.conv_transpose2d(x, weight)[0, 0].tolist() == [[1, 3, 2], [4, 10, 6], [3, 7, 4]]
    twice = layers.conv_transpose2d(x, weight, [1], stride=2)[0, 0]
    assert twice.tolist() == [[2, 2, 3, 3], [2, 2, 3, 3], [4, 4, 5, 5], [4, 4, 5, 5]]
    assert layers.conv_transpose2d(x, weight, padding=1).ravel().tolist() == [10]


def test_gradient_of_conv2d_by_hand():
    """Each input counts once for every window it is in, each weight sums what it met."""
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    weight = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    grad_x, grad_weight, grad_bias = layers.conv2d_backward(np.ones((1, 1, 2, 2)), x, weight)
    assert grad_x[0, 0].tolist() == [[1, 3, 2], [4, 10, 6], [3, 7, 4]]
    assert grad_weight[0, 0].tolist() == [[8, 12], [20, 24]]
    assert grad_bias.tolist() == [4]


LAYERS = {
    "Conv1d": (partial(layers.Conv1d, 4, 6, 3, 2, 1, groups=2), (2, 4, 7)),
    "Conv2d": (partial(layers.Conv2d, 4, 6, (3, 2), padding="same", groups=2), (2, 4, 5, 4)),
    "Conv2d without bias": (partial(layers.Conv2d, 3, 2, 2, bias=False), (2, 3, 3, 4)),
    "Conv3d": (partial(layers.Conv3d, 2, 3, 2, dilation=(2, 1, 1)), (1, 2, 4, 3, 3)),
    "ConvTranspose2d": (
        partial(layers.ConvTranspose2d, 4, 6, 3, 2, 1, 1, groups=2), (2, 4, 3, 2),
    ),
    "ConvTranspose2d without bias": (
        partial(layers.ConvTranspose2d, 2, 3, 2, bias=False), (2, 2, 3, 2),
    ),
    "DepthwiseSeparableConv2d": (
        partial(layers.DepthwiseSeparableConv2d, 3, 5, 3, 2, 1), (2, 3, 5, 4),
    ),
    "DepthwiseSeparableConv2d without bias": (
        partial(layers.DepthwiseSeparableConv2d, 3, 5, 3, bias=False), (2, 3, 5, 4),
    ),
}  # fmt: skip
POOLS = {
    "MaxPool2d": (layers.MaxPool2d(3, 2, 1), (2, 3, 5, 6)),
    "AvgPool2d": (layers.AvgPool2d(3, 2, 1, count_include_pad=False), (2, 3, 5, 6)),
    "GlobalAvgPool2d": (layers.GlobalAvgPool2d(), (2, 3, 5, 6)),
    "AdaptiveAvgPool2d": (layers.AdaptiveAvgPool2d((2, 4)), (2, 3, 5, 6)),
}


@pytest.mark.parametrize("name", [*LAYERS, *POOLS])
def test_gradients_of_layers(name):
    layer, shape = POOLS[name] if name in POOLS else (LAYERS[name][0](rng=0), LAYERS[name][1])
    x = np.random.default_rng(0).permutation(np.arange(np.prod(shape)) / 10.0).reshape(shape)
    checks = gradcheck_layer(layer, x)
    assert set(checks) == {"x", *layer.params}
    for check in checks.values():
        assert check, check


@pytest.mark.parametrize("name", [*LAYERS, *POOLS])
def test_backward_before_forward_is_refused(name):
    layer = POOLS[name][0] if name in POOLS else LAYERS[name][0]()
    with pytest.raises(CourseError, match=f"^{name.split()[0]}: backward before forward"):
        layer.backward(np.ones((1, 1, 1, 1)))


@pytest.mark.parametrize("name", LAYERS)
def test_first_weights_follow_seed_and_type(name):
    build, shape = LAYERS[name]
    first, second, other = build(rng=1), build(rng=1), build(rng=2, dtype=np.float32)
    for key, value in first.params.items():
        assert np.array_equal(value, second.params[key])
        assert other.params[key].dtype == np.float32
        assert key == "bias" or not np.array_equal(value, other.params[key])
        assert key != "bias" or not value.any()
    assert ("bias" in first.params) == ("without bias" not in name)
    assert other.forward(np.ones(shape, np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: layers.Conv2d(4, 6, 3, groups=3), "groups: expected a divisor of 4 input"),
        (lambda: layers.Conv2d(0, 6, 3), "in_channels: expected an integer of at least 1"),
        (lambda: layers.Conv2d(4, 6, 0), "kernel_size: expected an integer of at least 1"),
        (lambda: layers.Conv2d(4, 6, 3, stride=0), "stride: expected"),
        (lambda: layers.Conv2d(4, 6, 3, padding="full"), "padding: expected"),
        (lambda: layers.Conv2d(4, 6, 3, 2, "same"), "stride: expected 1, which padding='same'"),
        (lambda: layers.Conv1d(4, 6, (3, 3)), "kernel_size: expected"),
        (lambda: layers.Conv3d(4, 6, 3, dilation=0), "dilation: expected"),
        (lambda: layers.ConvTranspose2d(4, 6, 3, groups=4), "groups: expected"),
        (lambda: layers.DepthwiseSeparableConv2d(4, 2.5, 3), "out_channels: expected"),
        (lambda: layers.Conv2d(4, 6, 3, dtype=np.float16), "dtype: expected float32 or float64"),
    ],
)
def test_layers_refuse_what_does_not_fit(build, message):
    with pytest.raises(ArgumentError, match=rf"^{message}"):
        build()
