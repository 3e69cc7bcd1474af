"""Asterisk's manager interface: panoramisk, hardened where it loses letters, doubles actions or never notices a loss.

The only importer of panoramisk. Each method that overrides says which of its habits it cures (TELEPHONY §4).
"""

import asyncio
import codecs
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from ivr.errors import TongdaiError
from ivr.words import tr

BOOTS = 10.0
"""Seconds after a login in which Asterisk says that it has booted; it never says so to a user without class ``system``,
as a PBX may still have."""
MOST_UNREAD = 2**20
"""Bytes without the end of a message after which the peer is no Asterisk."""

Event = Mapping[str, str]
"""One event or reply; keys are read without regard to case."""
Callback = Callable[[Event], None]

_log = structlog.get_logger(__name__)
_quiet = logging.getLogger("ivr.asterisk.ami.panoramisk")  # it logs every step; our own log has what matters
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


class AmiAway(TongdaiError):
    """Asterisk's manager interface does not answer, or the connection broke before it did."""


class AmiRefused(TongdaiError):
    """Asterisk answered with an error, or a value was refused before it was sent."""


class _Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk ships no types
    encoding = "utf8"
    closed: bool

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.log = _quiet
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.heard_at = asyncio.get_running_loop().time()

    def data_received(self, data: bytes) -> None:
        """A letter split over two segments is put together; an endless message ends the connection."""
        self.heard_at = asyncio.get_running_loop().time()
        text = self._decoder.decode(data)
        if text:
            super().data_received(text.encode())
        if self.queue and len(self.queue[0]) > MOST_UNREAD:
            _log.error("ami.endless_message")
            self.transport.abort()

    def handle_message(self, message: Message) -> None:
        """What one message causes never takes the connection down."""
        try:
            super().handle_message(message)
        except Exception:  # any mistake of panoramisk or ours in one message
            _log.exception("ami.message_failed")

    def send(self, data: Mapping[str, Any], as_list: bool | None = False) -> "asyncio.Future[Any]":
        """Nothing that could end a line or a string goes out; nothing is taken that cannot be sent."""
        if self.closed:
            raise _away()
        for name, value in data.items():
            for part in value if isinstance(value, list | tuple) else (value,):
                if any(sign in f"{name}{part}" for sign in "\r\n\0"):
                    raise AmiRefused(
                        tr(
                            f"Giá trị của {name!r} chứa ký tự xuống dòng hoặc NUL; không gửi.",
                            f"The value of {name!r} has a line break or NUL in it; not sent.",
                        )
                    )
        future: asyncio.Future[Any] = super().send(data, as_list)
        return future

    def close(self) -> None:
        """What was not answered fails now: sent again after a reconnect, one Originate would make two calls."""
        for action in {id(pending): pending for pending in self.responses.values()}.values():
            if not action.future.done():
                action.future.set_exception(_away())
                action.future.exception()  # retrieved, or asyncio warns: a Ping may have no waiting caller
        self.responses.clear()
        if not self.closed:
            self.closed = True
            self.transport.close()

    def connection_lost(self, exc: object) -> None:
        if not self.closed:
            self.close()
            if self.factory is not None:
                self.factory.connection_lost(exc)


class Ami(Manager):  # type: ignore[misc]  # panoramisk ships no types
    """A connection that comes back by itself. ``on_ready`` runs after every login: events in between are gone."""

    pinger: asyncio.TimerHandle | None

    def __init__(
        self,
        *,
        port: int,
        username: str,
        secret: str,
        on_ready: Callable[[], Coroutine[Any, Any, None]] | None = None,
        on_lost: Callable[[], None] | None = None,
        ping_every: float = 5.0,
        reconnect_after: float = 1.0,
        host: str = "127.0.0.1",
    ) -> None:
        """``ping_every``: seconds between Pings; a peer silent for two of them is dead."""
        super().__init__(
            host=host,
            port=port,
            username=username,
            secret=secret,
            protocol_factory=_Protocol,
            log=_quiet,
            encoding="utf8",
        )
        self.ping_delay = self.ping_interval = ping_every
        self.reconnect_timeout = reconnect_after
        self.on_connect = self.on_login = self.on_disconnect = _nothing
        self._on_ready = on_ready
        self._on_lost = on_lost
        self._booted = asyncio.Event()
        """Set once Asterisk has booted: before it takes logins and lists nothing, though calls may have been cut."""
        self.on("FullyBooted", lambda _event: self._booted.set())
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._logged_away = False
        self._logged_refused = False

    def start(self) -> None:
        """Connect, and go on trying until :meth:`close`; needs a running loop."""
        self.loop = asyncio.get_running_loop()
        self.connect()

    def on(self, pattern: str, callback: Callback) -> None:
        """Call ``callback`` with every event whose name matches (``Queue*``). What it raises is logged."""
        self.register_event(pattern, lambda _manager, event: callback(event))

    async def ask(self, action: Mapping[str, str], *, many: bool = False, timeout: float = 5.0) -> list[Event]:  # noqa: ASYNC109
        """Send one action, once; its reply, or with ``many`` the whole list that follows.

        Raises :class:`AmiAway` when no answer comes in ``timeout`` seconds, :class:`AmiRefused` on an error reply.
        """
        if self.protocol is None:
            raise _away()
        try:
            answer = await asyncio.wait_for(self.protocol.send(dict(action), as_list=many), timeout)
        except TimeoutError:
            raise _away() from None
        messages: list[Event] = answer if isinstance(answer, list) else [answer]
        if messages[0].get("Response", "Success") not in ("Success", "Follows", "Goodbye"):
            raise AmiRefused(str(messages[0].get("Message", "")))
        return messages

    def dispatch(self, event: Message) -> None:
        """A callback that raises costs its own work, not the connection and not the other callbacks."""
        for pattern, expression in self.patterns:
            if expression.match(event.event) is None:
                continue
            for callback in self.callbacks[pattern]:
                try:
                    callback(self, event)
                except Exception:  # whatever a callback does wrong
                    _log.exception("ami.callback_failed", event_name=event.event)

    def send_awaiting_actions(self, *_: object) -> None:
        """Nothing awaits: unanswered actions have failed (:meth:`_Protocol.close`)."""

    def connect(self, *_: object, **__: object) -> "asyncio.Task[Any] | None":
        if self._closing:
            return None
        task = self.loop.create_task(self.loop.create_connection(_Protocol, self.config["host"], self.config["port"]))
        task.add_done_callback(self.connection_made)
        self._keep(task)
        return task

    def connection_made(self, f: "asyncio.Task[Any]") -> None:
        """A new connection logs in; one that is made too late is closed."""
        if f.cancelled():
            return
        if f.exception() is not None:
            if not self._logged_away:
                _log.warning("ami.away", port=self.config["port"], error=str(f.exception()))
            self._logged_away = True
            self.loop.call_later(self.reconnect_timeout, self.connect)
            return
        if self._closing:
            f.result()[0].abort()
            return
        self._booted = asyncio.Event()
        super().connection_made(f)

    def login(self, future: "asyncio.Future[Any]") -> None:
        """A refused login is logged; a connection lost meanwhile is no exception in a callback."""
        self.authenticated_future = None
        if future.cancelled() or future.exception() is not None:
            return
        self.authenticated = bool(future.result().success)
        if not self.authenticated:  # Asterisk closes the connection: the next try is due
            if not self._logged_refused:
                _log.error("ami.login_refused", user=self.config["username"], remedy="tongdai asterisk render")
            self._logged_refused = True
            return
        self._logged_away = self._logged_refused = False
        _log.info("ami.ready", port=self.config["port"])
        if self._on_ready is not None:
            self._keep(self.loop.create_task(self._ready(self._on_ready)))

    def ping(self) -> None:
        """A peer that answers nothing for two intervals is dead, whatever its TCP says: reconnect."""
        self.pinger = self.loop.call_later(self.ping_interval, self.ping)
        if self.protocol is None or self.protocol.closed:
            return
        if self.loop.time() - self.protocol.heard_at > 2 * self.ping_interval:
            _log.error("ami.dead_peer", silent_for=round(self.loop.time() - self.protocol.heard_at, 1))
            self.protocol.transport.abort()
            return
        self.protocol.send({"Action": "Ping"})

    def connection_lost(self, exc: object) -> None:
        """Try again, unless it was us who closed."""
        self._connected = self.authenticated = False
        if self.pinger is not None:
            self.pinger.cancel()
            self.pinger = None
        if self._closing:
            return
        _log.warning("ami.lost", error=str(exc) if isinstance(exc, Exception) else "")
        if self._on_lost is not None:
            self._on_lost()
        self.loop.call_later(self.reconnect_timeout, self.connect)

    def close(self) -> None:
        """Close for good."""
        self._closing = True
        for task in self._tasks:
            task.cancel()
        super().close()

    async def _ready(self, on_ready: Callable[[], Coroutine[Any, Any, None]]) -> None:
        protocol = self.protocol
        try:
            await asyncio.wait_for(self._booted.wait(), BOOTS)
        except TimeoutError:
            _log.warning("ami.not_booted", seconds=BOOTS)
        if self.protocol is not protocol:
            return  # the connection broke meanwhile: that of now has its own turn
        try:
            await on_ready()
        except TongdaiError as error:
            _log.warning("ami.not_ready", error=str(error))
            if self.protocol is not None and self.protocol is protocol:
                self.protocol.transport.abort()  # without knowing what goes on, begin again
        except Exception:  # a mistake of ours must not stay silent in a task
            _log.exception("ami.on_ready_failed")

    def _keep(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _nothing(*_: object) -> None:
    """panoramisk's own hooks are not used."""


def _away() -> AmiAway:
    return AmiAway(
        tr(
            "Asterisk không trả lời trên cổng quản lý (AMI). Kiểm tra Asterisk có chạy không: tongdai doctor.",
            "Asterisk does not answer on its manager port (AMI). Is it running? See tongdai doctor.",
        )
    )
