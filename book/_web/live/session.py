"""What Python does in a page: run a cell, show what comes out, judge the parts of an exercise.

The page's worker calls `Session`. What there is to show is handed to `emit` as one dict at a time,
of plain values: {"kind": "text" | "image" | "html" | "error" | "stopped", ...}.
"""

import ast
import base64
import contextlib
import html
import io
import linecache
import sys
import traceback

CELL = "live cell"
# modules of cnncourse that need a package which is not loaded with it
NEEDS = {"cnncourse.plots": "matplotlib", "cnncourse.data": "pillow"}


class Session:
    """The names of a page, and a way to run code among them."""

    def __init__(self, emit):
        self.emit = emit
        self.names = {"__name__": "__main__"}

    def run(self, code, number, alt=""):
        """Run one cell and show its output; the text for a picture is `alt`, else made from it.

        Returns True if nothing went wrong.
        """
        label = f"{CELL} {number}"
        try:
            value = evaluate(code, label, self.names)
            if value is not None:
                self.show(value, alt)
            self._show_open_figures(alt)
        except KeyboardInterrupt:
            self.emit({"kind": "stopped"})
            return False
        except BaseException as error:
            self.emit({"kind": "error", "text": explain(error)})
            return False
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
        return True

    def show(self, value, alt=""):
        """Show a value as a picture, a table or text, whichever it offers first."""
        if "matplotlib.figure" in sys.modules and is_figure(value):
            self._show_figure(value, alt)
        elif hasattr(value, "_repr_html_"):
            self.emit({"kind": "html", "html": value._repr_html_()})
        elif hasattr(value, "_repr_markdown_"):
            self.emit({"kind": "html", "html": table(value._repr_markdown_())})
        else:
            self.emit({"kind": "text", "text": f"{value!r}\n"})

    def _show_figure(self, figure, alt):
        width, _ = figure.get_size_inches() * 96  # CSS pixels
        if hasattr(figure, "_repr_png_"):
            png = figure._repr_png_()[0]
        else:
            buffer = io.BytesIO()
            figure.savefig(buffer, format="png", dpi=144)
            png = buffer.getvalue()
        self.emit({
            "kind": "image", "png": base64.b64encode(png).decode(), "width": int(width),
            "alt": alt or describe_figure(figure),
        })

    def _show_open_figures(self, alt):
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            for number in pyplot.get_fignums():
                self._show_figure(pyplot.figure(number), alt)
            pyplot.close("all")


def needed(code):
    """Name the packages that some of cnncourse's modules want when this code imports them."""
    try:
        tree = ast.parse(without_magics(code))
    except SyntaxError:
        return []
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return sorted({NEEDS[module] for module in modules & NEEDS.keys()})


def wanted(codes, index):
    """Choose the cells above a cell that give it its names, or give those theirs.

    Parameters
    ----------
    codes : list of str
        Of all cells of the page.
    index : int
        Of the one that is to run.

    Returns
    -------
    list of int
        Indices below `index`, in order.
    """
    uses = names_in(codes[index], ast.Load)
    chosen = []
    for above in range(index - 1, -1, -1):
        if names_in(codes[above], ast.Store) & uses:
            chosen.insert(0, above)
            uses |= names_in(codes[above], ast.Load)
    return chosen


def names_in(code, context):
    """Return the names that code reads (ast.Load) or gives a value (ast.Store)."""
    try:
        nodes = list(ast.walk(ast.parse(without_magics(code))))
    except SyntaxError:
        return set()
    found = {node.id for node in nodes if isinstance(node, ast.Name) and type(node.ctx) is context}
    if context is ast.Store:
        found |= {(a.asname or a.name).split(".")[0] for a in nodes if isinstance(a, ast.alias)}
        found |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    else:  # x += 1 reads x
        targets = [node.target for node in nodes if isinstance(node, ast.AugAssign)]
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def without_magics(code):
    """Blank lines that are for IPython alone; the other lines keep their numbers."""
    lines = code.split("\n")
    return "\n".join("" if line.startswith(("%", "!")) else line for line in lines)


def evaluate(code, label, names):
    """Run code as a notebook does; return the value of a last expression without a semicolon."""
    code = without_magics(code)
    linecache.cache[label] = (len(code), None, code.splitlines(keepends=True), label)
    body = ast.parse(code, label).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), label, "exec"), names)
    if last is None:
        return None
    value = eval(compile(ast.Expression(last.value), label, "eval"), names)
    return None if code.rstrip().endswith(";") else value


def explain(error):
    """Write a traceback that holds the reader's own lines and no others."""
    report = traceback.TracebackException.from_exception(error)
    own = [frame for frame in report.stack if frame.filename.startswith(CELL)]
    report.stack = traceback.StackSummary.from_list(own)
    return "".join(report.format(chain=False)).rstrip()


def is_figure(value):
    return isinstance(value, sys.modules["matplotlib.figure"].Figure)


def describe_figure(figure):
    """Say in words what a figure holds, for those who do not see it."""
    panels = [describe_axes(axes) for axes in figure.axes]
    if len(panels) == 1:
        return f"Figure: {panels[0]}."
    return f"Figure with {len(panels)} panels: {'; '.join(panels)}."


def describe_axes(axes):
    images = ["image of {} × {}".format(*image.get_size()) for image in axes.images]
    counts = [
        f"{len(found)} {name}{'s' if len(found) > 1 else ''}"
        for name, found in (("line", axes.lines), ("bar", axes.patches)) if found
    ]
    words = [axes.get_title() and f"“{axes.get_title()}”", *images, *counts]
    labels = [label for label in (axes.get_xlabel(), axes.get_ylabel()) if label]
    words.append(labels and f"axes {' and '.join(labels)}")
    return ", ".join(filter(None, words)) or "empty"


def table(markdown):
    """Turn a Markdown table into HTML; other text is kept as it is."""
    rows = [line.strip("| ").split(" | ") for line in markdown.splitlines() if line.startswith("|")]
    if len(rows) < 2:
        return f"<pre>{html.escape(markdown)}</pre>"
    sides = ["right" if mark.endswith(":") else "left" for mark in rows.pop(1)]

    def row(cells, tag):
        inner = "".join(
            f'<{tag} style="text-align: {side}">{html.escape(cell)}</{tag}>'
            for cell, side in zip(cells, sides, strict=False)
        )
        return f"<tr>{inner}</tr>"

    head, *body = rows
    lines = "".join(row(cells, "td") for cells in body)
    return f'<table class="table"><thead>{row(head, "th")}</thead><tbody>{lines}</tbody></table>'


# --- exercises ---


class Node(dict):
    """A dict whose entries are attributes, too, as nbformat's are."""

    __getattr__ = dict.__getitem__


def as_nodes(value):
    if isinstance(value, dict):
        return Node({key: as_nodes(inner) for key, inner in value.items()})
    return [as_nodes(inner) for inner in value] if isinstance(value, list) else value


def check(notebook, last):
    """Run a notebook's cells in order up to the cell with the id `last`, and judge its parts.

    Every cell is run, whatever happened above, as the grader does it. Returns a list of dicts
    with grade_id, title, score, max_score, status and message.
    """
    from cnncourse.grading.results import read_parts

    notebook, names = as_nodes(notebook), {"__name__": "__main__"}
    cells = []
    for number, cell in enumerate(notebook.cells, start=1):
        cells.append(cell)
        if cell.cell_type == "code":
            cell["outputs"] = outputs_of(cell.source, f"{CELL} {number}", names)
        if cell.id == last:
            break
    notebook["cells"] = [
        cell for cell in cells if cell.cell_type == "code" or "nbgrader" not in cell.metadata
    ]
    fields = ("grade_id", "title", "score", "max_score", "status", "message")
    return [{name: getattr(part, name) for name in fields} for part in read_parts(notebook)]


def look(notebook, cell_id, emit):
    """Run a notebook's cells in order up to one of them, and show what comes out of that one."""
    session = Session(emit)
    for number, cell in enumerate(as_nodes(notebook).cells, start=1):
        if cell.id == cell_id:
            return session.run(cell.source, number)
        if cell.cell_type == "code":
            outputs_of(cell.source, f"{CELL} {number}", session.names)
    return False


def outputs_of(source, label, names):
    """Run a cell and return what a notebook would hold under it."""
    said, outputs = io.StringIO(), []
    try:
        with contextlib.redirect_stdout(said):
            value = evaluate(source, label, names)
        if value is not None:
            outputs.append({"output_type": "execute_result", "data": {"text/plain": repr(value)}})
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        outputs.append({
            "output_type": "error", "ename": type(error).__name__, "evalue": str(error),
        })
    if said.getvalue():
        outputs.insert(0, {"output_type": "stream", "name": "stdout", "text": said.getvalue()})
    return as_nodes(outputs)
