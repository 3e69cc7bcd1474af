"""A citizen's telephone in asyncio: SIP over UDP, A-law speech, RFC 4733 keys. Calls loopback systems for scenarios.

It knows just enough SIP to call one peer without authentication and to hang up; it is no softphone. What it says is
sent by a process of its own (:mod:`ivr.simulator.voices`), and it knows how late it was.
"""

import asyncio
import contextlib
import re
import secrets
import socket
import struct
import time
from collections.abc import Callable, Coroutine
from typing import Any

from ivr.errors import TongdaiError
from ivr.phone import KEYPAD
from ivr.simulator.ear import Ear
from ivr.simulator.lateness import Lateness
from ivr.simulator.rtp_sender import AUDIO, EVENT
from ivr.simulator.voices import Voice, open_voice
from ivr.words import tr

RETRIES = (0.5, 1.0, 2.0, 4.0)
"""Seconds to wait for an answer before a request is sent again."""
QUIET = 1.0
"""Seconds without sound after which a prompt is over."""
NO_SOUND = 5.0
"""Seconds after which a prompt that should be heard is taken for one without sound."""
_SO_TIMESTAMPNS = 35
"""Linux notes when each datagram arrived, for a late reader; Python has no name for it."""


class CallRefused(TongdaiError):
    """The system called did not take the call."""


class SipCall:
    """One call, from the address it calls: a system on this machine.

    ``dial`` first; then ``press``, ``speak`` and ``hang_up``; ``ended`` is set when the call is over. Moments are
    monotonic seconds. What is done with ``meant`` (now, if not given) must follow within
    :data:`ivr.simulator.lateness.LATE`, else :attr:`late` says by how much it did not; that is whole once the call is
    closed.
    """

    def __init__(self, *, host: str, port: int, called: str, number: str, name: str, keep_audio: bool = False) -> None:
        self.ended = asyncio.Event()
        self.ear = Ear(keep_audio=keep_audio)
        self.late = Lateness()
        """How late this caller was, by its own clock."""
        self._peer = (host, port)
        self._called, self._number, self._name = called, number, name
        self._answer: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        self._call_id, self._tag, self._sequence = secrets.token_hex(12), secrets.token_hex(6), 1
        self._remote = ""
        self._contact = f"sip:{called}@{host}:{port}"
        self._signal: asyncio.DatagramTransport | None = None
        self._media: socket.socket | None = None
        self._voice: Voice | None = None

    async def dial(self) -> None:
        """Call and return once answered; :class:`CallRefused` else."""
        loop = asyncio.get_running_loop()
        media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        media.setblocking(False)
        media.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        media.bind((self._peer[0], 0))
        self._media, self._voice = media, open_voice(media)
        loop.add_reader(media, self._read_media, media)
        self._signal, _ = await loop.create_datagram_endpoint(lambda: _Feed(self._on_sip), (self._peer[0], 0))
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
        self._send(self._request("ACK", self._contact))
        self._voice.start(address[1] if address else self._peer[0], int(port[1]) if port else 0)

    async def press(self, keys: str, *, meant: float | None = None) -> float:
        """Press keys one after another; returns when they are sent, or the call is over. When the last one ended."""
        events = [KEYPAD.index(key) for key in keys]
        return await self._unless_ended(self._spoken_by().press(events, _or_now(meant)))

    async def speak(self, alaw: bytes, *, meant: float | None = None) -> float:
        """Speak; returns when all is spoken, or the call is over. When that was."""
        return await self._unless_ended(self._spoken_by().speak(alaw, _or_now(meant)))

    @property
    def speaking_since(self) -> float | None:
        """When the latest speech began."""
        return self._voice.speaking_since if self._voice is not None else None

    async def first_sound(self, since: float) -> float:
        """When the first sound after a moment arrived (kernel's clock); now, if none comes in :data:`NO_SOUND` s."""
        until = time.monotonic() + NO_SOUND
        while not self.ended.is_set() and time.monotonic() < until:
            came = self.ear.first_after(since)
            if came is not None:
                return came
            await asyncio.sleep(0.02)
        return time.monotonic()

    async def listen(self, seconds: float, since: float | None = None) -> float:
        """Hear so much sound from a moment on (now), or until none has come for :data:`QUIET` s; when that was."""
        begun = _or_now(since)
        while not self.ended.is_set():
            heard = self.ear.heard_by(seconds, begun)
            if heard is not None:
                return heard
            if time.monotonic() - max(begun, self.ear.latest or begun) > QUIET:
                break
            await asyncio.sleep(0.02)
        return time.monotonic()

    def fall_silent(self) -> None:
        """Stop speaking."""
        self._spoken_by().fall_silent()

    async def hang_up(self, *, meant: float | None = None) -> None:
        """Hang up, if the other side has not."""
        if not self.ended.is_set() and self._remote:
            self.late.note(time.monotonic() - _or_now(meant), tr("gác máy trễ", "the caller hung up late by"))
            self._sequence += 1
            self._answer = asyncio.get_running_loop().create_future()
            with contextlib.suppress(CallRefused):
                await self._ask(self._request("BYE", self._contact))
        self._end()

    async def close(self) -> None:
        """Hang up and let go of the sockets."""
        await self.hang_up()
        if self._voice is not None:
            await self._voice.close(self.late)
        if self._signal is not None:
            self._signal.close()
        if self._media is not None:
            asyncio.get_running_loop().remove_reader(self._media)
            self._media.close()

    def _end(self) -> None:
        """The call is over: nothing more is sent, for the peer's port may be another call's by now."""
        self.ended.set()
        if self._voice is not None:
            self._voice.stop()

    def _spoken_by(self) -> Voice:
        if self._voice is None:
            raise RuntimeError("not dialled yet")
        return self._voice

    async def _unless_ended(self, action: Coroutine[Any, Any, float]) -> float:
        """Wait for ``action``, or for the call's end; a cancelled wait leaves nothing running."""
        doing, over = asyncio.create_task(action), asyncio.create_task(self.ended.wait())
        try:
            await asyncio.wait({doing, over}, return_when=asyncio.FIRST_COMPLETED)
            return doing.result() if doing.done() else time.monotonic()
        finally:
            doing.cancel()
            over.cancel()

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
                self._end()
        elif int(status[1]) >= 200:
            if _header(text, "CSeq").endswith("INVITE") and self._remote:
                self._send(self._request("ACK", self._contact))  # our first one was lost
            if not self._answer.done():
                self._answer.set_result((int(status[1]), text))

    def _read_media(self, media: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                data, extras, _, _ = media.recvmsg(2048, 64)
                self._on_rtp(data, _arrival(extras))

    def _on_rtp(self, data: bytes, came: float) -> None:
        if len(data) > 12 and data[1] & 0x7F == AUDIO:
            self.ear.take(data[12:], came)

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
        if self._media is None:
            raise RuntimeError("not dialled yet")
        host, port = self._media.getsockname()
        lines = [
            "v=0",
            f"o=citizen 1 1 IN IP4 {host}",
            "s=-",
            f"c=IN IP4 {host}",
            "t=0 0",
            f"m=audio {port} RTP/AVP {AUDIO} {EVENT}",
            f"a=rtpmap:{AUDIO} PCMA/8000",
            f"a=rtpmap:{EVENT} telephone-event/8000",
            f"a=fmtp:{EVENT} 0-15",
            "a=ptime:20",
            "",
        ]
        return "\r\n".join(lines)


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


def _or_now(moment: float | None) -> float:
    return time.monotonic() if moment is None else moment


def _arrival(extras: list[tuple[int, int, bytes]]) -> float:
    """When a datagram arrived, in monotonic seconds: the kernel's timestamp, else now."""
    now = time.monotonic()
    for level, kind, value in extras:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("qq", value)
            return now - max(0.0, time.time() - float(seconds) - float(nanoseconds) / 1e9)
    return now


def _address(transport: asyncio.DatagramTransport | None) -> tuple[str, int]:
    if transport is None:
        raise RuntimeError("not dialled yet")
    host, port = transport.get_extra_info("sockname")[:2]
    return str(host), int(port)
