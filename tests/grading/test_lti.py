"""Grade passback against a platform that checks what a real one checks."""

import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cnncourse.errors import CourseError, SetupError, SourceError
from cnncourse.grading import lti
from cnncourse.grading.lti import Platform, Sent, read_platform, send_scores
from cnncourse.grading.results import BY_HAND, GRADED, MISSING, PASSED, Part, Result

NAME = "02_convolution"


class MockPlatform(BaseHTTPRequestHandler):
    """Gives a token for a valid assertion, and takes scores for that token only."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        busy = self.server.busy.get(self.path, 0)
        if busy:
            self.server.busy[self.path] = busy - 1
            self.answer(503, {})
        elif self.path == "/token":
            self.give_token(urllib.parse.parse_qs(body.decode()))
        else:
            self.take_score(body)

    def give_token(self, form):
        (assertion,) = form["client_assertion"]
        try:
            claims = jwt.decode(
                assertion, self.server.public_key, algorithms=["RS256"],
                audience=f"{self.server.address}/token",
                options={"require": ["iss", "sub", "aud", "iat", "exp", "jti"]},
            )
        except jwt.PyJWTError as error:
            self.answer(401, {"error": str(error)})
            return
        assert form["grant_type"] == ["client_credentials"]
        assert form["client_assertion_type"] == [lti.ASSERTION_TYPE]
        assert form["scope"] == [lti.SCOPE]
        assert jwt.get_unverified_header(assertion)["kid"] == "key-1"
        assert claims["iss"] == claims["sub"] == "client-1"
        self.answer(200, {"access_token": "secret-token", "token_type": "Bearer"})

    def take_score(self, body):
        if self.headers["Authorization"] != "Bearer secret-token":
            self.answer(401, {})
        elif self.headers["Content-Type"] != lti.SCORE_TYPE:
            self.answer(415, {})
        elif (score := json.loads(body))["userId"] == "gone":
            self.answer(404, {"error": "no such user"})
        else:
            self.server.scores[self.path, score["userId"]] = score
            self.answer(200, {})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def server(key):
    server = ThreadingHTTPServer(("127.0.0.1", 0), MockPlatform)
    server.address = f"http://127.0.0.1:{server.server_port}"
    server.public_key, server.scores, server.busy = key.public_key(), {}, {}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def platform(server, key):
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return Platform(
        client_id="client-1", token_url=f"{server.address}/token", private_key=pem, key_id="key-1",
        line_items={NAME: f"{server.address}/items/7?type=quiz"},
        users={"anna": "u-1", "ben": "u-2", "gone": "gone"},
    )


def result(student, score, status=GRADED, pending=False):
    parts = (
        Part("a", "A", score, 17.0, PASSED),
        Part("b", "B", 0.0, 3.0, BY_HAND if pending else PASSED, manual=True),
    )
    return Result(student, NAME, status, "", parts=parts)


def test_scores_arrive_and_again_change_nothing(server, platform):
    results = [result("anna", 16.5), result("ben", 9.0, pending=True), result("zoe", 0, MISSING)]
    for _ in range(2):
        assert send_scores(platform, results) == Sent(("anna", "ben"), {})
    where = "/items/7/scores?type=quiz"
    assert set(server.scores) == {(where, "u-1"), (where, "u-2")}
    anna, ben = server.scores[where, "u-1"], server.scores[where, "u-2"]
    assert (anna["scoreGiven"], anna["scoreMaximum"]) == (16.5, 20.0)
    assert anna["activityProgress"] == "Completed"
    assert (anna["gradingProgress"], ben["gradingProgress"]) == ("FullyGraded", "PendingManual")


def test_who_cannot_be_written_is_named_and_the_others_go_on(server, platform):
    results = [result("nobody", 1.0), result("gone", 1.0), result("anna", 2.0)]
    sent = send_scores(platform, results)
    assert sent.written == ("anna",)
    assert "name no user" in sent.failed["nobody"]
    assert sent.failed["gone"].startswith("HTTP 404")


def test_a_busy_platform_is_asked_again(server, platform):
    server.busy = {"/token": 1, "/items/7/scores?type=quiz": 2}
    waited = []
    assert send_scores(platform, [result("anna", 1.0)], wait=waited.append).written == ("anna",)
    assert waited == [2.0, 2.0, 4.0]


def test_a_platform_that_stays_busy_is_reported(server, platform):
    server.busy = {"/items/7/scores?type=quiz": 99}
    sent = send_scores(platform, [result("anna", 1.0)], wait=lambda seconds: None)
    assert sent.failed == {"anna": "no answer, or busy, 4 times"}


def test_a_wrong_key_gets_no_token(server, platform, key):
    server.public_key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    with pytest.raises(CourseError, match="gave no token: HTTP 401"):
        send_scores(platform, [result("anna", 1.0)])
    assert not server.scores


def test_a_key_that_is_none_is_named(platform):
    broken = Platform(**vars(platform) | {"private_key": "not a key"})
    with pytest.raises(SetupError, match="private_key: expected an RSA key in PEM"):
        send_scores(broken, [])


def test_settings_are_read_with_the_key_beside_them(platform, tmp_path):
    (tmp_path / "key.pem").write_text(platform.private_key)
    settings = {name: getattr(platform, name) for name in lti.SETTINGS}
    file = tmp_path / "platform.json"
    file.write_text(json.dumps(settings | {"private_key": "key.pem"}))
    assert read_platform(file) == platform


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "expected JSON"),
        ("[]", "an object with exactly client_id"),
        ('{"client_id": "a"}', "an object with exactly client_id"),
        (
            json.dumps(dict.fromkeys(lti.SETTINGS, "x")), "line_items: expected an object",
        ),
        (
            json.dumps({name: {} for name in lti.SETTINGS} | {"private_key": "no.pem"}),
            "private_key: expected a file beside it, got no.pem",
        ),
    ],
)
def test_settings_that_cannot_be_right_are_refused(tmp_path, text, expected):
    file = tmp_path / "platform.json"
    file.write_text(text)
    with pytest.raises(SourceError, match=expected):
        read_platform(file)
