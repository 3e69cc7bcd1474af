"""What a caller hears, and when it came: the kernel's word counts, however late it is read."""

import asyncio
import socket
import time

from ivr.simulator.rtp_sender import AUDIO
from ivr.simulator.sip import SipCall
from ivr.testing.asterisk import PATIENCE

PACKET = bytes((0x80, AUDIO)) + bytes(10) + b"\xd5" * 160
LOOKS_LATE = 0.5


def made() -> SipCall:
    return SipCall(host="127.0.0.1", port=9, called="1022", number="", name="")


def test_sound_is_dated_by_its_coming_not_by_its_reading() -> None:
    """The loop stands still while the packet lies in the socket: the caller is late, not the sound."""

    async def live() -> tuple[float, float]:
        call = made()
        dialling = asyncio.create_task(call.dial())
        while call._media is None:  # noqa: ASYNC110  # set by the task
            await asyncio.sleep(0.01)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.sendto(PACKET, call._media.getsockname())
            sent = time.monotonic()
        time.sleep(LOOKS_LATE)  # noqa: ASYNC251  # the loop stands still
        came = await asyncio.wait_for(call.first_sound(0), PATIENCE)
        dialling.cancel()
        await asyncio.gather(dialling, return_exceptions=True)
        await call.close()
        return came, sent

    came, sent = asyncio.run(live())
    assert came < sent + LOOKS_LATE / 2


def test_a_prompt_is_answered_from_its_own_first_sound() -> None:
    async def live() -> float:
        call = made()
        for came in (1.0, 2.0, 3.0):
            call.ear.take(PACKET[12:], came)
        return await call.first_sound(1.5)

    assert asyncio.run(live()) == 2.0


def test_after_the_call_no_sound_is_waited_for() -> None:
    async def live() -> float:
        call = made()
        call.ended.set()
        return await call.first_sound(0)

    before = time.monotonic()
    assert before <= asyncio.run(live()) <= time.monotonic()
