"""A notebook of each page with code, beside the page: to download, and to open in JupyterLab.

Its prose is the page's, its code the page's cells as they are in the source, ready to be run; what
only checks or numbers the page itself is left out. Instruments become widgets.

``launch_buttons`` with ``colab_url`` or ``binderhub_url``, and ``repository`` with the branch on
which the built book is published, add links to Colab and Binder (see `_config.yml`).
"""

from __future__ import annotations

import ast
import json
import posixpath
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlparse

import jupytext
import nbformat
from browser_wheel import WHEELS
from nbformat import NotebookNode, v4
from prose import Place, pieces
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from cnncourse.instruments import INSTRUMENTS
from cnncourse.instruments.words import t

IN_BROWSER = {"numpy", "matplotlib", "IPython", *sys.stdlib_module_names}
INSTRUMENT = re.compile(r"^```\{instrument\} (\w+)\n((?::.*\n)*)", re.MULTILINE)
OPTION = re.compile(r"^:([\w-]+): (.*)$", re.MULTILINE)
STORED = re.compile(r'Path\((f?")\.\./\.\./(benchmarks[^"]*")\)')
COURSE = "COURSE"
IMPORT_GLUE = "from myst_nb import glue"
GLUE = """def glue(name, value, display=False):
    pass  # on the page, this number would be in the text"""
FIND_COURSE = f"""import cnncourse

{COURSE} = Path(cnncourse.__file__).parents[1]  # the course's folder"""
HOW = "pages-as-notebooks"  # on the book's first page
WORTHWHILE = 0.5  # the share of cells that run in a browser from which on we lead there
LAB = "lite/lab/index.html?path=pages/"


# --- code ---


def runnable(code: str) -> str:
    r"""Return a cell that the page does not show without what only serves the page.

    Examples
    --------
    >>> print(runnable("x = 1\nglue('x', x)\nassert x == 1"))
    x = 1
    """
    lines = code.splitlines()
    for node in reversed(ast.parse(code).body):
        call = getattr(node, "value", None)
        glued = isinstance(call, ast.Call) and getattr(call.func, "id", "") == "glue"
        if isinstance(node, ast.Assert) or glued:
            del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines).strip()


def anywhere(code: str) -> str:
    """Let a cell find the course's stored measurements wherever its notebook is.

    Examples
    --------
    >>> print(anywhere('stored = Path("../../benchmarks/a.json").read_text()'))
    import cnncourse
    <BLANKLINE>
    COURSE = Path(cnncourse.__file__).parents[1]  # the course's folder
    stored = (COURSE / "benchmarks/a.json").read_text()
    """
    found = STORED.sub(rf"({COURSE} / \1\2)", code)
    return code if found == code else f"{FIND_COURSE}\n{found}"


def source_cells(source: str) -> Iterator[tuple[bool, NotebookNode]]:
    """Give the page's cells of code: whether the page shows them, and what to run."""
    for cell in jupytext.reads(source, fmt="md:myst").cells:
        if cell.cell_type != "code":
            continue
        tags = cell.metadata.get("tags", [])
        shown = "remove-cell" not in tags
        code = anywhere(cell.source if shown else runnable(cell.source))
        folded = bool({"hide-input", "remove-input", "remove-cell"} & set(tags))
        meta = {"jupyter": {"source_hidden": True}} if folded else {}
        yield shown, v4.new_code_cell(code, metadata=meta)


def unglued(cells: list[tuple[bool, NotebookNode]]) -> list[tuple[bool, NotebookNode]]:
    """Leave out what puts numbers into the page's text; where functions use it, it does nothing."""
    for _, cell in cells:
        cell.source = cell.source.replace(IMPORT_GLUE, "").strip()
    using = [cell for _, cell in cells if "glue(" in cell.source]
    if using:
        using[0].source = f"{GLUE}\n\n{using[0].source}"
    return cells


def instrument_cells(source: str) -> Iterator[NotebookNode]:
    """Give a cell for each instrument of a page, which makes it as a widget."""
    for name, options in INSTRUMENT.findall(source):
        made, state = INSTRUMENTS[name], dict(OPTION.findall(options))
        call = f"{made}.from_text({state!r})" if state else f"{made}()"
        yield v4.new_code_cell(f"from cnncourse.instruments import {made}\n\n{call}")


def needs(code: str) -> set[str]:
    r"""Return what code imports that the Python in a browser does not have.

    Examples
    --------
    >>> sorted(needs("import torch, numpy\nfrom cnncourse.layers.conv import conv2d"))
    ['torch']
    """
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name for name in found if not _in_browser(name)}


def mark(cells: list[NotebookNode]) -> float:
    """Note at each cell of code what it lacks in a browser; return the share that lacks nothing.

    A cell lacks what it imports in vain, and what those before it could not compute.

    Examples
    --------
    >>> cells = [v4.new_code_cell(code) for code in ("import torch", "x = 1", "y = torch.ones(x)")]
    >>> mark(cells)
    0.3333333333333333
    >>> cells[2].metadata.needs
    ['torch']
    """
    lacking: dict[str, set[str]] = {}  # name: the modules that it comes from
    code = [cell for cell in cells if cell.cell_type == "code"]
    for cell in code:
        stored, loaded = names(cell.source)
        modules = needs(cell.source).union(*(lacking.get(name, set()) for name in loaded))
        modules |= {t("the course's folder")} if FIND_COURSE in cell.source else set()
        lacking |= dict.fromkeys(stored, modules)
        if modules:
            cell.metadata["needs"] = sorted(modules)
    return sum("needs" not in cell.metadata for cell in code) / max(len(code), 1)


def names(code: str) -> tuple[set[str], set[str]]:
    """Return the names that code gives to something, and those that it uses."""
    stored, loaded = set(), set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.alias):
            stored.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            stored.add(node.name)
        elif isinstance(node, ast.Name):
            (loaded if isinstance(node.ctx, ast.Load) else stored).add(node.id)
    return stored, loaded


def _in_browser(module: str) -> bool:
    root, _, rest = module.partition(".")
    if root != "cnncourse":
        return root in IN_BROWSER
    path = rest.replace(".", "/")
    files = (f"{path}.py", f"{path}/__init__.py") if path else ("__init__.py",)
    patterns = [pattern for wheel in WHEELS.values() for pattern in wheel.modules]
    return any(fnmatch(file, pattern) for file in files for pattern in patterns)


# --- the notebook ---


def make_notebook(name: str, body: str, source: str, home: str, package: str) -> NotebookNode:
    """Make the notebook of a page.

    Parameters
    ----------
    name : str
        The page's, such as book/02_convolution/index.
    body : str
        Its article, in HTML.
    source : str
        Its Markdown.
    home : str
        The address on which the book is published, or "".
    package : str
        Where `pip` finds the package elsewhere than on the reader's machine, or "".

    Raises
    ------
    ExtensionError
        If the page shows another number of cells than its source has.
    """
    def address(href: str) -> str:
        if href.startswith(("http:", "https:")):
            return href
        return urljoin(f"{home}{name}.html", href) if home else ""

    code, instruments = unglued(list(source_cells(source))), instrument_cells(source)
    cells = [v4.new_markdown_cell(opening(name, home))]
    cells += [v4.new_code_cell(f"# %pip install {package}")] if package else []
    prose: list[str] = []

    def end_of_prose() -> None:
        if prose:
            cells.append(v4.new_markdown_cell("\n\n".join(prose)))
            prose.clear()

    for piece in pieces(body, address):
        if not isinstance(piece, Place):
            prose.append(piece)
            continue
        end_of_prose()
        cells += next_code(code, name) if piece == "cell" else [next(instruments)]
    end_of_prose()
    if any(shown for shown, _ in code):
        raise ExtensionError(f"{name}: its page shows fewer cells than its source has")
    return finished(name, cells)


def next_code(code: list[tuple[bool, NotebookNode]], name: str) -> list[NotebookNode]:
    """Take the cells up to the next one that the page shows; empty ones are left out."""
    taken = []
    while code:
        shown, cell = code.pop(0)
        taken += [cell] if cell.source else []
        if shown:
            return taken
    raise ExtensionError(f"{name}: its page shows more cells than its source has")


def opening(name: str, home: str) -> str:
    """Say what this notebook is."""
    page = f"[{name}.html]({home}{name}.html)" if home else f"`{name}.html`"
    return t(
        "*This is the page {page} of the course as a notebook. Run the cells from the top. They "
        "need the course's package: in its folder, `make setup` installs it, and "
        "`.venv/bin/jupyter lab` opens this file with it.*",
        page=page,
    )


def finished(name: str, cells: list[NotebookNode]) -> NotebookNode:
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    about = {"page": name, "in_browser": mark(cells) >= WORTHWHILE}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "cnncourse": about})
    nbformat.validate(notebook)
    return notebook


# --- links on the page ---


def file_name(page: str) -> str:
    """Return what a page's notebook is called where it stands beside others.

    Examples
    --------
    >>> file_name("book/02_convolution/index"), file_name("book/errata")
    ('02_convolution.ipynb', 'errata.ipynb')
    """
    return page.removeprefix("book/").removesuffix("/index").replace("/", "-") + ".ipynb"


def elsewhere(page: str, buttons: dict[str, str], repository: dict[str, str]) -> dict[str, str]:
    """Return the links to services that open a notebook from a repository on GitHub.

    Examples
    --------
    >>> where = {"url": "https://github.com/o/r", "branch": "gh-pages"}
    >>> elsewhere("book/errata", {"colab_url": "https://colab.research.google.com"}, where)
    {'Colab': 'https://colab.research.google.com/github/o/r/blob/gh-pages/book/errata.ipynb'}
    """
    found = {}
    owner = urlparse(repository.get("url", "")).path.strip("/").removesuffix(".git")
    branch = repository.get("branch") or "main"
    path = posixpath.join(repository.get("path_to_book", "").strip("/"), f"{page}.ipynb")
    if buttons.get("colab_url"):
        found["Colab"] = f"{buttons['colab_url'].rstrip('/')}/github/{owner}/blob/{branch}/{path}"
    if buttons.get("binderhub_url"):
        hub = f"{buttons['binderhub_url'].rstrip('/')}/v2/gh/{owner}/{branch}"
        found["Binder"] = f"{hub}?urlpath=lab/tree/{path}"
    if found and not owner:
        raise ExtensionError("launch_buttons: expected repository.url in _config.yml, got none")
    return found


def links(page: str, in_browser: bool, others: dict[str, str]) -> str:
    """Write the line that offers a page's notebook.

    From disk no JupyterLab can run in the page, so there the link leads to how to open it.
    """
    root = "../" * page.count("/")
    how = f"{root}book/index.html#{HOW}"
    name, beside = file_name(page), f"{page.rpartition('/')[2]}.ipynb"
    download = t('<a download="{name}" href="{beside}">download</a>', name=name, beside=beside)
    if in_browser:
        opened = t('<a href="{lab}" data-from-disk="{how}">open in JupyterLab</a> in your browser',
                   lab=f"{root}{LAB}{name}", how=how)  # fmt: skip
    else:
        opened = t('<a href="{how}">open in JupyterLab</a> on your machine', how=how)
    parts = [download, opened]
    parts += [f'<a href="{escape(url)}">{service}</a>' for service, url in others.items()]
    words = t("This page as a notebook:")
    return f'<p class="as-notebook">{words} {" · ".join(parts)}</p>'


# --- in the build ---


def read_settings(app: Sphinx, config: Any) -> None:
    """Take the theme's settings for launching notebooks: it would lead to the sources."""
    options = config.html_theme_options
    buttons = options.get("launch_buttons") or {}
    config.notebook_launch = {
        "buttons": {key: buttons.pop(key, "") or "" for key in ("colab_url", "binderhub_url")},
        "repository": {
            "url": options.get("repository_url") or "",
            "branch": options.get("repository_branch") or "",
            "path_to_book": options.get("path_to_docs") or "",
        },
    }


def write_notebook(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Write the notebook of a page with code, and offer it below the page's title."""
    body = context.get("body") or ""
    if doctree is None or app.builder.format != "html" or 'class="cell ' not in body:
        return
    source = Path(app.env.doc2path(pagename)).read_text("utf-8")
    launch = app.config.notebook_launch
    where = launch["repository"]["url"]
    package = f"-e git+{where}#egg=cnncourse" if where else ""
    home = f"{app.config.html_baseurl.rstrip('/')}/" if app.config.html_baseurl else ""
    made = make_notebook(pagename, body, source, home, package)
    target = Path(app.outdir) / f"{pagename}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    partial.replace(target)
    line = links(pagename, made.metadata.cnncourse.in_browser, elsewhere(pagename, **launch))
    context["body"] = body.replace("</h1>", f"</h1>\n{line}", 1)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("notebook_launch", {}, "html", [dict])
    app.add_js_file("notebook.js", loading_method="defer")
    app.connect("config-inited", read_settings)
    app.connect("html-page-context", write_notebook, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
