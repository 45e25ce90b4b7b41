"""Scores into a learning platform's gradebook by LTI 1.3's Assignment and Grade Services.

Needs the extra packages of ``pip install "cnncourse[lti]"``. The platform's administrator registers
the course's public key and gives out a client id, a token address and, for each assignment, the
address of a line item. The scores that go out are those of `Result`, nothing else of a submission.

References
----------
1EdTech, "LTI Assignment and Grade Services 2.0" and "Security Framework 1.0", section 4.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from cnncourse.errors import CourseError, SetupError, SourceError
from cnncourse.grading.results import GRADED, REFUSED, Result

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SECONDS = 30  # a platform that is silent for longer is down
TRIES = 4
SETTINGS = ("client_id", "token_url", "private_key", "key_id", "line_items", "users")


@dataclass(frozen=True)
class Platform:
    """How to reach a platform.

    Parameters
    ----------
    client_id, token_url : str
        As the platform's administrator gives them.
    private_key : str
        PEM; its public half is registered at the platform.
    key_id : str
    line_items : mapping of str to str
        Address of the platform's column, by assignment.
    users : mapping of str to str
        The platform's user id (`sub`), by student.
    """

    client_id: str
    token_url: str
    private_key: str
    key_id: str
    line_items: Mapping[str, str]
    users: Mapping[str, str]


def read_platform(path: Path) -> Platform:
    """Read a JSON file with the fields of `Platform`; `private_key` is a file beside it.

    Raises
    ------
    SourceError
        Names what is missing.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise SourceError(path, f"expected JSON: {error}") from error
    if not isinstance(found, dict) or set(found) != set(SETTINGS):
        raise SourceError(path, f"expected an object with exactly {', '.join(SETTINGS)}")
    for name in ("line_items", "users"):
        if not isinstance(found[name], dict):
            raise SourceError(path, f"{name}: expected an object")
    key = Path(path).parent / found["private_key"]
    if not key.is_file():
        raise SourceError(path, f"private_key: expected a file beside it, got {key.name}")
    return Platform(**found | {"private_key": key.read_text(encoding="utf-8")})


@dataclass(frozen=True)
class Sent:
    """What became of the scores: who got theirs, and why the others did not."""

    written: tuple[str, ...]
    failed: Mapping[str, str]


def send_scores(
    platform: Platform,
    results: Iterable[Result],
    wait: Callable[[float], None] = time.sleep,
    progress: Callable[[str], None] = lambda student: None,
) -> Sent:
    """Send one assignment's scores; sending them again overwrites them with the same.

    Parameters
    ----------
    platform : Platform
    results : iterable of Result
        Who handed in nothing is left out.
    wait : callable
        Called with the seconds to wait before a try is repeated.
    progress : callable
        Called with each student before their score goes out.

    Raises
    ------
    CourseError
        When the platform gives no token; what happens to one score is in `Sent.failed`.
    """
    written, failed = [], {}
    with requests.Session() as session:
        token = _token(platform, session, wait)
        session.headers["Authorization"] = f"Bearer {token}"
        for result in results:
            if result.status not in (GRADED, REFUSED):
                continue
            progress(result.student)
            problem = _send_one(platform, session, result, wait)
            if problem:
                failed[result.student] = problem
            else:
                written.append(result.student)
    return Sent(tuple(written), failed)


def score_of(result: Result, user: str) -> dict[str, Any]:
    """Make the body of a score message."""
    return {
        "userId": user,
        "scoreGiven": round(result.total, 6),
        "scoreMaximum": result.total_max,
        "activityProgress": "Completed",
        "gradingProgress": "PendingManual" if result.pending else "FullyGraded",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }


def _send_one(
    platform: Platform, session: requests.Session, result: Result, wait: Callable[[float], None]
) -> str:
    item = platform.line_items.get(result.assignment)
    user = platform.users.get(result.student)
    if item is None:
        return f"the platform's settings name no line item for {result.assignment}"
    if user is None:
        return "the platform's settings name no user for this student"
    address, question, query = item.partition("?")
    response = _post(
        session, f"{address.rstrip('/')}/scores{question}{query}", wait,
        data=json.dumps(score_of(result, user)), headers={"Content-Type": SCORE_TYPE},
    )  # fmt: skip
    return "" if response is not None and response.ok else _why(response)


def _token(
    platform: Platform, session: requests.Session, wait: Callable[[float], None]
) -> str:
    try:
        import jwt
    except ImportError as error:
        raise SetupError('LTI needs more packages: pip install "cnncourse[lti]"') from error
    now = int(time.time())
    claims = {
        "iss": platform.client_id, "sub": platform.client_id, "aud": platform.token_url,
        "iat": now, "exp": now + 300, "jti": uuid.uuid4().hex,
    }  # fmt: skip
    try:
        assertion = jwt.encode(
            claims, platform.private_key, algorithm="RS256", headers={"kid": platform.key_id}
        )
    except (ValueError, jwt.PyJWTError) as error:
        raise SetupError(f"private_key: expected an RSA key in PEM: {error}") from error
    form = {
        "grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion, "scope": SCOPE,
    }  # fmt: skip
    response = _post(session, platform.token_url, wait, data=form)
    if response is None or not response.ok:
        raise CourseError(f"the platform gave no token: {_why(response)}")
    try:
        return str(response.json()["access_token"])
    except (ValueError, KeyError, TypeError) as error:
        raise CourseError("the platform gave no token: its answer holds none") from error


def _post(
    session: requests.Session, url: str, wait: Callable[[float], None], **what: Any
) -> requests.Response | None:
    """Post, and again while the platform is busy or out of reach; None if it stays so."""
    for attempt in range(TRIES):
        if attempt:
            wait(2.0**attempt)
        try:
            response = session.post(url, timeout=SECONDS, allow_redirects=False, **what)
        except requests.RequestException:
            continue
        if response.status_code != 429 and response.status_code < 500:
            return response
    return None


def _why(response: requests.Response | None) -> str:
    if response is None:
        return f"no answer, or busy, {TRIES} times"
    return f"HTTP {response.status_code} {response.text[:200]}".strip()
