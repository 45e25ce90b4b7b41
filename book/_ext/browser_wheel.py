"""The wheel of cnncourse that pages and JupyterLite install: what runs on NumPy alone.

Two builds of the same sources are byte-identical, and the file's name changes with its content, so
a browser never takes an old one for the new.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cnncourse"
MODULES = (
    "__init__.py", "compat.py", "errors.py", "shapes.py", "gradcheck.py", "plots.py",
    "data/*.py", "layers/*.py", "grading/__init__.py", "grading/results.py",
)
# pictures and digits of packages that are not there: package and file
CARRIED = (
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
    ("sklearn", "datasets/data/digits.csv.gz"),
)
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the time of every file in the archive


def build_wheel(folder: Path) -> Path:
    """Write the wheel into a folder and return its path; an earlier one there is removed."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    content = _archive(_files(), version)
    build = hashlib.sha256(content).hexdigest()[:8]
    wheel = folder / f"cnncourse-{version}-0{build}-py3-none-any.whl"
    for other in folder.glob("cnncourse-*.whl"):
        if other != wheel:
            other.unlink()
    if not wheel.is_file():
        part = wheel.with_suffix(".part")
        part.write_bytes(content)
        part.replace(wheel)
    return wheel


def _files() -> dict[str, bytes]:
    paths = sorted(path for pattern in MODULES for path in PACKAGE.glob(pattern))
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}
    for package, name in CARRIED:
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise ExtensionError(f"{package} is not installed: run `make setup`")
        source = Path(spec.submodule_search_locations[0]) / name
        files[f"cnncourse/data/carried/{package}/{name}"] = source.read_bytes()
    return files


def _archive(files: dict[str, bytes], version: str) -> bytes:
    about = f"cnncourse-{version}.dist-info"
    files = files | {
        f"{about}/METADATA": (
            f"Metadata-Version: 2.1\nName: cnncourse\nVersion: {version}\n"
            "Summary: the part of cnncourse that runs in a browser\nLicense: MIT\n"
            "Requires-Dist: numpy\n"
        ).encode(),
        f"{about}/WHEEL": (
            b"Wheel-Version: 1.0\nGenerator: cnncourse\nRoot-Is-Purelib: true\n"
            b"Tag: py3-none-any\n"
        ),
    }
    rows = [f"{name},sha256={_record(content)},{len(content)}" for name, content in files.items()]
    files[f"{about}/RECORD"] = "\n".join([*rows, f"{about}/RECORD,,", ""]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _record(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
