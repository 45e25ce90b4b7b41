"""Who may import whom: the table of the architecture, read off the source files."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "cnncourse"

# room: what it may import beside the standard library and itself
MAY_IMPORT = {
    "errors": set(),
    "shapes": {"errors"},
    "compat": {"torch", "torchvision"},
    "layers": {"numpy", "shapes", "errors"},
    "gradcheck": {"numpy", "layers", "shapes", "errors"},
    "data": {"numpy", "sklearn", "PIL", "torch", "torchvision", "errors", "compat"},
    "training": {
        "numpy", "torch", "torchvision", "matplotlib", "rich", "data", "plots", "errors", "compat",
    },
    "models": {"numpy", "torch", "torchvision", "metrics", "shapes", "errors", "compat"},
    "metrics": {"numpy", "errors"},
    "inspection": {"torch", "errors"},
    "labs": {
        "numpy", "scipy", "torch", "matplotlib", "sklearn", "data", "inspection", "metrics",
        "models", "training", "plots", "shapes", "errors",
    },
    "experiments": {"numpy", "torch", "matplotlib", "data", "models", "training", "errors"},
    "plots": {"numpy", "matplotlib", "shapes", "errors"},
    "diagrams": {"matplotlib", "torch", "models", "plots", "errors"},
    "instruments": {
        "anywidget", "numpy", "matplotlib", "traitlets", "data", "layers", "models", "plots",
        "shapes", "errors",
    },
    "authoring": {"jupytext", "nbformat", "nbgrader", "traitlets", "yaml", "errors", "compat"},
    "grading": {
        "authoring", "errors", "nbgrader", "nbformat", "nbconvert", "nbclient",
        "jupyter_client", "jinja2", "traitlets", "sqlalchemy", "distributed",
        "numpy", "IPython", "matplotlib", "PIL", "probes", "jwt", "requests", "compat",
    },
    "probes": {"numpy"},
    "cli": {
        "click", "rich", "authoring", "grading", "labs", "experiments", "models", "data",
        "training", "errors",
    },
    "__init__": set(),
    "__main__": {"cli"},
}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    """Rooms and third-party packages a source file imports, anywhere in it."""
    found = set()
    package = path.relative_to(PACKAGE.parent).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            names = [".".join((*base, node.module or alias.name)) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            bare = node.module == "cnncourse"
            names = [f"{node.module}.{a.name}" if bare else node.module for a in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            found.add(parts[1] if parts[0] == "cnncourse" and len(parts) > 1 else parts[0])
    return found - set(sys.stdlib_module_names) - {room_of(path)}


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_room_imports_only_what_it_may(path):
    room = room_of(path)
    assert room in MAY_IMPORT, f"{room} is new: say in MAY_IMPORT what it may import"
    surplus = imported(path) - MAY_IMPORT[room]
    assert not surplus, f"{room} may not import {sorted(surplus)}"


def test_rooms_form_no_circle():
    rooms: dict[str, set[str]] = {}
    for path in FILES:
        rooms.setdefault(room_of(path), set()).update(imported(path) & set(MAY_IMPORT))
    assert list(TopologicalSorter(rooms).static_order())


def test_a_forbidden_import_would_be_seen(tmp_path):
    path = PACKAGE / "shapes.py"
    assert imported(path) == {"errors"}
    assert "numpy" in imported(PACKAGE / "layers" / "conv.py")


def test_importing_the_package_is_light():
    report = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import cnncourse"],
        capture_output=True, text=True, check=True,
    ).stderr
    line = next(row for row in report.splitlines() if row.endswith(" cnncourse"))
    assert int(line.split("|")[1]) < 50_000, f"import cnncourse took {line.split('|')[1]} us"
