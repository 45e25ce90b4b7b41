import functools
import importlib.util
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browser import LAY_OUT

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
HTML = ROOT / "_build" / "html"
sys.path.append(str(ROOT / "book" / "_ext"))  # where Sphinx finds the book's extensions, too


# a question becomes a form when it comes near: pass them all, and return
PASS_QUIZZES = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    if (location.hash) return;
    for (const text of document.querySelectorAll("div.quiz")) {
        text.scrollIntoView({ behavior: "instant" });
        while (text.isConnected) await frame();
    }
    scrollTo({ top: 0, behavior: "instant" });
}"""


def pytest_generate_tests(metafunc):
    chosen = metafunc.definition.iter_markers("parametrize")
    if "page_path" in metafunc.fixturenames and not any(m.args[0] == "page_path" for m in chosen):
        pages = sorted(path.relative_to(HTML).as_posix() for path in HTML.glob("book/**/*.html"))
        metafunc.parametrize("page_path", pages or ["book/index.html"])


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items):
    """Go through the book page by page: a page's tests share a worker, and its open tab."""
    if not (mine := [item for item in items if item.path.parent == HERE]):
        return
    order = {id(item): page_of(item) for item in mine}
    for item in mine:
        item.add_marker(pytest.mark.xdist_group(order[id(item)]))
    ordered = iter(sorted(mine, key=lambda item: order[id(item)]))
    items[:] = [next(ordered) if item.path.parent == HERE else item for item in items]


def page_of(item):
    """The page that a test is about, by its parameter; else its file.

    The tests with a Python in the page stay apart from those that lay it out.
    """
    known = getattr(item, "callspec", None)
    page = known.params.get("page_path") if known else None
    return f"{page} {item.path.stem == 'test_live'}" if page else item.path.stem


@pytest.fixture(scope="session")
def load():
    """Import a file that belongs to no package: a tool, or an extension of the book."""

    def from_file(path):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return from_file


@pytest.fixture(scope="session")
def html():
    if not (HTML / "book" / "index.html").is_file():
        pytest.fail(f"no built book in {HTML}: run `make book`", pytrace=False)
    return HTML


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def served(html):
    """The book's address while it is served over http."""
    handler = functools.partial(Quiet, directory=str(html))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(params=["file", "http"])
def address(request, html):
    """The book's address, opened from disk and served."""
    return html.as_uri() if request.param == "file" else request.getfixturevalue("served")


@pytest.fixture
def visit(browser):
    """Open an address in a fresh profile; what went wrong there is in page.problems."""
    contexts = []

    def open_page(address, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        return open_in(context, address)

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def on_disk(browser, html):
    """Give a page opened from disk, which tests share: they leave it as they find it.

    One is open at a time: a browser with every page of the book open is slow.
    """
    # reduced motion: a colour that is on its way to another one has no contrast to speak of
    context = browser.new_context(color_scheme="light", reduced_motion="reduce")
    pages = {}

    def find(path):
        if path not in pages:
            while pages:
                pages.popitem()[1].close()
            pages[path] = open_in(context, f"{html.as_uri()}/{path}")
        return pages[path]

    yield find
    context.close()


def open_in(context, address):
    page = context.new_page()
    page.add_init_script(LAY_OUT)  # tests see a page as somebody does who has been everywhere
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(f"error: {error}"))
    page.on(
        "console",
        lambda said: page.problems.append(said.text) if said.type == "error" else None,
    )
    page.on("request", lambda request: note_outside(page, request.url))
    page.goto(address)
    page.evaluate("document.fonts.ready")
    page.evaluate(PASS_QUIZZES)
    return page


@pytest.fixture
def pass_quizzes():
    return lambda page: page.evaluate(PASS_QUIZZES)


def note_outside(page, url):
    if not url.startswith(("file:", "data:", "blob:", "http://127.0.0.1:")):
        page.problems.append(f"outside request: {url}")
