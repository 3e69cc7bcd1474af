"""A stream brings a message in pieces: who takes the first piece for the whole fails on a busy machine."""

import socket
from collections.abc import Iterator

import pytest

from ivr.testing.asterisk import PATIENCE
from ivr.testing.wire import read_message


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    with ours, theirs:
        yield ours, theirs


def test_a_message_in_pieces_is_read_to_its_end(line: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = line
    theirs.sendall(b"agi_network: yes\nagi_")
    theirs.sendall(b"request: x\n")
    theirs.sendall(b"\n")
    assert read_message(ours, b"\n\n") == b"agi_network: yes\nagi_request: x\n\n"


def test_without_an_end_it_is_read_until_the_peer_closes(line: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = line
    theirs.sendall(b"x" * 10_000)
    theirs.shutdown(socket.SHUT_WR)
    assert read_message(ours) == b"x" * 10_000


def test_half_a_message_is_none(line: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = line
    theirs.sendall(b"agi_network: yes\n")
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(AssertionError, match="closed before"):
        read_message(ours, b"\n\n")
