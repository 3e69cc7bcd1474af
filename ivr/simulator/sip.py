"""A citizen's telephone in asyncio: SIP over UDP, A-law speech, RFC 4733 keys. Calls loopback systems for scenarios.

It knows just enough SIP to call one peer without authentication and to hang up; it is no softphone.
"""

import asyncio
import contextlib
import re
import secrets
import struct
from collections.abc import Callable, Coroutine
from typing import Any

from ivr.errors import TongdaiError
from ivr.phone import KEYPAD
from ivr.words import tr

FRAME = 160
"""Bytes of A-law in 20 ms."""
TICK = 0.02
SILENCE = b"\xd5" * FRAME
KEY_FRAMES, KEY_GAP = 5, 3
"""Frames a key lasts and the pause behind it (100 ms and 60 ms)."""
RETRIES = (0.5, 1.0, 2.0, 4.0)
"""Seconds to wait for an answer before a request is sent again."""
_AUDIO, _EVENT = 8, 101


class CallRefused(TongdaiError):
    """The system called did not take the call."""


class SipCall:
    """One call, from the address it calls: a system on this machine.

    ``dial`` first; then ``press``, ``speak`` and ``hang_up``; ``ended`` is set when the call is over.
    """

    def __init__(self, *, host: str, port: int, called: str, number: str, name: str, keep_audio: bool = False) -> None:
        self.ended = asyncio.Event()
        self.heard = bytearray()
        """A-law received, if ``keep_audio``."""
        self._peer = (host, port)
        self._called, self._number, self._name = called, number, name
        self._keep = keep_audio
        self._answer: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        self._call_id, self._tag, self._sequence = secrets.token_hex(12), secrets.token_hex(6), 1
        self._remote = ""
        self._contact = f"sip:{called}@{host}:{port}"
        self._signal: asyncio.DatagramTransport | None = None
        self._media: asyncio.DatagramTransport | None = None
        self._media_peer = (host, 0)
        self._speech = bytearray()
        self._spoken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._rtp = _Rtp()

    async def dial(self) -> None:
        """Call and return once answered; :class:`CallRefused` else."""
        loop = asyncio.get_running_loop()
        self._signal, _ = await loop.create_datagram_endpoint(lambda: _Feed(self._on_sip), (self._peer[0], 0))
        self._media, _ = await loop.create_datagram_endpoint(lambda: _Feed(self._on_rtp), (self._peer[0], 0))
        invite = self._request("INVITE", self._contact, body=self._offer())
        status, text = await self._ask(invite)
        if status != 200:
            raise CallRefused(
                tr(f"Cuộc gọi tới {self._called} bị từ chối: {status}.", f"Call to {self._called} refused: {status}.")
            )
        self._remote = _header(text, "To")
        contact = re.search(r"<([^>]+)>", _header(text, "Contact"))
        self._contact = contact[1] if contact else self._contact
        port = re.search(r"^m=audio (\d+)", text, re.MULTILINE)
        address = re.search(r"^c=IN IP4 (\S+)", text, re.MULTILINE)
        self._media_peer = (address[1] if address else self._peer[0], int(port[1]) if port else 0)
        self._send(self._request("ACK", self._contact))
        self._tasks.append(asyncio.create_task(self._stream()))

    async def press(self, keys: str) -> None:
        """Press keys one after another; returns when they are sent."""
        for key in keys:
            await self._unless_ended(self._rtp.press(KEYPAD.index(key)))

    async def speak(self, alaw: bytes) -> None:
        """Speak; returns when all is spoken."""
        self._speech += alaw
        self._spoken.clear()
        await self._unless_ended(self._spoken.wait())

    @property
    def unsaid(self) -> float:
        """Seconds of speech that are not sent yet."""
        return len(self._speech) / 8000

    def fall_silent(self) -> None:
        """Stop speaking."""
        self._speech.clear()
        self._spoken.set()

    async def hang_up(self) -> None:
        """Hang up, if the other side has not."""
        if not self.ended.is_set() and self._remote:
            self._sequence += 1
            self._answer = asyncio.get_running_loop().create_future()
            with contextlib.suppress(CallRefused):
                await self._ask(self._request("BYE", self._contact))
        self.ended.set()

    async def close(self) -> None:
        """Hang up and let go of the sockets."""
        await self.hang_up()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for transport in (self._signal, self._media):
            if transport is not None:
                transport.close()

    async def _unless_ended(self, action: Coroutine[Any, Any, object]) -> None:
        """Wait for ``action``, or for the call's end; whoever is told to wait no longer leaves nothing running."""
        waits = {asyncio.create_task(action), asyncio.create_task(self.ended.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()

    async def _stream(self) -> None:
        """One packet every 20 ms, on time over the whole call."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not self.ended.is_set():
            frame = bytes(self._speech[:FRAME])
            if not frame:
                self._spoken.set()
            packet = self._rtp.packet(frame.ljust(FRAME, b"\xd5") if frame else SILENCE)
            if packet.audio:
                del self._speech[:FRAME]
            if self._media is not None:
                for data in packet.data:
                    self._media.sendto(data, self._media_peer)
            due += TICK
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def _ask(self, request: str) -> tuple[int, str]:
        for patience in RETRIES:
            self._send(request)
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(self._answer), patience)
        raise CallRefused(
            tr(
                f"Không ai trả lời SIP ở {self._peer[0]}:{self._peer[1]}. Hệ thống có đang chạy không?",
                f"Nobody answers SIP at {self._peer[0]}:{self._peer[1]}. Is the system running?",
            )
        )

    def _on_sip(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        status = re.match(r"SIP/2\.0 (\d+)", text)
        if status is None:
            if text.startswith("BYE "):
                self._send(_ok(text))
                self.ended.set()
        elif int(status[1]) >= 200:
            if _header(text, "CSeq").endswith("INVITE") and self._remote:
                self._send(self._request("ACK", self._contact))  # our first one was lost
            if not self._answer.done():
                self._answer.set_result((int(status[1]), text))

    def _on_rtp(self, data: bytes) -> None:
        if self._keep and len(data) > 12 and data[1] & 0x7F == _AUDIO:
            self.heard += data[12:]

    def _send(self, text: str) -> None:
        if self._signal is not None:
            self._signal.sendto(text.encode("utf-8", "surrogateescape"), self._peer)

    def _request(self, method: str, uri: str, *, body: str = "") -> str:
        host, port = _address(self._signal)
        who = f"sip:{self._number}@{host}" if self._number else f"sip:{host}"
        name = f'"{_escaped(self._name)}" ' if self._name else ""
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{secrets.token_hex(8)};rport",
            f"From: {name}<{who}>;tag={self._tag}",
            f"To: {self._remote or f'<sip:{self._called}@{self._peer[0]}>'}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._sequence} {method}",
            f"Contact: <sip:citizen@{host}:{port}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body.encode())}",
        ]
        return "\r\n".join([*lines, "", body])

    def _offer(self) -> str:
        host, port = _address(self._media)
        lines = [
            "v=0",
            f"o=citizen 1 1 IN IP4 {host}",
            "s=-",
            f"c=IN IP4 {host}",
            "t=0 0",
            f"m=audio {port} RTP/AVP {_AUDIO} {_EVENT}",
            f"a=rtpmap:{_AUDIO} PCMA/8000",
            f"a=rtpmap:{_EVENT} telephone-event/8000",
            f"a=fmtp:{_EVENT} 0-15",
            "a=ptime:20",
            "",
        ]
        return "\r\n".join(lines)


class _Packet:
    """What one tick sends, and whether it carries speech."""

    def __init__(self, data: list[bytes], *, audio: bool) -> None:
        self.data, self.audio = data, audio


class _Rtp:
    """Numbers packets and puts keys in the place of speech, as RFC 4733 asks: one timestamp a key, its end thrice."""

    def __init__(self) -> None:
        self._source = secrets.randbits(32)
        self._number = secrets.randbits(15)
        self._time = secrets.randbits(31)
        self._keys: list[tuple[int, asyncio.Event]] = []
        self._frame = 0
        self._key_time = 0

    async def press(self, event: int) -> None:
        done = asyncio.Event()
        self._keys.append((event, done))
        await done.wait()

    def packet(self, audio: bytes) -> _Packet:
        """The packets of one tick: those of the key under way, else ``audio``."""
        self._time = (self._time + FRAME) & 0xFFFFFFFF
        if not self._keys:
            return _Packet([self._rtp(_AUDIO, self._time) + audio], audio=True)
        event, done = self._keys[0]
        if self._frame == 0:
            self._key_time = self._time
        self._frame += 1
        if self._frame <= KEY_FRAMES:
            last = self._frame == KEY_FRAMES
            body = struct.pack("!BBH", event, 10 | 0x80 * last, self._frame * FRAME)
            first = self._frame == 1
            return _Packet(
                [self._rtp(_EVENT, self._key_time, mark=first) + body for _ in range(3 if last else 1)], audio=False
            )
        if self._frame == KEY_FRAMES + KEY_GAP:
            self._keys.pop(0)
            self._frame = 0
            done.set()
        return _Packet([self._rtp(_AUDIO, self._time) + SILENCE], audio=False)

    def _rtp(self, kind: int, time: int, *, mark: bool = False) -> bytes:
        self._number = (self._number + 1) & 0xFFFF
        return struct.pack("!BBHII", 0x80, kind | 0x80 * mark, self._number, time, self._source)


class _Feed(asyncio.DatagramProtocol):
    """Hands datagrams to a function."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._take(data)


def _header(text: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.*?)\r?$", text, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def _ok(request: str) -> str:
    """The answer to a request of the other side."""
    vias = re.findall(r"^Via:.*?\r?$", request, re.MULTILINE | re.IGNORECASE)
    kept = [f"{name}: {_header(request, name)}" for name in ("From", "To", "Call-ID", "CSeq")]
    return "\r\n".join(["SIP/2.0 200 OK", *(via.strip() for via in vias), *kept, "Content-Length: 0", "", ""])


def _escaped(name: str) -> str:
    """A display name inside quotes; a line break would end the header, so hostile names carry other signs."""
    return re.sub(r"[\r\n\0]", " ", name).replace("\\", "\\\\").replace('"', '\\"')


def _address(transport: asyncio.DatagramTransport | None) -> tuple[str, int]:
    if transport is None:
        raise RuntimeError("not dialled yet")
    host, port = transport.get_extra_info("sockname")[:2]
    return str(host), int(port)
