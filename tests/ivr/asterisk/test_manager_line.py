"""One line to the manager interface: blocks in whatever pieces they come, and every end of it is an error."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ivr.asterisk.manager_line import ManagerLine


@contextmanager
def talking(*pieces: bytes, ends: bool = False) -> Iterator[ManagerLine]:
    """A line on which these bytes come one after another."""
    near, far = socket.socketpair()
    with near, far:
        near.settimeout(0.3)
        for piece in pieces:
            far.sendall(piece)
        if ends:
            far.shutdown(socket.SHUT_WR)
        yield ManagerLine(near)


def test_blocks_come_whole_whatever_the_pieces() -> None:
    with talking(b"Event: A\r\nX: 1\r", b"\n\r\nEvent: B\r\n\r\nEvent", b": C\r\n\r\n") as line:
        assert [line.next_block() for _ in range(3)] == ["Event: A\r\nX: 1", "Event: B", "Event: C"]


def test_half_a_block_is_kept_while_nothing_comes() -> None:
    near, far = socket.socketpair()
    with near, far:
        line = ManagerLine(near)
        line.wait_at_most(0.05)
        far.sendall(b"Event: A\r\n")
        with pytest.raises(TimeoutError):
            line.next_block()
        far.sendall(b"\r\n")
        assert line.next_block() == "Event: A"


def test_a_line_that_is_closed_is_an_error() -> None:
    with talking(b"Event: A\r\n\r\nEvent", ends=True) as line:
        assert line.next_block() == "Event: A"
        with pytest.raises(ConnectionError, match="hung up"):
            line.next_block()


def test_an_event_without_an_end_is_not_kept_for_ever() -> None:
    near, far = socket.socketpair()
    with near, far:
        near.settimeout(5)
        far.sendall(bytes(70_000))
        with pytest.raises(ValueError, match="without an end"):
            ManagerLine(near).next_block()


@pytest.mark.parametrize("answer", [b"Response: Error\r\nMessage: Permission denied\r\n\r\n", b"Event: A\r\n\r\n"])
def test_a_refusal_is_said_in_its_own_words(answer: bytes) -> None:
    with talking(answer) as line, pytest.raises(ValueError, match=r"Permission denied|Event: A"):
        line.ask({"Action": "Ping"})


def test_a_value_that_would_begin_another_line_is_never_sent() -> None:
    with talking() as line, pytest.raises(ValueError, match="line break"):
        line.ask({"Action": "PlayDTMF", "Channel": "x\r\nAction: Hangup"})
