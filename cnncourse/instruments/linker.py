"""Join an instrument's ES module with the modules it imports, without a build tool.

The result has three forms. `source` gives one ES module with everything in it, which is what a
widget in JupyterLab needs. `page_scripts` gives one classic script for each module, for a page that
holds them all. `book_scripts` gives the same for a page that loads them, from disk or from a
server, when an instrument comes near; instruments share what both import.

What a module may write is a part of JavaScript's syntax, each statement at the start of a line:
`import { a, b as c } from "./lib/x.js";`, `import * as x from "./lib/x.js";`, and `export` before a
function, a class or a constant; the instrument itself has an `export default`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath
from zlib import crc32

from cnncourse.errors import SourceError

FOLDER = Path(__file__).parent
RUNTIME = "lib/page.js"
IMPORT = re.compile(
    r"""^import\s+(?:\{(?P<names>[^}]*)\}|\*\s+as\s+(?P<space>\w+))\s+from\s+"(?P<path>\.[^"]+)";""",
    re.MULTILINE,
)
EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?(?:function\*?|class|const)\s+(\w+))", re.MULTILINE)
DEFAULT = re.compile(r"^export\s+default\s+", re.MULTILINE)
LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def source(name: str, folder: Path = FOLDER) -> str:
    """Return an instrument and all that it imports as the text of one ES module.

    Parameters
    ----------
    name : str
        The module's name without its ending, such as 'kernel_explorer'.
    folder : Path
        Where the modules are.

    Returns
    -------
    str
        Its default export is the instrument's.

    Raises
    ------
    SourceError
        If a module is missing, imports in a circle, or writes an import or export in another form.

    Examples
    --------
    >>> source("kernel_explorer").count("function loader()")
    1
    """
    return "\n".join(
        [
            _read(folder / "loader.js"),
            "const { define, require } = loader();",
            *(_defined(module, folder) for module in modules(f"{name}.js", folder)),
            f'export default require("{name}.js").default;\n',
        ]
    )


def page_scripts(name: str, folder: Path = FOLDER) -> dict[str, str]:
    """Return an instrument as classic scripts for a page, in the order in which they must run.

    Each script may be loaded once for any number of instruments. The last one starts the
    instruments of the page.

    Returns
    -------
    dict of str to str
        File name to text.

    Examples
    --------
    >>> list(page_scripts("kernel_explorer"))[-1]
    'start.js'
    """
    order = [*modules(RUNTIME, folder)]
    order += [module for module in modules(f"{name}.js", folder) if module not in order]
    return {
        "loader.js": _made(folder),
        **{module: f"cnncourse.{_defined(module, folder)}\n" for module in order},
        "start.js": f'cnncourse.require("{RUNTIME}").start(cnncourse.require);\n',
    }


def book_scripts(names: Iterable[str], folder: Path = FOLDER) -> dict[str, str]:
    """Return instruments as classic scripts of which a page loads `start.js` alone.

    That one knows the others, which stand beside it, and loads what an instrument needs before the
    instrument is seen.

    Returns
    -------
    dict of str to str
        File name to text.

    Examples
    --------
    >>> list(book_scripts(["kernel_explorer"]))[-1]
    'start.js'
    """
    runtime = modules(RUNTIME, folder)
    files: dict[str, str] = {}
    needed: dict[str, list[str]] = {}
    for name in names:
        order = [module for module in modules(f"{name}.js", folder) if module not in runtime]
        files |= {module: f"cnncourse.{_defined(module, folder)}\n" for module in order}
        needed[name] = [f"{module}?v={crc32(files[module].encode()):08x}" for module in order]
    started = f'cnncourse.require("{RUNTIME}").start(cnncourse.require, {json.dumps(needed)});\n'
    first = [_made(folder), *(f"cnncourse.{_defined(module, folder)}\n" for module in runtime)]
    return {**files, "start.js": "".join([*first, started])}


def style(name: str, folder: Path = FOLDER) -> str:
    """Return the style sheet that all instruments share, and the instrument's own if it has one."""
    return styles([name], folder)


def styles(names: Iterable[str], folder: Path = FOLDER) -> str:
    """Return the style sheet that all instruments share, and the own ones of some."""
    own = [folder / f"{name}.css" for name in names]
    return "".join(_read(path) for path in (folder / "instruments.css", *own) if path.is_file())


def modules(module: str, folder: Path = FOLDER) -> list[str]:
    """List a module and all it imports, each after what it needs.

    Examples
    --------
    >>> modules("lib/page.js")[-1]
    'lib/page.js'
    """
    graph: dict[str, list[str]] = {}
    waiting = [module]
    while waiting:
        current = waiting.pop()
        if current not in graph:
            imports = IMPORT.finditer(_read(folder / current))
            graph[current] = [_beside(current, found["path"]) for found in imports]
            waiting += graph[current]
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        raise SourceError(folder / module, f"imports in a circle: {circle.args[1]}") from circle


def _beside(module: str, path: str) -> str:
    """Resolve a relative address as a browser does.

    >>> _beside("lib/page.js", "./url.js"), _beside("lib/a.js", "../b.js")
    ('lib/url.js', 'b.js')
    """
    parts: list[str] = []
    for part in (PurePosixPath(module).parent / path).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def _made(folder: Path) -> str:
    """Write the loader as a script that makes it, unless it is there already."""
    made = f"(() => {{\n{_read(folder / 'loader.js')}return loader();\n}})()"
    return f"globalThis.cnncourse ??= {made};\n"


def _defined(module: str, folder: Path) -> str:
    """Write a module as a call of `define`, each of its lines where it was."""
    text = _read(folder / module)
    exported = EXPORT.findall(text)
    if DEFAULT.search(text):
        exported.append("default: exported")
    text = IMPORT.sub(lambda found: _required(module, found), text)
    text = DEFAULT.sub("const exported = ", EXPORT.sub("", text))
    if (rest := LEFT_OVER.search(text)) is not None:
        raise SourceError(folder / module, f"the linker cannot read `{rest[0]}`")
    return f'define("{module}", (require) => {{ {text}\nreturn {{ {", ".join(exported)} }};\n}});'


def _required(module: str, found: re.Match[str]) -> str:
    names = found["space"] or "{" + re.sub(r"(\w+)\s+as\s+(\w+)", r"\1: \2", found["names"]) + "}"
    return f'const {names} = require("{_beside(module, found["path"])}");'


@cache
def _read_at(path: Path, changed: int) -> str:
    return path.read_text("utf-8")


def _read(path: Path) -> str:
    try:
        return _read_at(path, path.stat().st_mtime_ns)
    except FileNotFoundError as missing:
        raise SourceError(path, "there is no such module") from missing
