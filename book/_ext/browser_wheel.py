"""The wheels of cnncourse for browsers: what runs on NumPy alone, and the instruments.

Pages install the first one; the JupyterLab beside the book, which has widgets, both. What an
instrument shows of networks in PyTorch is measured here and goes along as numbers. Two builds of
the same sources are byte-identical, and the file's name changes with its content, so a browser
never takes an old one for the new.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from sphinx.errors import ExtensionError

from cnncourse.instruments import zoo

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cnncourse"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the time of every file in the archive


class Content(NamedTuple):
    """What a wheel holds and needs.

    Attributes
    ----------
    about : str
    modules : tuple of str
        Patterns in the folder of the package.
    carried : tuple of (str, str)
        Files of packages that are not there: package and file.
    measured : tuple of str
        Functions of `cnncourse.models.zoo` whose results go along.
    depends : tuple of str
        Distributions.
    """

    about: str
    modules: tuple[str, ...]
    carried: tuple[tuple[str, str], ...]
    measured: tuple[str, ...]
    depends: tuple[str, ...]


WHEELS = {
    "cnncourse": Content(
        "the part of cnncourse that runs in a browser",
        (
            "__init__.py", "compat.py", "errors.py", "shapes.py", "gradcheck.py", "plots.py",
            "probes.py", "data/*.py", "layers/*.py", "metrics/*.py", "grading/__init__.py",
            "grading/results.py",
        ),
        (
            ("sklearn", "datasets/images/china.jpg"),
            ("sklearn", "datasets/images/flower.jpg"),
            ("sklearn", "datasets/data/digits.csv.gz"),
        ),
        (),
        ("numpy",),
    ),
    "cnncourse-instruments": Content(
        "the instruments of cnncourse, as widgets for notebooks in a browser",
        ("instruments/*.py", "instruments/*.js", "instruments/*.css", "instruments/lib/*.js"),
        (("skimage", "data/chelsea.png"),),
        ("catalogue", "scaled_family", "stacks", "stage_costs"),
        ("anywidget", "cnncourse", "matplotlib"),
    ),
}  # fmt: skip


def build_wheel(folder: Path, name: str = "cnncourse") -> Path:
    """Write a wheel into a folder and return its path; an earlier one there is removed."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    content = _archive(name, version)
    build = hashlib.sha256(content).hexdigest()[:8]
    stem = name.replace("-", "_")
    wheel = folder / f"{stem}-{version}-0{build}-py3-none-any.whl"
    for other in folder.glob(f"{stem}-*.whl"):
        if other != wheel:
            other.unlink()
    if not wheel.is_file():
        part = wheel.with_suffix(".part")
        part.write_bytes(content)
        part.replace(wheel)
    return wheel


def lock_entry(wheel: Path, name: str) -> dict[str, Any]:
    """Describe a wheel that was built here as pyodide-lock.json does."""
    return {
        "name": name,
        "version": wheel.name.split("-")[1],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": ["cnncourse"] if name == "cnncourse" else [],
        "depends": list(WHEELS[name].depends),
        "unvendored_tests": False,
    }


def _files(content: Content) -> dict[str, bytes]:
    paths = sorted(path for pattern in content.modules for path in PACKAGE.glob(pattern))
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}
    for made_by in content.measured:
        text = json.dumps(zoo.networks(made_by), separators=(",", ":"))
        files[f"cnncourse/instruments/carried/{made_by}.json"] = text.encode()
    for package, name in content.carried:
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise ExtensionError(f"{package} is not installed: run `make setup`")
        source = Path(spec.submodule_search_locations[0]) / name
        files[f"cnncourse/data/carried/{package}/{name}"] = source.read_bytes()
    return files


def _archive(name: str, version: str) -> bytes:
    content = WHEELS[name]
    about = f"{name.replace('-', '_')}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {needed}\n" for needed in content.depends)
    files = _files(content) | {
        f"{about}/METADATA": (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            f"Summary: {content.about}\nLicense: MIT\n{needs}"
        ).encode(),
        f"{about}/WHEEL": (
            b"Wheel-Version: 1.0\nGenerator: cnncourse\nRoot-Is-Purelib: true\n"
            b"Tag: py3-none-any\n"
        ),
    }
    rows = [f"{path},sha256={_record(data)},{len(data)}" for path, data in files.items()]
    files[f"{about}/RECORD"] = "\n".join([*rows, f"{about}/RECORD,,", ""]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def _record(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
