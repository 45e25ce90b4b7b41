"""Build JupyterLab beside the book, to run in the browser: python tools/lite.py [BOOK]

It is written into the folder lite of the built book (_build/html), shares the Python of the book's
live cells (_static/pyodide there, so the book is built first), asks no other server for anything,
and holds the students' notebooks of the exercises that need NumPy alone, and those of the pages (in
pages/), with what a browser cannot run as text. The course's instruments are widgets there.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RELEASE = ROOT / "_build/exercises/release"
WORK = ROOT / "_build/lite"  # what the build reads
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
EXTENSIONS = (
    "@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager", "anywidget",
)
LABEXTENSIONS = Path(sys.prefix) / "share/jupyter/labextensions"

# what the kernel starts with: its own parts, and what a notebook of the course imports first
PRELOADED = (
    "micropip", "piplite", "ipykernel", "pyodide-kernel", "comm", "jedi", "ipython",
    "numpy", "matplotlib", "pillow", "cnncourse-instruments",
)
TOO_HEAVY = re.compile(r"^\s*(?:import|from) (?:torch|torchvision|sklearn|skimage)\b", re.MULTILINE)


def notebooks() -> list[Path]:
    """Find the released notebooks whose cells import nothing that a browser can't have."""
    found = []
    for path in sorted(RELEASE.glob("*/*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        if not TOO_HEAVY.search(code):
            found.append(path)
    return found


def pages(book: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give name and content of each page's notebook that is worth opening in a browser."""
    for path in sorted(book.glob("book/**/*.ipynb")):
        notebook = json.loads(path.read_text("utf-8"))
        about = notebook["metadata"]["cnncourse"]
        if about["in_browser"]:
            notebook["cells"] = [as_text(cell) for cell in notebook["cells"]]
            name = about["page"].removeprefix("book/").removesuffix("/index").replace("/", "-")
            yield f"{name}.ipynb", notebook


def as_text(cell: dict[str, Any]) -> dict[str, Any]:
    """Turn a cell that needs what a browser does not have into text."""
    lacking = cell["metadata"].get("needs", [])
    if not lacking:
        return cell
    said = f"*Not in a browser: this one needs {', '.join(lacking)}.*"
    source = f"{said}\n\n```python\n{cell['source']}\n```"
    return {"cell_type": "markdown", "id": cell["id"], "metadata": {}, "source": source}


def settings(pyodide: Path) -> dict[str, object]:
    """Say where the kernel finds its Python; the query makes browsers notice a new lock file."""
    lock = hashlib.sha256((pyodide / "pyodide-lock.json").read_bytes()).hexdigest()[:8]
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "cnncourse",
            "disabledExtensions": ["@jupyterlab/apputils-extension:announcements"],
            "litePluginSettings": {KERNEL: {
                "pyodideUrl": "../../_static/pyodide/pyodide.mjs",
                "disablePyPIFallback": True,
                "loadPyodideOptions": {
                    "lockFileURL": f"../../_static/pyodide/pyodide-lock.json?v={lock}",
                    "packages": PRELOADED,
                },
            }},
        },
    }


def prepare(book: Path) -> None:
    """Lay out what `jupyter lite build` reads."""
    pyodide = book / "_static/pyodide"
    if not (pyodide / "pyodide-lock.json").is_file():
        sys.exit(f"{pyodide} is missing: run `make book` first")
    shutil.rmtree(WORK, ignore_errors=True)
    (WORK / "files").mkdir(parents=True)
    for path in notebooks():
        shutil.copyfile(path, WORK / "files" / path.name)
    (WORK / "files/pages").mkdir()
    for name, notebook in pages(book):
        (WORK / "files/pages" / name).write_text(json.dumps(notebook), "utf-8")
    (WORK / "jupyter-lite.json").write_text(json.dumps(settings(pyodide), indent=1))
    build = {
        "contents": ["files"],
        "federated_extensions": [str(LABEXTENSIONS / name) for name in EXTENSIONS],
        "ignore_sys_prefix": True,
        "apps": ["lab"],
        "no_unused_shared_packages": True,
        "no_sourcemaps": True,
        "output_dir": str(book / "lite"),
    }
    (WORK / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": build}, indent=1))


def main(book: Path) -> None:
    prepare(book)
    out = book / "lite"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "jupyterlite_core", "build"]
    run = subprocess.run(command, cwd=WORK, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"{run.stdout}\n{run.stderr}\nJupyterLite could not be built, see above")
    names = ", ".join(path.name for path in notebooks())
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    sys.stdout.write(f"JupyterLab for the browser, {size / 1e6:.0f} MB, in {out}, with {names}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "_build/html")
