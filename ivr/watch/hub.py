"""The hub of live pages: server-sent events to every signed-in browser, from the outbox (DESIGN §2 "Live")."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from ivr.model import Person
from ivr.services import outbox, people, rights
from ivr.settings import Settings
from ivr.store import Store, StoreAway
from ivr.watch.tail import Change, change_of

HEARTBEAT = 10.0
"""Seconds between heartbeats of an idle stream."""
RECHECK = 30.0
"""Seconds after which a stream's session is looked up again."""
MOST_BROWSERS = 2000
MOST_BEHIND = 1000
"""Changes a slow browser may be behind before it is cut off; it comes back with its Last-Event-ID."""
MOST_REPLAYED = 500
SLOW = 10.0
"""Seconds one write to a browser may take."""
OVERLAP_IDS = 100
"""Ids before Last-Event-ID that are sent again: on PostgreSQL a smaller one may have come later."""

_log = structlog.get_logger(__name__)

Now = Callable[[], datetime]
_Clients = set["asyncio.Queue[bytes | None]"]


class Hub:
    """The open streams, and the pages' requests. Owned by the event loop."""

    def __init__(
        self, settings: Settings, store: Store, now: Now, *, store_away: Callable[[], bool], state: Callable[[], Any]
    ) -> None:
        """``state`` gives what ``/healthz`` reports; ``store_away`` whether asking the database is in vain now."""
        self._store = store
        self._now = now
        self._origin = _origin(settings.console_address)
        self._cookie = settings.session_cookie
        self._store_away = store_away
        self._state = state
        self._clients: _Clients = set()
        self._desk: _Clients = set()
        """Those of people who see calls: the board is sent to them alone."""
        self.board: Callable[[], Any] = dict
        """Gives the board as it stands (:mod:`ivr.watch.board`)."""
        self._live = 0
        self._switches = ""

    def app(self) -> web.Application:
        """The web application."""
        application = web.Application(client_max_size=4096)
        logging.getLogger("aiohttp.server").addFilter(_is_our_fault)
        pages = {"/events": self.events, "/board": self.whole_board, "/healthz": self.healthz}
        application.add_routes([web.get(path, handler) for path, handler in pages.items()])
        application.on_shutdown.append(self._close_all)
        return application

    def publish(self, changes: Sequence[Change]) -> None:
        """Send committed changes to every browser."""
        for change in changes:
            self._send(event_bytes(change.topic, {"subject": change.subject, "data": change.data}, number=change.id))

    def publish_live(self, calls: int) -> None:
        """Send how many calls go on; no row and no id: the next one replaces it."""
        self._live = calls
        self._send(_live_bytes(calls))

    def publish_switches(self, stamp: str) -> None:
        """Send the stamp of the switches (:mod:`ivr.city.flow.switches`): a page that shows older ones asks."""
        self._switches = stamp
        self._send(_switches_bytes(stamp))

    def publish_board(self, news: Any) -> None:
        """Send a piece of news of the board; no id: a page that misses one fetches the whole."""
        self._send(event_bytes("board", news), self._desk)

    async def whole_board(self, request: web.Request) -> web.Response:
        """The board as it stands, for a page that begins or has missed something."""
        person, headers = await self._admit(request)
        if not rights.sees_all_calls(person):
            raise web.HTTPForbidden(text="calls", headers=headers)
        return web.json_response(self.board(), headers=headers)

    async def healthz(self, _request: web.Request) -> web.Response:
        """What a monitor may know: no names, no numbers."""
        return web.json_response({"browsers": len(self._clients), "live_calls": self._live, **self._state()})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """One browser's stream, until it leaves, its session ends, or it cannot keep up."""
        person, headers = await self._admit(request)
        token = request.cookies.get(self._cookie, "")
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_BEHIND)
        self._clients.add(queue)  # before the replay: nothing may fall between the two
        self._place(queue, person)
        try:
            response = web.StreamResponse(headers={**headers, "Content-Type": "text/event-stream; charset=utf-8"})
            await response.prepare(request)
            await _write(response, await self._first(request.headers.get("Last-Event-ID", "")))
            await self._stream(response, queue, token)
        except (ConnectionError, TimeoutError, StoreAway):
            pass  # the browser left, or comes back later with its Last-Event-ID
        finally:
            self._forget(queue)
        return response

    async def _admit(self, request: web.Request) -> tuple[Person, dict[str, str]]:
        """Who asks, and the headers of the answer; raises what is answered to whom is not let in."""
        origin = request.headers.get("Origin")
        if origin is not None and origin != self._origin:
            raise web.HTTPForbidden(text="origin")
        headers = self._headers(origin)
        if len(self._clients) >= MOST_BROWSERS:
            raise web.HTTPServiceUnavailable(text="full", headers=headers)
        try:
            person = await self._find_person(request.cookies.get(self._cookie, ""))
        except StoreAway:
            raise web.HTTPServiceUnavailable(text="database away", headers=headers) from None
        if person is None:
            raise web.HTTPUnauthorized(text="sign in", headers=headers)
        return person, headers

    async def _stream(self, response: web.StreamResponse, queue: "asyncio.Queue[bytes | None]", token: str) -> None:
        loop = asyncio.get_running_loop()
        checked_at = loop.time()
        while True:
            try:
                chunk = await asyncio.wait_for(queue.get(), HEARTBEAT)
            except TimeoutError:
                chunk = event_bytes("heartbeat", {})
            if chunk is None:
                return
            if loop.time() - checked_at >= RECHECK and not self._store_away():
                checked_at = loop.time()
                person = await self._find_person(token)
                if person is None:
                    await _write(response, event_bytes("signed-out", {}))
                    return
                self._place(queue, person)
            while not queue.empty() and len(chunk) < 2**16:  # what waits goes out in one write
                more = queue.get_nowait()
                if more is None:
                    return
                chunk += more
            await _write(response, chunk)

    async def _first(self, last_event_id: str) -> bytes:
        """What a browser missed since its Last-Event-ID; ``snapshot`` where that is no longer known."""
        known = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 19 else None
        last, missed = await asyncio.to_thread(self._missed, known)
        if known is None:
            start = event_bytes("hello", {}, number=last)
        elif missed is None:
            start = event_bytes("snapshot", {}, number=last)
        else:
            start = b"".join(
                event_bytes(change.topic, {"subject": change.subject, "data": change.data}, number=change.id)
                for change in missed
            )
        return b"retry: 1000\n\n" + start + _live_bytes(self._live) + _switches_bytes(self._switches)

    def _missed(self, known: int | None) -> tuple[int, list[Change] | None]:
        """The newest id, and the changes after ``known``; None when they are too many or pruned."""
        with self._store.reading() as session:
            last = outbox.last(session)
            if known is None:
                return last, []
            if known > last:  # another database
                return last, None
            overlap = OVERLAP_IDS if self._store.dialect == "postgresql" else 0
            rows = outbox.read(session, max(0, known - overlap), MOST_REPLAYED + overlap)
            recent = self._now() - timedelta(seconds=30)
            missed = [change_of(row) for row in rows if row.id > known or row.at > recent]
            too_many = bool(rows) and rows[-1].id < last
            pruned = known + 1 < outbox.first(session)
        return last, None if too_many or pruned else missed

    async def _find_person(self, token: str) -> Person | None:
        if not token or len(token) > 200 or not token.isascii():  # none of ours
            return None

        def look() -> Person | None:
            with self._store.reading() as session:
                return people.find_session(session, token, self._now())

        return await asyncio.to_thread(look)

    def _headers(self, origin: str | None) -> dict[str, str]:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}
        if origin is not None:
            headers |= {
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Credentials": "true",
                "Vary": "Origin",
            }
        return headers

    def _send(self, chunk: bytes, clients: _Clients | None = None) -> None:
        for queue in list(self._clients if clients is None else clients):
            try:
                queue.put_nowait(chunk)
            except asyncio.QueueFull:
                self._cut(queue)

    def _cut(self, queue: "asyncio.Queue[bytes | None]") -> None:
        """End a stream: what waits in it is read again after it has come back."""
        self._forget(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)

    def _place(self, queue: "asyncio.Queue[bytes | None]", person: Person) -> None:
        """Whether the board is sent there; a role may be changed while a page stands."""
        (self._desk.add if rights.sees_all_calls(person) else self._desk.discard)(queue)

    def _forget(self, queue: "asyncio.Queue[bytes | None]") -> None:
        self._clients.discard(queue)
        self._desk.discard(queue)

    async def _close_all(self, _application: web.Application) -> None:
        for queue in list(self._clients):
            self._cut(queue)


def _is_our_fault(record: logging.LogRecord) -> bool:
    """Whether a line of aiohttp's log is worth one: what is no HTTP is the sender's, and answered with 400."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def event_bytes(topic: str, data: Any, *, number: int | None = None) -> bytes:
    """One server-sent event."""
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {topic}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _live_bytes(calls: int) -> bytes:
    return event_bytes("calls.live", {"subject": "", "data": {"calls": calls}})


def _switches_bytes(stamp: str) -> bytes:
    return event_bytes("switches", {"subject": "", "data": {"stamp": stamp}})


async def _write(response: web.StreamResponse, chunk: bytes) -> None:
    await asyncio.wait_for(response.write(chunk), SLOW)


def _origin(address: str) -> str:
    """The origin a browser names for an address: scheme, host and a port that is not the scheme's own."""
    parts = urlsplit(address)
    own = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, own) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"
