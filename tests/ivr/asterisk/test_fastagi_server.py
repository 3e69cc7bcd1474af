"""The FastAGI port against peers that scan, stall, babble or come in crowds."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from ivr.asterisk.fastagi import HEADER_BYTES, MOST_WAITING, FastAgiServer, Request
from ivr.testing.asterisk import PATIENCE, wait_for
from ivr.testing.wire import read_message

HEADER = b"agi_network: yes\nagi_request: agi://127.0.0.1/hotline?city=da-nang\nagi_callerid: 0905\n\n"


@pytest.fixture
def start() -> Iterator[Callable[..., FastAgiServer]]:
    running: list[tuple[FastAgiServer, threading.Thread]] = []

    def make(handler: Callable[[Request], None], **given: float) -> FastAgiServer:
        server = FastAgiServer({"hotline": handler}, port=0, **given)  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve)
        thread.start()
        running.append((server, thread))
        return server

    yield make
    for server, _ in running:
        server.stop()
    for _, thread in running:
        thread.join()


def answer(request: Request) -> None:
    request.connection.setblocking(True)
    request.connection.sendall(repr((request.path, dict(request.query), request.env["agi_callerid"])).encode())


def call(server: FastAgiServer, header: bytes = HEADER) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall(header)
        return read_message(line)


def answered(server: FastAgiServer) -> bool:
    with contextlib.suppress(ConnectionError):
        return call(server) != b""
    return False


def connect(server: FastAgiServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)


def closed_by_server(line: socket.socket) -> bool:
    with contextlib.suppress(ConnectionError):
        return line.recv(10) == b""
    return True


def test_a_call_is_served_by_its_address(start: Callable[..., FastAgiServer]) -> None:
    server = start(answer)
    assert call(server) == b"('hotline', {'city': 'da-nang'}, '0905')"
    assert call(server, HEADER.replace(b"\n", b"\r\n")) == b"('hotline', {'city': 'da-nang'}, '0905')"
    assert server.wait(PATIENCE)


def test_the_first_value_of_a_name_counts(start: Callable[..., FastAgiServer]) -> None:
    injected = HEADER.replace(b"\n\n", b"\nagi_callerid: 113\n\n")
    assert b"'0905'" in call(start(answer), injected)


def test_an_unknown_address_is_closed(start: Callable[..., FastAgiServer]) -> None:
    assert call(start(answer), HEADER.replace(b"hotline", b"admin")) == b""


def test_a_header_without_end_is_closed(start: Callable[..., FastAgiServer]) -> None:
    server = start(answer)
    with connect(server) as line:
        with contextlib.suppress(ConnectionError):
            line.sendall(b"agi_x: " + b"a" * (HEADER_BYTES + 1000))
        assert closed_by_server(line)
    assert call(server)


def test_who_says_nothing_is_closed_after_a_while(start: Callable[..., FastAgiServer]) -> None:
    server = start(answer, header_seconds=0.3)
    with connect(server) as silent, connect(server) as half:
        half.sendall(HEADER[:20])
        assert closed_by_server(silent)
        assert closed_by_server(half)
    wait_for(lambda: answered(server), "a caller is not served")  # who is held up says nothing, too


def test_a_thousand_who_connect_and_close_cost_no_thread(start: Callable[..., FastAgiServer]) -> None:
    server = start(answer, header_seconds=3600.0)
    before = threading.active_count()
    for _ in range(1000):
        connect(server).close()
    assert call(server), "not behind a thousand that are waited for"
    wait_for(lambda: threading.active_count() <= before + 1, "threads are left")


def test_a_crowd_of_half_open_peers_pushes_itself_out_and_not_the_callers(start: Callable[..., FastAgiServer]) -> None:
    server = start(answer)
    crowd = [connect(server) for _ in range(MOST_WAITING + 50)]
    try:
        assert call(server)
        assert closed_by_server(crowd[0]), "the oldest goes first"
    finally:
        for line in crowd:
            line.close()


def test_beyond_the_limit_a_call_is_closed_at_once_for_the_fallback(start: Callable[..., FastAgiServer]) -> None:
    done = threading.Event()

    def busy(request: Request) -> None:
        done.wait(PATIENCE)

    server = start(busy, most_calls=1)
    with connect(server) as first:
        first.sendall(HEADER)
        wait_for(lambda: server.calls == 1, "the first call is not served")
        assert call(server) == b""
        assert not server.wait(0.05)
        done.set()
        assert closed_by_server(first)
    assert server.wait(PATIENCE)


def test_a_handler_that_fails_ends_its_call_alone(start: Callable[..., FastAgiServer]) -> None:
    def fail(request: Request) -> None:
        raise ZeroDivisionError

    server = start(fail)
    assert call(server) == b""
    assert call(server) == b""
    wait_for(lambda: server.calls == 0, "calls are left")


def test_a_taken_port_is_an_error(start: Callable[..., FastAgiServer]) -> None:
    server = start(answer)
    with pytest.raises(OSError, match="in use"):
        FastAgiServer({}, port=server.port)
