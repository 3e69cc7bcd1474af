"""Nothing that comes from outside makes a page fail: every route, parameter and header with values that broke others.

On both databases, as a stranger and in every role. PostgreSQL refuses a NUL and a number that is too large, SQLite
only the latter: what cleans is ``console/entrance.py``.
"""

import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from structlog.testing import capture_logs
from werkzeug.test import EnvironBuilder, run_wsgi_app

from console.app import create_app
from ivr.services import passwords

ROLES = (None, "lan", "hoa", "admin")
HOST = "127.0.0.1:8022"

SHARP = (
    b"\0",
    b"a\0b",
    "\ud83d".encode("utf-8", "surrogatepass"),
    b"\xff\xfe\xc3(",
    b"99999999999999999999",
    b"-5",
    b"9999-12-31",
    b"01/01/0001",
    b"//[",
    b"/\r\nSet-Cookie: a=b",
)
"""Values as bytes of the wire, each of a kind of its own."""
SHARPEST = (SHARP[1], SHARP[4])
"""Those that are tried in each parameter by itself."""
BLUNT = (
    b"",
    "²".encode(),
    "٣".encode(),
    b"9" * 5_000,
    b"1e309",
    b"http://[::1",
    b'a" OR "b* NEAR (',
    b"%" * 60,
    "é".encode() * 3_000,
    "İ".encode() * 64,
    "a\u202eb\u200b\ufffe".encode(),
    b"../../etc/passwd",
    b"{{7*7}}",
)
"""Others: they concern what reads texts and not the database, so one of the two is enough."""

LIST = ("q", "from", "to", "page", "sort")
ASKED: dict[str, tuple[str, ...]] = {
    "auth.sign_in": ("next",),
    "auth.password": ("next",),
    "tickets.index": (*LIST, "tab", "category", "agency", "holder", "state", "urgent", "length", "mark"),
    "tickets.next": ("after", "order", "seen", "tab", "q", "from", "to", "page"),
    "tickets.move_form": ("to",),
    "calls.index": (*LIST, "ticket", "end"),
    "call_backs.index": ("tab",),
    "listening.index": ("from", "to", "act", "person", "code", "page"),
    "find.find": ("q",),
    "jobs.index": ("state",),
    "recordings.audio": ("token",),
    "telephone.caller": ("linkedid",),
}
"""Parameters of each page's address."""
SENT: dict[str, dict[str, str]] = {
    "auth.sign_in": {"username": "lan", "password": "sai", "next": "/"},
    "auth.sign_out": {},
    "auth.password": {"old": "sai", "new": "mot-mat-khau-moi"},
    "pages.preferences": {"next": "/", "language": "vi", "theme": "auto"},
    "lookup.page": {"code": "260042174", "secret": "1234"},
    "health.csp_reports": {"csp-report": "x"},
    "tickets.take": {"version": "1"},
    "tickets.note": {"text": "xin chào"},
    "tickets.correct": {"text": "xin chào", "version": "1"},
    "tickets.move": {
        "to": "trung", "version": "1", "reason": "x", "refusal": "", "duplicate": "260042174", "agency": "",
    },
    "tickets.change": {"version": "1", "category": "ngap-nuoc", "kind": "phan_anh", "urgent": "1", "assignee": "1"},
    "numbers.of_ticket": {"reason": "gọi lại hỏi"},
    "numbers.of_call": {"reason": "gọi lại hỏi"},
    "people.add": {"username": "moi", "name": "Người mới", "role": "operator"},
    "people.edit": {"username": "minh", "name": "Lê Minh", "role": "operator"},
    "people.reset": {},
    "people.lock": {},
    "people.unlock": {},
    "desk.do": {
        "id": "0" * 26, "wanted": "pause", "operator": "1", "phone": "PJSIP/100", "reason": "giai-lao", "panel": "1",
    },
    "call_backs.claim": {},
    "call_backs.release": {},
    "call_backs.record": {"outcome": "reached", "note": "xin chào"},
    "call_backs.reopen": {},
    "jobs.retry": {},
    "jobs.retry_kind": {"kind": "transcribe"},
    "recordings.plays": {"action": "play", "reason": "kiểm tra"},
    "recordings.keep_player": {"speed": "1", "skips": "true"},
}  # fmt: skip
"""What each form sends, as it would be taken."""
JSON = (
    b"[1]", b'"x"', b"null", b"7", b"{", b"", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5_000, b"NaN",
    b'{"action": ["play"], "reason": {"a": 1}, "speed": 1e999, "csp-report": []}',
    b'{"action": "play", "reason": "\\u0000\\ud83d", "speed": true, "csp-report": {"blocked-uri": "\\ud83d"}}',
    b'{"speed": 99999999999999999999, "csp-report": {"effective-directive": ["\\udc00"]}}',
)  # fmt: skip
READS_JSON = {"recordings.plays", "recordings.keep_player", "health.csp_reports"}
HEADERS = {
    "Referer": ("http://[", "//[", "\xff", "http://127.0.0.1:8022/[", "x" * 5_000),
    "Origin": ("http://[", "null", "\xff", "http://a b", "http://127.0.0.1:99999"),
    "Host": ("[", "127.0.0.1:99999", "[::1", "a b", "127.0.0.1:abc", "", "\xff", "127.0.0.1:8022:8022", ":", "a\tb"),
    "Cookie": (
        'tongdai_session="\\000"', "tongdai_session=\xff", "tongdai_session=" + "x" * 4_000, "tongdai_form=.x.y",
        'tongdai_form="\\000\\377"', "tongdai_language=\xc3(", "=;;=", "\xff",
    ),
    "If-None-Match": ('"', "W/", "*", "\xff", '"a", W/"b', "," * 500),
    "If-Modified-Since": ("Mon, 99 Jan 99999 99:99:99 GMT", "0", "\xff", "Mon, 01 Jan 0001 00:00:00 +2359", "9" * 30),
    "If-Range": ('"', "\xff", "Mon, 31 Dec 9999 23:59:59 -2359"),
    "Range": ("bytes=-99999999999999999999", "bytes=99999999999999999999-", "bytes=b-a", "lines=1-2", "\xff"),
    "Last-Event-ID": ("99999999999999999999", "\xff"),
    "Content-Length": ("-1", "abc", "99999999999999999999", "1_0"),
    "Content-Type": ("\xff", "application/json; charset=x", "multipart/form-data", "multipart/form-data; boundary=é"),
    "HX-Request": ("\xff", "true"),
    "X-CSRFToken": ("\xff", "x" * 5_000),
    "User-Agent": ("\xff",),
    "Accept-Language": ("\xff", "vi;q=nan"),
    "X-Forwarded-For": ("\xff", "x" * 5_000, "1.2.3.4, ::1%eth0"),
}  # fmt: skip


class Hostile:
    """Asks an application as a server hands requests over: bytes as they came, one string a header."""

    def __init__(self, desk: Any, app: Flask, lines: list[Any]) -> None:
        self.desk, self.app, self.lines = desk, app, lines
        self.failed: list[str] = []
        self.asked = 0
        self._cookies: dict[str | None, str] = {None: ""}
        self._ulid = desk.ulid(4213).encode()
        self.values = (*SHARP, *BLUNT) if desk.store.dialect == "sqlite" else SHARP
        self._usual = EnvironBuilder().get_environ() | {"HTTP_HOST": HOST, "REMOTE_ADDR": "127.0.0.1"}

    def ask(self, who: str | None, method: str, path: bytes, query: str = "", body: bytes = b"", **headers: str) -> int:
        """One request; what fails is noted. Names of headers as WSGI has them."""
        cookie = self._cookies.get(who) or self._sign_in(who)
        environ = {**self._usual, "REQUEST_METHOD": method, "PATH_INFO": path.decode("latin1"), "QUERY_STRING": query}
        environ |= {"HTTP_COOKIE": cookie, "CONTENT_TYPE": "application/x-www-form-urlencoded"}
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), **headers}
        _, status, _ = run_wsgi_app(self.app, environ, buffered=True)
        number = int(status.split()[0])
        told = [line for line in self.lines if line["log_level"] in {"error", "critical"} or "exc_info" in line]
        self.lines.clear()
        if number >= 500 or told:
            self.failed.append(f"{number} {who} {method} {path!r}?{query[:80]} {body[:80]!r} {headers} {told}"[:600])
        self.asked += 1
        return number

    def _sign_in(self, who: str | None) -> str:
        if who is None:
            return ""
        self._cookies[who] = f"tongdai_session={self.desk.sign_in(who)}"
        return self._cookies[who]

    def sign_in_again(self) -> None:
        """Whatever a request did to a session, the next one has a new one."""
        self._cookies = {None: ""}

    def routes(self) -> Iterator[tuple[str, str, str]]:
        """Endpoint, method and address of every route."""
        for rule in self.app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule.endpoint, method, rule.rule

    def filled(self, rule: str, value: bytes | None = None) -> bytes:
        """A route's address with real ids, or with ``value`` in their places."""
        ids = {"person_id": b"2", "item_id": b"1", "name": b"said", "filename": b"dist/version.txt"}
        ulid = self._ulid
        return re.sub(
            rb"<(?:\w+:)?(\w+)>",
            lambda found: ids.get(found[1].decode(), ulid) if value is None else value,
            rule.encode(),
        )


@pytest.fixture(scope="module")
def app(either_desk: Any) -> Iterator[Flask]:
    """Passwords cost a quarter of a second each: here they are always wrong, and made at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "verify", lambda stored, password: False)
        patch.setattr(passwords, "hash_password", lambda password: "-")
        yield create_app(either_desk.settings, either_desk.store, clock=lambda: either_desk.now)


@pytest.fixture
def hostile(either_desk: Any, app: Flask) -> Iterator[Hostile]:
    app.config["WTF_CSRF_ENABLED"] = False  # tested by itself
    with capture_logs() as lines:
        yield Hostile(either_desk, app, lines)


def form(fields: dict[str, Any]) -> bytes:
    return urlencode(fields, quote_via=quote).encode()


def turned(names: tuple[str, ...], values: tuple[bytes, ...]) -> Iterator[dict[str, bytes]]:
    """As many sets of fields as there are values, such that each field has each value once."""
    for turn in range(len(values)):
        yield {name: values[(turn + place) % len(values)] for place, name in enumerate(names or ("x",))}


def test_the_tables_know_every_parameter_and_every_form(app: Flask) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path("console").rglob("*.py"))
    asked = set(re.findall(r'(?:request\.args\.get|_given|_day|_named|args\.get)\("(\w+)"', source))
    assert asked <= {name for names in ASKED.values() for name in names}
    sent = set(re.findall(r'(?:request\.form|\bform|asked)(?:\.get|\.getlist)?[(\[]"(\w+)"', source))
    assert sent <= {name for fields in SENT.values() for name in fields}
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posted == set(SENT)


@pytest.mark.parametrize("who", ROLES)
def test_addresses(hostile: Hostile, who: str | None) -> None:
    """Hostile ids; each value in each parameter, those of a page changed together, and every one given twice."""
    for endpoint, method, rule in hostile.routes():
        names = ASKED.get(endpoint, ())
        if method == "GET" and "<" in rule:
            for value in SHARP[:4] if who == "admin" else SHARP[:1]:
                hostile.ask(who, method, hostile.filled(rule, value))
        if method == "GET" and (names or who in {None, "admin"}):
            for turn, fields in enumerate(turned(names, hostile.values if who == "admin" and names else SHARP[:2])):
                asked, script = form(fields).decode(), {"HTTP_HX_REQUEST": "true"} if turn % 3 else {}
                hostile.ask(who, method, hostile.filled(rule), f"{asked}&{asked}", **script)
    hostile.ask(who, "GET", b"/tickets", "tab=all&q=\xff\xc3(&\xff=1")  # bytes that no browser sends unquoted
    assert hostile.failed == []
    assert hostile.asked > 20


@pytest.mark.parametrize("who", ROLES)
def test_forms(hostile: Hostile, who: str | None) -> None:
    """The same of what forms send; the sharpest also where all else is right."""
    for endpoint, method, rule in hostile.routes():
        if method == "POST":
            usual = SENT[endpoint]
            hostile.sign_in_again()
            for fields in turned(tuple(usual), hostile.values if who == "admin" and usual else SHARP[:2]):
                hostile.ask(who, method, hostile.filled(rule), body=form(fields))
            for value in SHARPEST if who == "admin" else ():
                for name in usual:
                    hostile.ask(who, method, hostile.filled(rule), body=form({**usual, name: value}))
            if "<" in rule:
                for value in SHARP[:5] if who == "admin" else SHARP[:1]:
                    hostile.ask(who, method, hostile.filled(rule, value), body=form(usual))
    assert hostile.failed == []
    assert hostile.asked > 20


@pytest.mark.parametrize("who", [None, "hoa"])
def test_bodies(hostile: Hostile, who: str | None) -> None:
    for endpoint, method, rule in hostile.routes():
        if method == "POST":
            for body in JSON if endpoint in READS_JSON else JSON[:1]:
                hostile.ask(who, method, hostile.filled(rule), body=body, CONTENT_TYPE="application/json")
            torn = b'--x\r\nContent-Disposition: form-data; name="a\0"; filename="\xff\r\n\r\n\xff\r\n--x'
            hostile.ask(who, method, hostile.filled(rule), body=torn, CONTENT_TYPE="multipart/form-data; boundary=x")
            hostile.ask(who, method, hostile.filled(rule), body=b"a=\xff&\xff=%ff&%00=%00")
    assert hostile.failed == []


def test_headers(hostile: Hostile) -> None:
    for who, method, path in ((None, "POST", b"/login"), ("lan", "POST", b"/preferences"), ("lan", "GET", b"/calls")):
        for name, values in HEADERS.items():
            key = name.upper().replace("-", "_")
            for value in values:
                header = {key if key.startswith("CONTENT_") else f"HTTP_{key}": value}
                hostile.ask(who, method, path, body=b"theme=dark" if method == "POST" else b"", **header)
    for method in ("PUT", "PROPFIND", "TRACE", "X", "\xff"):
        hostile.ask("lan", method, b"/tickets")
    assert hostile.failed == []


def test_tokens_of_forms(hostile: Hostile) -> None:
    hostile.app.config["WTF_CSRF_ENABLED"] = True
    for value in (*SHARP, *BLUNT):
        assert hostile.ask(None, "POST", b"/login", body=form({"csrf_token": value})) == 400
        header = value.decode("latin1")
        assert hostile.ask("lan", "POST", b"/preferences", HTTP_X_CSRFTOKEN=header) == 400
    assert hostile.failed == []


@pytest.mark.parametrize("host", HEADERS["Host"])
def test_a_host_that_is_none_is_refused(hostile: Hostile, host: str) -> None:
    assert hostile.ask(None, "GET", b"/login", HTTP_HOST=host) == 400
    assert hostile.failed == []


def test_what_is_refused_says_which_ways_there_are(sign_in: Callable[..., Any]) -> None:
    client = sign_in("lan")
    refused = client.put("/tickets")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]
    moved = client.get("/tickets//waiting?x=1")
    assert moved.status_code == 308
    assert moved.location.endswith("/tickets/waiting?x=1")


def test_a_character_nothing_can_hold_becomes_a_sign_for_it(sign_in: Callable[..., Any], seeded: Any) -> None:
    client, path = sign_in("lan"), f"/tickets/{seeded.ulid(4213)}"
    assert client.post(f"{path}/notes", data={"text": "a\0b"}).status_code == 303
    assert "a\ufffdb" in client.get(path).text
    asked = {"action": "play", "reason": "x\0\ud83d"}
    body = json.dumps(asked)
    headers = {"Content-Type": "application/json"}
    assert sign_in("minh").post(f"/recordings/{seeded.ulid(4213)}/plays", data=body, headers=headers).status_code == 200
    assert "x\ufffd\ufffd" in sign_in("hoa").get(path).text
