"""Time conv2d against PyTorch and against the ways people write it, six shapes, both directions.

    python benchmarks/conv.py --out benchmarks/results/conv

Prints ratios, not times: each way runs in turn with PyTorch's convolution (NCHW), in one process,
and the figure is the median over the pairs of its time divided by PyTorch's. Time is CPU time, all
threads together. See benchmarks/README.md for how to read the tables.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import correlate2d
from threadpoolctl import threadpool_limits

from cnncourse.layers import conv2d, conv2d_backward, conv2d_loop
from cnncourse.layers.arrays import Array, pad
from cnncourse.layers.teaching import (
    col2im,
    conv2d_fft,
    conv2d_im2col,
    conv2d_winograd,
    im2col,
)
from cnncourse.shapes import conv_multiply_adds, conv_output_shape

Run = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """A convolution of one of the famous networks, and the ratios to PyTorch to reach."""

    x_shape: tuple[int, int, int, int]
    weight_shape: tuple[int, int, int, int]
    targets: dict[str, float]
    stride: int = 1
    padding: int = 0
    groups: int = 1

    @property
    def options(self) -> dict[str, int]:
        """As the convolutions take them."""
        return {"stride": self.stride, "padding": self.padding, "groups": self.groups}

    @property
    def output_shape(self) -> tuple[int, ...]:
        """N, C_out, H_out, W_out."""
        size = conv_output_shape(
            self.x_shape[2:], self.weight_shape[2:], self.stride, self.padding
        )
        return self.x_shape[0], self.weight_shape[0], *size

    @property
    def multiply_adds(self) -> int:
        """Of the formula, for the whole batch."""
        return self.x_shape[0] * conv_multiply_adds(
            self.x_shape[1], self.weight_shape[0], self.weight_shape[2:],
            self.output_shape[2:], self.groups,
        )  # fmt: skip


def targets(forward: float, backward: float, double: float = 1.0) -> dict[str, float]:
    """Name the ratios to reach."""
    return {
        "forward float32": forward,
        "backward float32": backward,
        "forward float64": double,
    }


CASES = {
    "LeNet conv1": Case((64, 1, 28, 28), (6, 1, 5, 5), targets(1.1, 0.8)),
    "CIFAR-like": Case((32, 16, 32, 32), (32, 16, 3, 3), targets(1.9, 2.1), padding=1),
    "VGG-like": Case((4, 64, 56, 56), (64, 64, 3, 3), targets(1.8, 1.8), padding=1),
    "1 x 1": Case((8, 256, 28, 28), (64, 256, 1, 1), targets(1.35, 1.25, 1.2)),
    "ResNet stem": Case(
        (4, 3, 224, 224), (64, 3, 7, 7), targets(1.9, 0.8), stride=2, padding=3
    ),
    "depthwise 3 x 3": Case(
        (8, 64, 56, 56), (64, 1, 3, 3), targets(2.1, 1.9), padding=1, groups=64
    ),
}


# --- the ways people write a convolution; each takes what conv2d takes ---


def windows_of(x: Array, weight: Array, stride: int, padding: int) -> Array:
    """See every window: (N, C, H_out, W_out, K_h, K_w)."""
    padded = pad(x, [(padding, padding)] * 2)
    return sliding_window_view(padded, weight.shape[2:], (2, 3))[:, :, ::stride, ::stride]


def by_einsum(
    x: Array, weight: Array, bias: Array, stride: int = 1, padding: int = 0, groups: int = 1
) -> Array:
    """sliding_window_view + einsum."""
    windows = windows_of(x, weight, stride, padding)
    windows = windows.reshape(len(x), groups, -1, *windows.shape[2:])
    kernels = weight.reshape(groups, -1, *weight.shape[1:])
    output = np.einsum("ngchwij,gocij->ngohw", windows, kernels)
    return output.reshape(len(x), len(weight), *output.shape[3:]) + bias[:, None, None]


def by_tensordot(
    x: Array, weight: Array, bias: Array, stride: int = 1, padding: int = 0, groups: int = 1
) -> Array:
    """sliding_window_view + tensordot, group by group."""
    windows = windows_of(x, weight, stride, padding)
    parts = [
        np.tensordot(part, kernels, ((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
        for part, kernels in zip(
            np.split(windows, groups, axis=1), np.split(weight, groups), strict=True
        )
    ]
    return np.concatenate(parts, axis=1) + bias[:, None, None]


def by_im2col(
    x: Array, weight: Array, bias: Array, stride: int = 1, padding: int = 0, groups: int = 1
) -> Array:
    """The whole column matrix, then one product of matrices, group by group."""
    parts = [
        conv2d_im2col(part, kernels, share, stride, padding)
        for part, kernels, share in zip(
            np.split(x, groups, axis=1), np.split(weight, groups), np.split(bias, groups),
            strict=True,
        )
    ]  # fmt: skip
    return np.concatenate(parts, axis=1)


def by_scipy(
    x: Array, weight: Array, bias: Array, stride: int = 1, padding: int = 0, groups: int = 1
) -> Array:
    """scipy.signal.correlate2d for each pair of channels, of which the stride keeps some."""
    padded = pad(x, [(padding, padding)] * 2)
    group_in, group_out = weight.shape[1], len(weight) // groups
    return np.stack([
        np.stack([
            sum(
                correlate2d(image[o // group_out * group_in + c], weight[o, c], mode="valid")
                for c in range(group_in)
            )[::stride, ::stride] + bias[o]
            for o in range(len(weight))
        ])
        for image in padded
    ])  # fmt: skip


def by_sums(
    x: Array, weight: Array, bias: Array, stride: int = 1, padding: int = 0, groups: int = 1
) -> Array:
    """One NumPy sum for each output value: this package's specification."""
    return conv2d_loop(x, weight, bias, stride, padding, 1, groups)


def by_loops(
    x: Array, weight: Array, bias: Array, stride: int = 1, padding: int = 0, groups: int = 1
) -> Array:
    """Python loops alone, one multiplication at a time."""
    padded = pad(x, [(padding, padding)] * 2).tolist()
    kernels = weight.tolist()
    C_group, K_h, K_w = weight.shape[1:]
    size = conv_output_shape(x.shape[2:], (K_h, K_w), stride, padding)
    output = np.empty((len(x), len(weight), *size), x.dtype)
    for n, o, i, j in np.ndindex(output.shape):
        total = bias[o]
        first = o // (len(weight) // groups) * C_group
        for c in range(C_group):
            for m in range(K_h):
                row = padded[n][first + c][i * stride + m]
                for k in range(K_w):
                    total += row[j * stride + k] * kernels[o][c][m][k]
        output[n, o, i, j] = total
    return output


def im2col_backward(
    grad_output: Array, x: Array, weight: Array, stride: int = 1, padding: int = 0, groups: int = 1
) -> tuple[Array, ...]:
    """im2col and col2im, as in the textbooks, group by group."""
    gradients = []
    for g, part, kernels in zip(
        np.split(grad_output, groups, axis=1), np.split(x, groups, axis=1),
        np.split(weight, groups), strict=True,
    ):  # fmt: skip
        flat, matrix = g.reshape(*g.shape[:2], -1), kernels.reshape(len(kernels), -1)
        columns = im2col(part, kernels.shape[2:], stride, padding)
        grad_columns = matrix.T @ flat
        gradients.append((
            col2im(grad_columns, x.shape[2:], kernels.shape[2:], stride, padding),
            (flat @ columns.swapaxes(1, 2)).sum(axis=0).reshape(kernels.shape),
            g.sum(axis=(0, 2, 3)),
        ))  # fmt: skip
    return tuple(
        np.concatenate(parts, axis=axis)
        for parts, axis in zip(zip(*gradients, strict=True), (1, 0, 0), strict=True)
    )


# --- measuring ---


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Let NumPy's BLAS and PyTorch use so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    with threadpool_limits(number):
        yield
    torch.set_num_threads(before)


class Timing(NamedTuple):
    """Medians over pairs: CPU milliseconds of ours, ratios to the peer's CPU and wall time."""

    ms: float
    ratio: float
    wall_ratio: float


def paired(peer: Run, ours: Run, seconds: float) -> Timing:
    """Run both in turn, at least three times, until the time is over."""
    pairs = []
    peer(), ours()
    start = time.perf_counter()
    while len(pairs) < 3 or time.perf_counter() - start < seconds:
        pair = []
        for run in (peer, ours):
            cpu, wall = time.process_time(), time.perf_counter()
            run()
            pair.append((time.process_time() - cpu, time.perf_counter() - wall))
        pairs.append(pair)
    times = np.maximum(pairs, 1e-9)  # (pairs, peer and ours, CPU and wall)
    cpu_ratio, wall_ratio = np.median(times[:, 1] / times[:, 0], axis=0)
    return Timing(1e3 * float(np.median(times[:, 1, 0])), float(cpu_ratio), float(wall_ratio))


def extra_memory(run: Run) -> float:
    """MiB allocated at the peak beyond what the run gives back.

    Runs in a thread of its own, where nothing is kept from earlier calls: what is kept counts.
    """
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()  # starts the thread
        tracemalloc.start()
        result = pool.submit(run).result()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    kept = result if isinstance(result, tuple) else (result,)
    return (peak - sum(array.nbytes for array in kept)) / 2**20


def peaks(seconds: float) -> dict[str, float]:
    """Measure what this processor can do: GFLOP/s of matrix products, GB/s of copies."""
    found = {}
    for dtype in (np.float32, np.float64):
        a = np.ones((1024, 1024), dtype)
        out = np.empty_like(a)
        ms = best_ms(partial(np.matmul, a, a, out=out), seconds)
        found[f"GFLOP/s {np.dtype(dtype)}"] = 2e-6 * 1024**3 / ms
    source = np.ones(2**24, np.float32)
    target = np.empty_like(source)
    found["GB/s"] = 2e-6 * source.nbytes / best_ms(partial(np.copyto, target, source), seconds)
    return found


def best_ms(run: Run, seconds: float) -> float:
    """Give the shortest of several times: the machine's limit, not its average."""
    return min(paired(lambda: None, run, seconds).ms for _ in range(3))


def settle_memory() -> None:
    """Let the allocator keep freed memory, as in a training loop.

    Otherwise each large output is fresh memory of the operating system, and whoever allocates less
    of it wins: PyTorch's CIFAR-like convolution takes twice as long.
    """
    np.ones(30 * 2**20, np.uint8)


def data(case: Case, dtype: type) -> list[Array]:
    """Make x, weight, bias and a gradient of the output."""
    rng = np.random.default_rng(0)
    shapes = case.x_shape, case.weight_shape, case.weight_shape[0], case.output_shape
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def forward_peers(case: Case) -> dict[str, Callable[..., Array]]:
    """Name the other ways that can do a case."""
    peers = {
        "im2col": by_im2col,
        "windows + tensordot": by_tensordot,
        "windows + einsum": by_einsum,
        "scipy correlate2d": by_scipy,
    }
    if case.stride == case.groups == 1:
        peers["FFT"] = lambda x, w, b, padding, **_: conv2d_fft(x, w, b, padding)
        if case.weight_shape[2:] == (3, 3):
            peers["Winograd"] = lambda x, w, b, padding, **_: conv2d_winograd(x, w, b, padding)
    return peers


def torch_forward(case: Case, arrays: list[Array], layout: torch.memory_format) -> Run:
    """PyTorch's convolution, without recording for gradients."""
    x, weight, bias = map(torch.tensor, arrays[:3])
    x, weight = x.to(memory_format=layout), weight.to(memory_format=layout)

    def run() -> torch.Tensor:
        with torch.no_grad():
            return F.conv2d(x, weight, bias, **case.options)

    return run


def torch_backward(case: Case, arrays: list[Array]) -> Run:
    """PyTorch's three gradients, without the forward pass."""
    given = [torch.tensor(a, requires_grad=True) for a in arrays[:3]]
    y = F.conv2d(*given, **case.options)
    grad_output = torch.tensor(arrays[3])
    return lambda: torch.autograd.grad(y, given, grad_output, retain_graph=True)


def scaled_ratio(
    case: Case, arrays: list[Array], way: Callable[..., Array], seconds: float
) -> float:
    """Time a slow way on 4 x 4 outputs of one image and scale up: the whole takes minutes."""
    x, weight, bias, _ = arrays
    reach = (4 - 1) * case.stride + case.weight_shape[2] - 2 * case.padding
    corner = x[:1, :, :reach, :reach]
    run = torch_forward(case, arrays, torch.contiguous_format)
    timing = paired(run, lambda: way(corner, weight, bias, **case.options), seconds)
    outputs = np.prod(case.output_shape)
    return float(timing.ratio * outputs / (4 * 4 * len(weight)))


def measure(case: Case, dtype: type, seconds: float) -> dict[str, dict]:
    """Measure this package's convolution, forward and backward, on as many threads as are set."""
    arrays = data(case, dtype)
    x, weight, bias, grad_output = arrays
    forward = paired(
        torch_forward(case, arrays, torch.contiguous_format),
        lambda: conv2d(x, weight, bias, **case.options),
        seconds,
    )
    backward = paired(
        torch_backward(case, arrays),
        lambda: conv2d_backward(grad_output, x, weight, **case.options),
        seconds,
    )
    return {
        name: {key: round(value, 3) for key, value in timing._asdict().items()}
        for name, timing in (("forward", forward), ("backward", backward))
    }


def measure_others(case: Case, seconds: float) -> dict[str, float]:
    """Measure the other ways' ratios to PyTorch, in float32."""
    arrays = data(case, np.float32)
    x, weight, bias, grad_output = arrays
    nchw = torch_forward(case, arrays, torch.contiguous_format)
    channels_last = torch_forward(case, arrays, torch.channels_last)
    found = {"torch channels_last": paired(nchw, channels_last, seconds).ratio}
    for name, way in forward_peers(case).items():
        run = partial(way, x, weight, bias, **case.options)
        found[name] = paired(nchw, run, seconds).ratio
    for name, way in (("one sum for each output", by_sums), ("Python loops", by_loops)):
        found[name] = scaled_ratio(case, arrays, way, seconds)
    textbook = partial(im2col_backward, grad_output, x, weight, **case.options)
    found["backward: im2col and col2im"] = paired(
        torch_backward(case, arrays), textbook, seconds
    ).ratio
    return {name: float(f"{ratio:.3g}") for name, ratio in found.items()}


def measure_memory(case: Case) -> dict[str, float]:
    """Measure MiB beyond the output, in float32 where float64 is not named."""
    found = {}
    for dtype, kind in ((np.float32, ""), (np.float64, " float64")):
        x, weight, bias, grad_output = data(case, dtype)
        runs = {
            "conv2d": partial(conv2d, x, weight, bias, **case.options),
            "conv2d_backward": partial(conv2d_backward, grad_output, x, weight, **case.options),
            "im2col": partial(by_im2col, x, weight, bias, **case.options),
        }
        found.update({name + kind: round(extra_memory(run), 2) for name, run in runs.items()})
    return found


def check(case: Case) -> None:
    """Refuse to time ways that do not give what PyTorch gives."""
    arrays = data(case, np.float64)
    x, weight, bias, grad_output = arrays
    expected = torch_forward(case, arrays, torch.contiguous_format)().numpy()
    for run in (conv2d, by_im2col, by_tensordot):
        np.testing.assert_allclose(run(x, weight, bias, **case.options), expected, atol=1e-8)
    for run in (conv2d_backward, im2col_backward):
        gradients = run(grad_output, x, weight, **case.options)
        for ours, theirs in zip(gradients, torch_backward(case, arrays)(), strict=True):
            np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-6)


def shares(case: Case, ms: float, dtype: str, peak: dict[str, float]) -> dict[str, float]:
    """Give the share of the measured limits that a forward pass reached."""
    size = np.dtype(dtype).itemsize
    traffic = sum(map(np.prod, (case.x_shape, case.weight_shape, case.output_shape))) * size
    return {
        "of GEMM peak": round(2e-6 * case.multiply_adds / ms / peak[f"GFLOP/s {dtype}"], 2),
        "of bandwidth": round(1e-6 * float(traffic) / ms / peak["GB/s"], 2),
    }


def measure_case(case: Case, seconds: float, peak: dict[str, float]) -> dict:
    """Measure all about one case."""
    check(case)
    entry: dict = {"targets": case.targets, "MiB beyond the output": measure_memory(case)}
    with threads(1):
        for kind, dtype in (("float32", np.float32), ("float64", np.float64)):
            entry[kind] = measure(case, dtype, seconds)
            entry[kind]["share"] = shares(case, entry[kind]["forward"]["ms"], kind, peak)
        entry["others"] = measure_others(case, seconds / 4)
    with threads(2):
        entry["float32, two threads"] = measure(case, np.float32, seconds)
    return entry


def run_all(seconds: float) -> dict:
    """Measure everything; give it as data."""
    settle_memory()
    with threads(1):
        peak = peaks(seconds / 4)
    report: dict = {
        "what": "ratio of CPU time to PyTorch's convolution (NCHW), median over pairs",
        "date": date.today().isoformat(),
        "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()}",
        "load": round(os.getloadavg()[0], 1),
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__},
        "peaks on one thread": {name: round(value, 1) for name, value in peak.items()},
        "cases": {},
    }  # fmt: skip
    for name, case in CASES.items():
        report["cases"][name] = measure_case(case, seconds, peak)
        print(summary(name, report["cases"][name]), flush=True)
    return report


def processor() -> str:
    """Name the processor, where the system tells."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    return platform.processor() or platform.machine()


FIRST_TABLE = """\
| | forward | backward | float64 forward | float64 backward | of GEMM peak | of bandwidth | \
MiB forward | MiB backward | MiB float64, both | two threads, forward | two threads, backward |
|---|---|---|---|---|---|---|---|---|---|---|---|"""


def summary(name: str, entry: dict) -> str:
    """Write a case as a row of the first table."""
    cells = []
    for kind in ("float32", "float64"):
        for direction in ("forward", "backward"):
            goal = entry["targets"].get(f"{direction} {kind}")
            cell = f"{entry[kind][direction]['ratio']:.2f}"
            cells.append(f"{cell} ({goal})" if goal else cell)
    cells += [f"{share:.0%}" for share in entry["float32"]["share"].values()]
    memory = entry["MiB beyond the output"]
    cells += [f"{memory[name]:.1f}" for name in ("conv2d", "conv2d_backward")]
    cells.append(" / ".join(f"{memory[f'{name} float64']:.1f}" for name in
                            ("conv2d", "conv2d_backward")))
    for timing in entry["float32, two threads"].values():
        cells.append(f"{timing['ratio']:.2f} / {timing['wall_ratio']:.2f}")
    return f"| {name} | " + " | ".join(cells) + " |"


def other_ways(cases: dict[str, dict]) -> str:
    """Write the table of the other ways, with this package's among them."""
    rows = {name: entry["others"] for name, entry in cases.items()}
    for name, entry in cases.items():
        rows[name] = {
            "conv2d": round(entry["float32"]["forward"]["ratio"], 2),
            **rows[name],
            "backward: conv2d_backward": round(entry["float32"]["backward"]["ratio"], 2),
        }
    ways = dict.fromkeys(way for row in rows.values() for way in row)
    table = [f"| | {' | '.join(cases)} |", "|---" * (len(cases) + 1) + "|"]
    for way in sorted(ways, key=lambda way: way.startswith("backward")):
        cells = (f"{row[way]:g}" if way in row else "–" for row in rows.values())
        table.append(f"| {way} | {' | '.join(cells)} |")
    return "\n".join(table)


def markdown(report: dict) -> str:
    """Write the report as a page."""
    cases = report["cases"]
    limits = ", ".join(f"{value} {name}" for name, value in report["peaks on one thread"].items())
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    return "\n\n".join([
        "# conv2d against PyTorch and other ways",
        f"{report['date']}, {report['machine']}, load {report['load']} at the start; {versions}. "
        f"One thread's measured limits: {limits}.",
        f"A {report['what']}; below 1 is faster than PyTorch. One thread but where two are named, "
        "float32 but where float64 is named; in brackets the target. Two threads: ratio of CPU "
        "time / of wall time.",
        "\n".join([FIRST_TABLE, *(summary(name, entry) for name, entry in cases.items())]),
        "## Other ways, float32 on one thread",
        other_ways(cases),
    ]) + "\n"  # fmt: skip


def main() -> None:
    """Read the arguments, measure, write the result where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="for each figure of ours")
    parser.add_argument("--out", type=Path, help="files for the result: OUT.json and OUT.md")
    arguments = parser.parse_args()
    print(FIRST_TABLE)
    report = run_all(arguments.seconds)
    text = markdown(report)
    print("\n" + text)
    if arguments.out:
        for suffix, content in [(".json", json.dumps(report, indent=1) + "\n"), (".md", text)]:
            target = arguments.out.with_suffix(suffix)
            partial = target.with_suffix(suffix + ".part")
            partial.write_text(content)
            partial.replace(target)


if __name__ == "__main__":
    main()
