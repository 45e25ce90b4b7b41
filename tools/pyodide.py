"""Bring Python for the browser together in _build/pyodide: python tools/pyodide.py [FOLDER]

Pyodide's interpreter comes with npm (book/_web). The wheels that go with it are named, each with
its SHA-256, in the interpreter's own pyodide-lock.json. They are taken from the Pyodide project's
release; where that can't be reached, out of a package on PyPI that carries the same files. What
JupyterLab's kernel needs beside them is pinned with sums in tools/pyodide-wheels.txt. Every file
is checked before it is used and kept in the user's cache (~/.cache/cnncourse, or under
$XDG_CACHE_HOME), so nothing is fetched twice. $PYODIDE_RELEASE names a mirror of the release.

Then the modules are compiled (tools/compile_python.mjs): a page that imports NumPy is three times
as fast when it need not do that itself. The lock file beside them holds the sums of the results.
"""

from __future__ import annotations

import email
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
NPM = ROOT / "book/_web/node_modules/pyodide"
PINNED = ROOT / "tools/pyodide-wheels.txt"
KERNEL = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
COMPILER = ROOT / "tools/compile_python.mjs"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
LIBRARY = "python_stdlib.zip"
LOCK = "pyodide-lock.json"

WANTED = ("numpy", "matplotlib", "micropip")  # with all that they depend on
RELEASE = "https://cdn.jsdelivr.net/pyodide/v{version}/full"
CARRIER = "open-webui==0.12.4"  # bundles the release's wheels under frontend/pyodide/
CARRIER_SIZE = 106  # MB
WAIT = 15  # seconds until a silent server counts as gone

HELP = """{count} files of Pyodide {version} are missing and can't be fetched: {names}
  release  {release}: {why}
  carrier  {carrier} from the Python package index: {answer}
Give this machine a way to one of the two, name a mirror of the release folder in $PYODIDE_RELEASE,
or copy the files of another machine's {cache}."""


class FetchError(Exception):
    """Something could not be fetched; the message says what to do."""


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "cnncourse" / "pyodide"


# --- what is wanted ---


def read_lock() -> tuple[str, dict[str, Any]]:
    """Return the version of npm's Pyodide and its lock file."""
    if not (NPM / LOCK).is_file():
        raise FetchError("book/_web/node_modules/pyodide is missing: run `make assets`")
    version = json.loads((NPM / "package.json").read_text("utf-8"))["version"]
    return version, json.loads((NPM / LOCK).read_text("utf-8"))


def closure(packages: dict[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    """Choose some packages of a lock file and all that they depend on."""
    chosen: dict[str, Any] = {}
    queue = [canonical(name) for name in wanted]
    while queue:
        name = queue.pop()
        if name not in chosen:
            chosen[name] = packages[name]
            queue += map(canonical, packages[name]["depends"])
    return dict(sorted(chosen.items()))


# --- the wheels of the release ---


def fetch_release(files: dict[str, str], version: str, cache: Path) -> None:
    """Bring files (name: SHA-256) into the cache, from the release or from the carrier."""
    missing = [name for name, digest in files.items() if not is_good(cache / name, digest)]
    if not missing:
        return
    release = os.environ.get("PYODIDE_RELEASE") or RELEASE.format(version=version)
    why = from_release(missing, files, release, cache)
    missing = [name for name in missing if not (cache / name).is_file()]
    if not missing:
        return
    say(f"pyodide: {release} gives no answer ({why}); trying {CARRIER}, {CARRIER_SIZE} MB")
    answer = from_carrier(missing, files, cache)
    missing = [name for name in missing if not (cache / name).is_file()]
    if missing:
        raise FetchError(HELP.format(
            count=len(missing), version=version, names=", ".join(missing), release=release, why=why,
            carrier=CARRIER, answer=answer, cache=cache,
        ))


def is_good(path: Path, digest: str) -> bool:
    return path.is_file() and sha256(path) == digest


def from_release(missing: list[str], files: dict[str, str], release: str, cache: Path) -> str:
    """Fetch file by file until the server fails; return why it did, empty if it did not."""
    for name in missing:
        try:
            with urlopen(f"{release}/{name}", timeout=WAIT) as answer:
                content = answer.read()
        except (URLError, OSError, ValueError) as problem:
            return str(getattr(problem, "reason", problem))
        if hashlib.sha256(content).hexdigest() != files[name]:
            return f"{name} is not the file that the lock names"
        put(cache / name, content)
        say(f"pyodide: {name}, {len(content) / 1e6:.1f} MB")
    return ""


def from_carrier(missing: list[str], files: dict[str, str], cache: Path) -> str:
    """Take files out of the carrier, which is deleted afterwards; return what went wrong, if so."""
    with tempfile.TemporaryDirectory(prefix="carrier-", dir=cache) as folder:
        options = ["--no-cache-dir", "--no-deps", "--only-binary=:all:", "--python-version=3.11"]
        answer = pip_download(Path(folder), [*options, CARRIER])
        for wheel in Path(folder).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                inside = {name.rpartition("/")[2]: name for name in archive.namelist()}
                for name in set(missing) & inside.keys():
                    content = archive.read(inside[name])
                    if hashlib.sha256(content).hexdigest() == files[name]:
                        put(cache / name, content)
    return answer or "it does not hold the files that the lock names"


def pip_download(folder: Path, options: list[str]) -> str:
    """Let pip download into a folder; return the last line of its complaint, if it has one."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    run = subprocess.run(
        [*command, "--dest", str(folder), *options], capture_output=True, text=True, check=False
    )
    return (run.stderr.strip().splitlines() or ["pip failed"])[-1] if run.returncode else ""


def put(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)


# --- the wheels of JupyterLab's kernel ---


def fetch_pinned(cache: Path) -> list[Path]:
    """Bring the wheels of tools/pyodide-wheels.txt into the cache; pip checks their sums."""
    pins = dict(re.findall(r"^(\S+)==(\S+) --hash", PINNED.read_text("utf-8"), re.MULTILINE))
    digests = set(re.findall(r"sha256:(\w+)", PINNED.read_text("utf-8")))
    names = [f"{name.replace('-', '_')}-{version}-*.whl" for name, version in pins.items()]
    if not all(any(cache.glob(name)) for name in names):
        say(f"pyodide: {len(pins)} wheels for JupyterLab's kernel")
        with tempfile.TemporaryDirectory(prefix="kernel-", dir=cache) as folder:
            options = ["--no-deps", "--only-binary=:all:", "--python-version=3.14",
                       "--require-hashes", f"--requirement={PINNED}"]
            if problem := pip_download(Path(folder), options):
                raise FetchError(f"wheels of {PINNED.name} can't be fetched: {problem}")
            for wheel in Path(folder).glob("*.whl"):
                wheel.replace(cache / wheel.name)
    found = [path for name in names for path in cache.glob(name) if sha256(path) in digests]
    if len(found) != len(pins):
        raise FetchError(f"a wheel in {cache} is not what {PINNED.name} names: delete that folder")
    return found


def kernel_wheels() -> list[Path]:
    """Find the wheels that come with jupyterlite-pyodide-kernel."""
    folder = Path(sys.prefix) / KERNEL
    wheels = [path for name in ("piplite", "pyodide_kernel", "ipykernel")
              for path in folder.glob(f"{name}-*.whl")]
    if len(wheels) != 3:
        raise FetchError("jupyterlite-pyodide-kernel is not installed: run `make setup`")
    return wheels


def lock_entry(wheel: Path, known: Iterable[str]) -> tuple[str, dict[str, Any]]:
    """Describe a wheel of pure Python as pyodide-lock.json does; known names can be depended on."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        about = email.message_from_bytes(archive.read(metadata))
    required = [re.split(r"[^\w.-]", line, maxsplit=1)[0]
                for line in about.get_all("Requires-Dist", []) if "extra ==" not in line]
    top = {name.split("/")[0].removesuffix(".py") for name in names if ".dist-info/" not in name}
    return canonical(about["Name"]), {
        "name": about["Name"],
        "version": about["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": sha256(wheel),
        "package_type": "package",
        "imports": sorted(top),
        "depends": sorted({canonical(name) for name in required} & set(known)),
        "unvendored_tests": False,
    }


# --- compiled ---


def compiled(files: list[Path], cache: Path) -> list[Path]:
    """Return the same wheels with their modules compiled; what was compiled before is kept."""
    key = hashlib.sha256(COMPILER.read_bytes() + (NPM / LOCK).read_bytes()).hexdigest()[:8]
    places = [cache / f"compiled-{key}" / sha256(path)[:12] / path.name for path in files]
    missing = [path for path, place in zip(files, places, strict=True) if not place.is_file()]
    if missing:
        say(f"pyodide: compiling the modules of {len(missing)} files")
        with tempfile.TemporaryDirectory(prefix="compiled-", dir=cache) as folder:
            command = [Path(sys.executable).parent / "node", COMPILER, folder, *missing]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            if run.returncode:
                raise FetchError(f"{COMPILER.name} failed: {run.stderr.strip()[-400:]}")
            for path in missing:
                place = places[files.index(path)]
                place.parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / path.name).replace(place)
    return places


# --- together ---


def assemble(folder: Path, cache: Path) -> None:
    """Put interpreter, wheels and a lock file that names just these into a folder."""
    version, lock = read_lock()
    packages = closure(lock["packages"], WANTED)
    files = {package["file_name"]: package["sha256"] for package in packages.values()}
    fetch_release(files, version, cache)
    pure = [*fetch_pinned(cache), *kernel_wheels()]
    known = {*packages, *(canonical(path.name.split("-")[0]) for path in pure)}
    packages |= dict(lock_entry(path, known) for path in pure)
    made = compiled([NPM / LIBRARY, *(cache / name for name in files), *pure], cache)
    sums = {path.name: sha256(path) for path in made}
    for package in packages.values():
        package["sha256"] = sums[package["file_name"]]
    sources = [*(NPM / name for name in CORE), *made]
    folder.mkdir(parents=True, exist_ok=True)
    for path in {*folder.iterdir()} - {folder / source.name for source in sources}:
        path.unlink()
    for source in sources:
        copy(source, folder / source.name)
    text = json.dumps({"info": lock["info"], "packages": dict(sorted(packages.items()))}, indent=1)
    put(folder / LOCK, text.encode())
    total = sum(path.stat().st_size for path in folder.iterdir())
    say(f"pyodide: {version} with {len(packages)} packages, {total / 1e6:.0f} MB, in {folder}")


def copy(source: Path, target: Path) -> None:
    if target.is_file() and sha256(target) == sha256(source):
        return
    part = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """Let one fetch at a time work on the cache, where the system has such locks."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as file:
        try:
            import fcntl
        except ImportError:
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(folder: Path) -> int:
    cache = cache_folder()
    try:
        with alone(cache):
            assemble(folder, cache)
    except FetchError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build/pyodide"))
