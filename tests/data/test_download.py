"""Downloads, from a server of this test that misbehaves on demand."""

import gzip
import hashlib
import io
import pickle
import re
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from cnncourse.data import load, published
from cnncourse.data.download import fetch
from cnncourse.errors import SetupError

CONTENT = bytes(range(256)) * 8000
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves `files`; breaks off after `cut` bytes of as many answers as `cuts` says."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.cut, self.cuts, self.ranges = {"/file": CONTENT}, 500_000, 0, True
        self.asked = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        server.asked.append(wanted)
        if self.path not in server.files:
            self.send_error(404)
            return
        content = server.files[self.path]
        start = int(re.match(r"bytes=(\d+)-", wanted)[1]) if wanted and server.ranges else 0
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        stop = len(content)
        if server.cuts:
            server.cuts -= 1
            stop = start + server.cut
        self.wfile.write(content[start:stop])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_a_broken_connection_is_resumed(server, tmp_path):
    server.cuts = 2
    told = []
    path = fetch(server.url + "file", tmp_path / "deep" / "file", MD5, pause=0,
                 progress=lambda *bytes_: told.append(bytes_))
    assert path.read_bytes() == CONTENT
    assert server.asked == [None, "bytes=500000-", "bytes=1000000-"]
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [file.name for file in path.parent.iterdir()] == ["file"]


def test_a_longer_sum_is_sha_256(server, tmp_path):
    fetch(server.url + "file", tmp_path / "file", hashlib.sha256(CONTENT).hexdigest())
    with pytest.raises(SetupError, match="not the file that was published"):
        fetch(server.url + "file", tmp_path / "other", "0" * 64, pause=0)


def test_a_server_that_cannot_resume_starts_over(server, tmp_path):
    server.cuts, server.ranges = 1, False
    assert fetch(server.url + "file", tmp_path / "file", MD5, pause=0).read_bytes() == CONTENT


def test_what_is_here_is_not_fetched_again(server, tmp_path):
    for _ in range(2):
        fetch(server.url + "file", tmp_path / "file", MD5)
    assert len(server.asked) == 1
    (tmp_path / "file").write_bytes(b"spoiled")
    assert fetch(server.url + "file", tmp_path / "file", MD5).read_bytes() == CONTENT


def test_a_wrong_file_is_never_taken(server, tmp_path):
    with pytest.raises(SetupError, match="not the file that was published"):
        fetch(server.url + "file", tmp_path / "file", "0" * 32, pause=0)
    assert not list(tmp_path.iterdir())


def test_a_finished_part_that_was_not_renamed(server, tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT)
    assert fetch(server.url + "file", tmp_path / "file", MD5).read_bytes() == CONTENT


def test_nothing_there(server, tmp_path):
    with pytest.raises(SetupError, match="3 attempts failed, the last with: Not Found"):
        fetch(server.url + "elsewhere", tmp_path / "file", MD5, pause=0)
    assert len(server.asked) == 3


def idx(array):
    head = b"\0\0\x08" + bytes([array.ndim])
    return head + np.array(array.shape, ">i4").tobytes() + array.tobytes()


def test_fashion_mnist_from_a_mirror(server, tmp_path, monkeypatch):
    labels, images = np.array([3, 1], np.uint8), np.full((2, 28, 28), 255, np.uint8)
    files = {f"{part}-{rest}-ubyte.gz": gzip.compress(idx(array))
             for part in ("train", "t10k")
             for rest, array in (("images-idx3", images), ("labels-idx1", labels))}
    server.files = {f"/{name}": content for name, content in files.items()}
    kind = published._torchvision("FashionMNIST")
    monkeypatch.setattr(kind, "mirrors", [server.url])
    sums = [(name, hashlib.md5(content).hexdigest()) for name, content in files.items()]
    monkeypatch.setattr(kind, "resources", sums)
    data = load("fashion-mnist", "test", folder=tmp_path)
    assert data.images.shape == (2, 1, 28, 28)
    assert [data.classes[label] for label in data.labels] == ["dress", "trouser"]
    load("fashion-mnist", "train", folder=tmp_path)
    assert len(server.asked) == 4


def test_cifar_from_its_archive(server, tmp_path, monkeypatch):
    kind = published._torchvision("CIFAR10")
    rows = np.arange(2 * 3072).reshape(2, 3072).astype(np.uint8)
    batch = pickle.dumps({"data": rows, "labels": [7, 0]})
    names = pickle.dumps({"label_names": list("abcdefghij")})
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in (("one", batch), ("batches.meta", names)):
            member = tarfile.TarInfo(f"{kind.base_folder}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    md5 = hashlib.md5(packed.getvalue()).hexdigest()
    server.files = {"/archive": packed.getvalue()}
    listed = [("one", hashlib.md5(batch).hexdigest())]
    for name, value in (("url", server.url + "archive"), ("tgz_md5", md5),
                        ("train_list", listed), ("test_list", listed),
                        ("meta", kind.meta | {"md5": hashlib.md5(names).hexdigest()})):
        monkeypatch.setattr(kind, name, value)
    data = load("cifar-10", "test", folder=tmp_path)
    assert data.labels.tolist() == [7, 0]
    assert np.array_equal(data.images, rows.reshape(2, 3, 32, 32))
    (tmp_path / kind.base_folder / "one").write_bytes(b"spoiled")
    with pytest.raises(SetupError, match=r"cifar-10: not in .*corrupted"):
        load("cifar-10", folder=tmp_path)


def test_without_a_network_the_message_names_what_works(tmp_path, monkeypatch):
    monkeypatch.setattr(
        published._torchvision("MNIST"), "mirrors", ["http://127.0.0.1:9/"]
    )
    monkeypatch.setattr("cnncourse.data.download.time.sleep", lambda seconds: None)
    with pytest.raises(SetupError, match=r"mnist: not in .*digits, faces, .* need no network"):
        load("mnist", folder=tmp_path)
