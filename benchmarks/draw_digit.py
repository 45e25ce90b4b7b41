"""The network of "Draw a digit" in the page: is it PyTorch's, and does it keep up with a hand?

    CNNCOURSE_DATA=folder python benchmarks/draw_digit.py --out FILE.json

The JavaScript of the page reads the digits of a folder with MNIST/raw (those stored in the package
if none is named) in Node, and PyTorch reads the same. Its time stands beside that of its own
convolutions written as six loops, and beside ONNX Runtime's on one thread. Then strokes are drawn
in Chromium: what a frame costs, from the event to the last canvas, must stay below 16 ms. All times
are CPU times.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch

from cnncourse.data import mnist
from cnncourse.instruments import DrawDigit
from cnncourse.instruments.stored import digit_network, example_digits
from cnncourse.models import build

ROOT = Path(__file__).parents[1]
ROUNDS = 31
STROKES = 4
FRAME = 16  # milliseconds
COUNT = """
  window.drawn = 0;
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (act) => frame((now) => { window.drawn += 1; act(now); });
"""


def in_pytorch() -> torch.nn.Module:
    """The stored weights in PyTorch's LeNet."""
    model = build("lenet5", image_size=28).eval()
    for tensor, param in zip(model.parameters(), digit_network().params.values(), strict=True):
        tensor.data = torch.from_numpy(param).float().reshape(tensor.shape)
    return model


def in_node(images: np.ndarray) -> dict[str, Any]:
    """Scores of all images, and CPU milliseconds of one forward pass, round by round."""
    pixels = np.rint(images * 255).astype(np.uint8).tobytes()
    asked = {"images": base64.b64encode(pixels).decode(), "rounds": ROUNDS}
    done = subprocess.run(
        [ROOT / ".venv/bin/node", ROOT / "benchmarks/draw_digit.mjs"],
        input=json.dumps(asked), capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def with_onnx(model: torch.nn.Module, image: torch.Tensor) -> float:
    """CPU milliseconds of one image in ONNX Runtime, on one thread."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lenet.onnx"
        torch.onnx.export(model, (image,), path, dynamo=True, verbose=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(path), options)
    given = {session.get_inputs()[0].name: image.numpy()}
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(50):
            session.run(None, given)
        times.append((time.process_time() - start) / 50 * 1000)
    return statistics.median(times)


def in_chromium() -> list[dict[str, float]]:
    """CPU milliseconds of the page's thread for each frame, one stroke after the other.

    A stroke is 40 moves of the mouse. What the thread did is counted in its own CPU time, so that
    other work on the machine does not count.
    """
    sys.path.insert(0, str(ROOT / "tools"))
    from browser import open_browser

    strokes = []
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        path = Path(folder) / "draw.html"
        path.write_text(DrawDigit(example=-1).to_html(), "utf-8")
        page = browser.new_page()
        page.add_init_script(COUNT)
        page.goto(path.as_uri())
        box = page.locator("canvas[aria-label^='Sheet']").bounding_box()
        assert box is not None
        probe = page.context.new_cdp_session(page)
        probe.send("Performance.enable", {"timeDomain": "threadTicks"})

        def spent() -> dict[str, float]:
            metrics = probe.send("Performance.getMetrics")["metrics"]
            return {m["name"]: m["value"] for m in metrics} | {"frames": page.evaluate("drawn")}

        for stroke in range(STROKES):
            before = spent()
            page.mouse.move(box["x"] + 60, box["y"] + 50 + 30 * stroke)
            page.mouse.down()
            for step in range(40):
                page.mouse.move(box["x"] + 60 + 4 * step, box["y"] + 50 + 30 * stroke + step)
                page.wait_for_timeout(20)
            page.mouse.up()
            after = spent()
            frames = after["frames"] - before["frames"]
            strokes.append({
                name: 1000 * (after[metric] - before[metric]) / frames
                for name, metric in (("script", "ScriptDuration"), ("all", "TaskDuration"))
            } | {"frames": frames})  # fmt: skip
    return strokes


def main() -> None:
    """Compare, time, print, write the result where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder that holds MNIST/raw (default: CNNCOURSE_DATA)")
    parser.add_argument("--out", type=Path, help="a JSON file for the result")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = arguments.data or os.environ.get("CNNCOURSE_DATA")
    images, labels = mnist("test", folder) if folder else example_digits()
    images = np.asarray(images, np.float32).reshape(-1, 1, 28, 28)
    model, found = in_pytorch(), in_node(images)
    with torch.no_grad():
        expected = model(torch.from_numpy(images)).numpy()
    scores = np.array(found["scores"])
    strokes = in_chromium()[1:]  # the first one also compiles
    ratios = [mine / other for mine, other in zip(found["ours"], found["theirs"], strict=True)]
    ours, onnx = statistics.median(found["ours"]), with_onnx(model, torch.from_numpy(images[:1]))
    result = {
        "what": "LeNet-5 of draw_digit in the page's JavaScript",
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "digits": len(images),
        "accuracy in JavaScript": float((scores.argmax(1) == labels).mean()),
        "accuracy in PyTorch": float((expected.argmax(1) == labels).mean()),
        "same answer": float((scores.argmax(1) == expected.argmax(1)).mean()),
        "largest difference of a score": float(np.abs(scores - expected).max()),
        "milliseconds a forward pass": round(ours, 3),
        "of the time of six loops": round(statistics.median(ratios), 3),
        "times ONNX Runtime": round(ours / onnx, 1),
        "frames drawn": sum(int(stroke["frames"]) for stroke in strokes),
        "milliseconds of script a frame": round(max(s["script"] for s in strokes), 2),
        "milliseconds of everything a frame": round(max(s["all"] for s in strokes), 2),
    }
    for name, value in result.items():
        print(f"{name}: {value}")
    within = result["milliseconds of everything a frame"] < FRAME
    print(f"within a frame of {FRAME} ms: {'yes' if within else 'NO'}")
    if arguments.out:
        partial = arguments.out.with_name(arguments.out.name + ".part")
        partial.write_text(json.dumps(result, indent=1) + "\n")
        partial.replace(arguments.out)


if __name__ == "__main__":
    main()
