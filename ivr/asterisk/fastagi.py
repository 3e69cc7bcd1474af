"""Who connects to the FastAGI port: headers are read by one thread for all, then each call gets a thread of its own.

A port scan, a peer that says nothing, half a line or 9,000 bytes costs a file descriptor for some seconds, no thread.
"""

import contextlib
import select
import selectors
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import structlog

from ivr.process.liveness import ALIVE
from ivr.process.sd_notify import Watchdog

BACKLOG = 512
"""Asterisk gives up connecting after 2 s: a burst must fit into the kernel's queue."""
HEADER_BYTES = 8192
HEADER_SECONDS = 5.0
MOST_WAITING = 256
"""Connections without a whole header; beyond, the oldest goes: Asterisk sends its header at once."""
MOST_CALLS = 2000
STACK_BYTES = 512 * 1024

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One connection whose header is whole: ``path`` and ``query`` of its address, and ``agi_…`` as received."""

    connection: socket.socket
    path: str
    query: Mapping[str, str]
    env: Mapping[str, str]


Handler = Callable[[Request], None]
"""Serves one call in its own thread; the connection is closed afterwards."""


class Replies:
    """What Asterisk says on a call's connection, line by line; one thread's. Knows without waiting if a line is there.

    ``poll``, because ``select`` refuses descriptors beyond 1,023.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._got = bytearray()
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    def readline(self, limit: int) -> bytes:
        """The next line with its end; without one at the end of the stream or from ``limit`` bytes on."""
        while True:
            end = self._got.find(b"\n") + 1
            if end or len(self._got) >= limit:
                break
            chunk = self._connection.recv(4096)
            if not chunk:
                break
            if not self._got and chunk.find(b"\n") == len(chunk) - 1 < limit:
                return chunk  # one whole line, as nearly always
            self._got += chunk
        line = bytes(self._got[: end or limit])
        del self._got[: len(line)]
        return line

    def hears(self, seconds: float) -> bool:
        """Wait up to so many seconds; whether something arrived."""
        return bool(self._got or self._poll.poll(seconds * 1000))


@dataclass(kw_only=True)
class _Waiting:
    connection: socket.socket
    since: float
    got: bytearray = field(default_factory=bytearray)


class FastAgiServer:
    """Listens at once; :meth:`serve` runs until :meth:`stop`, which any thread or signal handler may call."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        port: int,
        host: str = "127.0.0.1",
        most_calls: int = MOST_CALLS,
        header_seconds: float = HEADER_SECONDS,
        watchdog: Watchdog | None = None,
    ) -> None:
        """``handlers`` by path (``hotline``); port 0 takes any. OSError when the port is taken."""
        self._watchdog = watchdog or Watchdog()
        self._handlers = dict(handlers)
        self._header_seconds = header_seconds
        self._slots = threading.BoundedSemaphore(most_calls)
        self._listener = socket.create_server((host, port), backlog=BACKLOG)
        self._listener.setblocking(False)
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._waiting: dict[socket.socket, _Waiting] = {}
        self._calls: dict[threading.Thread, socket.socket] = {}
        self._guard = threading.Lock()
        self._stopping = False
        self.port: int = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Accept and read headers until :meth:`stop`, then close everything that has no call yet."""
        threading.stack_size(STACK_BYTES)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake_reader, selectors.EVENT_READ)
        try:
            while not self._stopping:
                self._watchdog.beat()
                for key, _ in self._selector.select(timeout=self._patience()):
                    if key.fileobj is self._listener:
                        self._accept()
                    elif key.fileobj is not self._wake_reader:
                        self._read(self._waiting[key.fileobj])  # type: ignore[index]  # only sockets are registered
                self._drop_late()
        finally:
            for waiting in list(self._waiting.values()):
                self._drop(waiting)
            self._selector.close()
            for sock in (self._listener, self._wake_reader, self._wake_writer):
                sock.close()

    def stop(self) -> None:
        """End :meth:`serve`; calls under way go on."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._wake_writer.send(b"\0")

    def wait(self, seconds: float) -> bool:
        """Wait for the calls under way; whether all ended in time."""
        until = time.monotonic() + seconds
        for thread in self._threads():
            thread.join(max(0.0, until - time.monotonic()))
        return not self._threads()

    @property
    def calls(self) -> int:
        """Calls under way."""
        return len(self._threads())

    def _threads(self) -> list[threading.Thread]:
        with self._guard:
            return list(self._calls)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as error:  # out of descriptors, or gone before we looked
                _log.error("agi.accept", error=error.strerror)
                time.sleep(0.05)
                return
            connection.setblocking(False)
            self._waiting[connection] = waiting = _Waiting(connection=connection, since=time.monotonic())
            self._selector.register(connection, selectors.EVENT_READ)
            if len(self._waiting) > MOST_WAITING:
                self._drop(next(iter(self._waiting.values())))
            self._read(waiting)

    def _read(self, waiting: _Waiting) -> None:
        try:
            chunk = waiting.connection.recv(HEADER_BYTES)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self._drop(waiting)
            return
        waiting.got += chunk
        if b"\n\n" in waiting.got.replace(b"\r\n", b"\n"):
            self._forget(waiting)
            self._begin(waiting)
        elif len(waiting.got) > HEADER_BYTES:
            _log.warning("agi.header_too_long")
            self._drop(waiting)

    def _begin(self, waiting: _Waiting) -> None:
        """A whole header: its call gets a thread, or, beyond the limit, the dialplan's fallback.

        Who asks whether we live is answered here: that needs this thread alone, as every call's first second does.
        """
        request = _request(waiting)
        handler = self._handlers.get(request.path)
        if request.path == ALIVE:
            with contextlib.suppress(OSError):
                request.connection.send(b"alive\n")
            request.connection.close()
        elif handler is None:
            _log.warning("agi.unknown_address", path=request.path[:100])
            request.connection.close()
        elif not self._slots.acquire(blocking=False):
            _log.error("agi.full", calls=self.calls)
            request.connection.close()
        else:
            thread = threading.Thread(target=self._run, args=(handler, request), name="call", daemon=True)
            with self._guard:
                self._calls[thread] = request.connection
            thread.start()

    def _run(self, handler: Handler, request: Request) -> None:
        try:
            handler(request)
        except Exception:  # one call's trouble must not end the thread with a traceback on stderr
            _log.exception("agi.call_failed")
        finally:
            request.connection.close()
            with self._guard:
                self._calls.pop(threading.current_thread(), None)
            self._slots.release()

    def _patience(self) -> float:
        return min(0.5 if self._waiting else 60.0, self._watchdog.every or 60.0)

    def _drop_late(self) -> None:
        late = time.monotonic() - self._header_seconds
        for waiting in list(self._waiting.values()):  # in order of arrival
            if waiting.since > late:
                return
            self._drop(waiting)

    def _forget(self, waiting: _Waiting) -> None:
        self._selector.unregister(waiting.connection)
        del self._waiting[waiting.connection]

    def _drop(self, waiting: _Waiting) -> None:
        if waiting.connection in self._waiting:
            self._forget(waiting)
            waiting.connection.close()


def _request(waiting: _Waiting) -> Request:
    """The header as values; a name given twice keeps its first value: a caller's name cannot add lines that count."""
    env: dict[str, str] = {}
    for line in waiting.got.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            env.setdefault(name.strip(), value.strip())
    address = urlsplit(env.get("agi_request", ""))
    return Request(
        connection=waiting.connection,
        path=address.path.strip("/"),
        query=dict(parse_qsl(address.query, keep_blank_values=True)),
        env=env,
    )
