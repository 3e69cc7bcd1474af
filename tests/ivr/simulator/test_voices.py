"""The process that sends the sound: what reaches a peer over the loopback address, and what its callers learn."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise

import pytest

from ivr.simulator.lateness import Lateness
from ivr.simulator.rtp_sender import FRAME, SILENCE
from ivr.simulator.voices import SenderEnded, Voice, open_voice
from ivr.testing.asterisk import PATIENCE

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def peer() -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(PATIENCE)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
        yield line


@pytest.fixture
def media() -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as line:
        line.bind(("127.0.0.1", 0))
        yield line


def received(peer: socket.socket) -> list[bytes]:
    """What has come, in its order: kind and body of each packet."""
    peer.setblocking(False)
    found = []
    while True:
        try:
            found.append(peer.recv(2000))
        except BlockingIOError:
            return found


async def begin(media: socket.socket, peer: socket.socket) -> Voice:
    voice = open_voice(media)
    voice.start(*peer.getsockname())
    return voice


def test_speech_and_keys_reach_the_peer_in_their_order(peer: socket.socket, media: socket.socket) -> None:
    speech = os.urandom(FRAME * 250)  # more than one message

    async def live() -> tuple[float, float, Lateness, float | None]:
        voice, late = await begin(media, peer), Lateness()
        try:
            said = await voice.speak(speech, time.monotonic())
            pressed = await voice.press([1, 11], time.monotonic())
        finally:
            await voice.close(late)
        return said, pressed, late, voice.speaking_since

    said, pressed, late, since = asyncio.run(live())
    packets = received(peer)
    sound = b"".join(packet[12:] for packet in packets if packet[1] & 0x7F == 8)
    assert speech in sound
    assert [packet[12] for packet in packets if packet[1] & 0x80] == [1, 11], "the marker begins each key"
    numbers = [int.from_bytes(packet[2:4], "big") for packet in packets]
    assert {(after - before) % 65536 for before, after in pairwise(numbers)} == {1}
    assert since is not None
    assert since < said < pressed <= time.monotonic()
    assert late.seconds > 0


def test_two_calls_share_one_process_which_ends_with_the_last(peer: socket.socket, media: socket.socket) -> None:
    async def live() -> None:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other:
            other.bind(("127.0.0.1", 0))
            first, second = await begin(media, peer), await begin(other, peer)
            await first.press([1], time.monotonic())
            await first.close(Lateness())
            await second.press([2], time.monotonic())
            await second.close(Lateness())

    asyncio.run(live())  # no process stays: a fixture of all tests looks
    assert {packet[12] for packet in received(peer) if packet[1] & 0x7F == 101} == {1, 2}


def test_who_falls_silent_has_said_all(peer: socket.socket, media: socket.socket) -> None:
    async def live() -> None:
        voice = await begin(media, peer)
        speaking = asyncio.create_task(voice.speak(bytes(8000 * 600), time.monotonic()))
        while voice.speaking_since is None:  # noqa: ASYNC110  # the sender's message sets it
            await asyncio.sleep(0.01)
        voice.fall_silent()
        await asyncio.wait_for(speaking, PATIENCE)
        await voice.close(Lateness())

    asyncio.run(live())
    assert any(packet[12:] == SILENCE for packet in received(peer))


def test_a_call_that_was_never_answered_is_closed_like_any(media: socket.socket) -> None:
    async def live() -> Lateness:
        late = Lateness()
        await open_voice(media).close(late)
        return late

    assert asyncio.run(live()).seconds == 0


def test_a_sender_that_dies_is_told_to_who_speaks(peer: socket.socket, media: socket.socket) -> None:
    async def live() -> None:
        voice = await begin(media, peer)
        speaking = asyncio.create_task(voice.speak(bytes(8000 * 600), time.monotonic()))
        while voice.speaking_since is None:  # noqa: ASYNC110  # the sender's message sets it
            await asyncio.sleep(0.01)
        os.kill(voice._sender._process.pid, signal.SIGKILL)
        with pytest.raises(SenderEnded):
            await asyncio.wait_for(speaking, PATIENCE)
        with pytest.raises(SenderEnded):
            await voice.close(Lateness())

    asyncio.run(live())
