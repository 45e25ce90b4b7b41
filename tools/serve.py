"""Serve the built book: python tools/serve.py [FOLDER] [PORT]

As `python -m http.server`, with two headers more: they allow a page's scripts to share memory, so
that a live cell can be stopped without losing what was computed before.
"""

from __future__ import annotations

import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


class Handler(SimpleHTTPRequestHandler):
    """Files of a folder, for pages that are isolated from other origins."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript", ".wasm": "application/wasm",
    }

    def end_headers(self) -> None:
        """Add the headers, save for JupyterLab: where memory is shared it throws an error."""
        if not getattr(self, "path", "").startswith("/lite/"):
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send the book's own page where there is none."""
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing of each request."""


def make_server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """Make a server of this machine alone; port 0 takes any that is free."""
    handler = partial(Handler, directory=str(folder))
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def main(folder: Path, port: int) -> None:
    try:
        server = make_server(folder, port)
    except OSError as problem:
        sys.exit(f"port {port}: {problem.strerror}; name another: tools/serve.py {folder} PORT")
    with server:
        sys.stdout.write(f"http://localhost:{port} (Ctrl+C stops)\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.stdout.write("\n")


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build/html",
        int(sys.argv[2]) if len(sys.argv) > 2 else 8000,
    )
