"""Run the pages' code again when the course's package has changed, or what a page reads.

The cache of executed pages is keyed by their cells alone. The numbers on a page come from
``cnncourse`` and from the benchmarks' results, so a change there must run every page afresh.

What a cell prints arrives in pieces, cut where the clock says. MyST-NB ends each with a new line
when it puts them together; here they are joined as they are.

Sphinx reads one page after the other, and MyST-NB runs a page when it is read. So the pages to be
read are run before that, several at a time, into the cache in which MyST-NB then finds them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_cache import get_cache
from jupyter_core.utils import ensure_event_loop
from myst_nb.core import render
from myst_nb.core.execute import create_client
from myst_nb.core.read import create_nb_reader
from myst_nb.sphinx_ import SphinxEnvType
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.display import status_iterator

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cnncourse"
RESULTS = ROOT / "benchmarks/results"
KERNEL_STARTUP = Path(__file__).with_name("kernel_startup.py")
READ_BY_PAGES = (
    ROOT / "benchmarks/conv.py", RESULTS / "conv.json", *sorted(RESULTS.glob("experiments/*.json")),
    *sorted(RESULTS.glob("labs/*.json")),
)  # fmt: skip
logger = logging.getLogger(__name__)


def sources_digest(package: Path = PACKAGE, others: Iterable[Path] = READ_BY_PAGES) -> str:
    """Return one hash over the names and contents of the package's Python files and some others."""
    digest = hashlib.sha256()
    for path in [*sorted(package.rglob("*.py")), *others]:
        name = path.relative_to(package) if path.is_relative_to(package) else path.name
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def drop_stale_cache(app: Sphinx, digest: str) -> None:
    """Empty the cache unless it is of these sources; the book in another language shares it."""
    # where MyST-NB keeps executed pages when the configuration names no other place
    cache = Path(app.config.nb_execution_cache_path or Path(app.outdir).parent / ".jupyter_cache")
    record = cache / "cnncourse.sha256"
    if record.is_file() and record.read_text() == digest:
        return
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir(parents=True)
    record.write_text(digest)


def read_all_again(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
    digest: str,
) -> Iterable[str]:
    if not _changed(app, digest):
        return []
    logger.info("sources of the pages changed since the last complete build: running all again")
    return env.found_docs - added - removed


def run_pages(app: Sphinx, env: SphinxEnvType, docnames: list[str]) -> None:
    """Run the pages that will be read, one for each core at a time: a page's kernel uses one."""
    cache = get_cache(env.mystnb_config.execution_cache_path)
    cache.list_cache_records()  # it makes its tables when first asked, which must not be twice
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = pool.map(partial(_run_page, env), docnames)
        for _ in status_iterator(runs, "running pages... ", "blue", len(docnames), app.verbosity):
            pass


def _run_page(env: SphinxEnvType, docname: str) -> str:
    path, config = env.doc2path(docname), env.mystnb_config
    text = Path(path).read_text("utf-8")
    reader = create_nb_reader(path, env.myst_config, config, text)
    if reader is not None:
        client = create_client(reader.read(text), path, config, logger, reader.read_fmt)
        with closing(ensure_event_loop()):  # this thread's, over which it speaks to the kernel
            client.start_client()
    return docname


def joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    r"""Return a cell's outputs with all that it printed in one.

    Examples
    --------
    >>> pieces = ["paper:", " 84.3\n"]
    >>> printed = [
    ...     NotebookNode(output_type="stream", name="stdout", text=text) for text in pieces
    ... ]
    >>> joined(printed)[0].text
    'paper: 84.3\n'
    """
    kept: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output.output_type != "stream":
            kept.append(output)
        elif output.name in streams:
            streams[output.name].text += output.text
        else:
            streams[output.name] = output
            kept.append(output)
    return kept


def note_digest(app: Sphinx, exception: Exception | None, digest: str) -> None:
    if exception is None:
        unfinished = _record(app).with_suffix(".unfinished")
        unfinished.write_text(digest)
        unfinished.replace(_record(app))


def _changed(app: Sphinx, digest: str) -> bool:
    record = _record(app)
    return not record.is_file() or record.read_text() != digest


def _record(app: Sphinx) -> Path:
    return Path(app.doctreedir) / "cnncourse.sha256"


def setup(app: Sphinx) -> dict[str, Any]:
    digest = sources_digest()  # as it is when the build starts
    render.coalesce_streams = joined
    os.environ["PYTHONSTARTUP"] = str(KERNEL_STARTUP)  # IPython runs it in each kernel
    app.connect("builder-inited", partial(drop_stale_cache, digest=digest))
    app.connect("env-get-outdated", partial(read_all_again, digest=digest))
    app.connect("env-before-read-docs", run_pages)
    app.connect("build-finished", partial(note_digest, digest=digest))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
