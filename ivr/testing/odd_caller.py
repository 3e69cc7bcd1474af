"""A telephone whose stream does what gateways do: falls silent without a packet, changes its source, is put on hold.

Sends only while one of its methods runs, on the thread that calls it. Imported by tests alone.
"""

import random
import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ivr.phone import KEYPAD

HOST = "127.0.0.1"
FRAME = 160
"""Bytes of A-law in 20 ms."""
QUIET = b"\xd5" * FRAME
PATIENCE = 30.0
_KEY_FRAMES = 8


class OddCaller:
    """One call to a system on this machine; every sending method lasts as long as what it sends."""

    def __init__(self, *, port: int, called: str = "1022", number: str = "0905123456", key_events: bool = True) -> None:
        self._sip, self._rtp = _socket(), _socket()
        self._target = f"sip:{called}@{HOST}:{port}"
        self._peer = (HOST, port)
        self._number, self._key_events = number, key_events
        self._to = f"<{self._target}>"
        self._sequence = self._version = 0
        self._media = (HOST, 0)
        self._source, self._seq, self._stamp = 1, 30_000, 1_000_000_000
        self.codecs = "8"
        """Payload numbers that its next offer names beside key events."""

    def dial(self) -> None:
        """Return once answered."""
        answer = self._offer("sendrecv")
        to = re.search(r"^To:\s*(.*?)\r$", answer, re.MULTILINE | re.IGNORECASE)
        assert to is not None
        self._to = to[1]
        self._acknowledge()

    def speak(self, alaw: bytes) -> None:
        """Send sound, 20 ms at a time."""
        for at in range(0, len(alaw), FRAME):
            self._packet(alaw[at : at + FRAME].ljust(FRAME, b"\xd5"), 8)
            self._stamp += FRAME

    def be_quiet(self, seconds: float) -> None:
        """Send silence."""
        self.speak(QUIET * round(seconds / 0.02))

    def send_nothing(self, seconds: float) -> None:
        """Send no packet, as with silence suppression; the stream's clock goes on."""
        time.sleep(seconds)
        self._stamp += round(seconds * 8000)

    def comfort_noise(self, seconds: float) -> None:
        """Send only what a receiver may make its own noise of, ten times a second (RFC 3389)."""
        for _ in range(round(seconds * 10)):
            self._packet(b"\x40", 13, lasts=0.1)
            self._stamp += 800

    def press(self, key: str) -> None:
        """Send a key as an event (RFC 4733)."""
        code, begin = KEYPAD.index(key), self._stamp
        for number in range(1, _KEY_FRAMES + 4):
            ended = number > _KEY_FRAMES
            body = struct.pack("!BBH", code, 0x80 * ended | 10, FRAME * min(number, _KEY_FRAMES))
            self._packet(body, 101, stamp=begin)
        self._stamp += FRAME * (_KEY_FRAMES + 3)

    def change_source(self, *, number: int = 5, stamp: int = 1_000) -> None:
        """Go on as another stream, whose numbers may lie behind those of the first."""
        self._source, self._seq, self._stamp = random.getrandbits(32), number, stamp

    def renegotiate(self, direction: str = "sendrecv", *, key_events: bool | None = None) -> None:
        """Offer the sound anew: ``sendonly`` and ``inactive`` put the other side on hold."""
        if key_events is not None:
            self._key_events = key_events
        self._offer(direction)
        self._acknowledge()

    def hang_up(self) -> None:
        """The call is over."""
        self._sequence += 1
        self._send("BYE", self._sequence)
        for each in (self._sip, self._rtp):
            each.close()

    def _offer(self, direction: str) -> str:
        self._sequence += 1
        self._version += 1
        events = " 101" if self._key_events else ""
        lines = [
            "v=0",
            f"o=odd 1 {self._version} IN IP4 {HOST}",
            "s=-",
            f"c=IN IP4 {HOST}",
            "t=0 0",
            f"m=audio {self._rtp.getsockname()[1]} RTP/AVP {self.codecs}{events}",
            *(["a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"] if self._key_events else []),
            f"a={direction}",
            "",
        ]
        self._send("INVITE", self._sequence, "\r\n".join(lines))
        answer = self._answer(f"{self._sequence} INVITE")
        port = re.search(r"^m=audio (\d+)", answer, re.MULTILINE)
        assert answer.startswith("SIP/2.0 200"), answer
        assert port is not None, answer
        self._media = (HOST, int(port[1]))
        return answer

    def _acknowledge(self) -> None:
        self._send("ACK", self._sequence)

    def _answer(self, sequence: str) -> str:
        while True:
            text = self._sip.recv(65535).decode("utf-8", "replace")
            if re.match(r"SIP/2\.0 [2-6]\d\d", text) and re.search(rf"^CSeq:\s*{sequence}", text, re.MULTILINE):
                return text

    def _send(self, method: str, sequence: int, body: str = "") -> None:
        local = self._sip.getsockname()[1]
        lines = [
            f"{method} {self._target} SIP/2.0",
            f"Via: SIP/2.0/UDP {HOST}:{local};branch=z9hG4bK{random.getrandbits(48):x};rport",
            f"From: <sip:{self._number}@{HOST}>;tag=odd",
            f"To: {self._to}",
            f"Call-ID: odd-{local}",
            f"CSeq: {sequence} {method}",
            f"Contact: <sip:odd@{HOST}:{local}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._sip.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), self._peer)

    def _packet(self, body: bytes, kind: int, *, stamp: int | None = None, lasts: float = 0.02) -> None:
        self._seq = (self._seq + 1) & 0xFFFF
        moment = (self._stamp if stamp is None else stamp) & 0xFFFFFFFF
        self._rtp.sendto(struct.pack("!BBHII", 0x80, kind, self._seq, moment, self._source) + body, self._media)
        time.sleep(lasts)


@contextmanager
def odd_call(**given: object) -> Iterator[OddCaller]:
    """A call that is answered; it ends with the block."""
    caller = OddCaller(**given)  # type: ignore[arg-type]  # the names are its own
    caller.dial()
    try:
        yield caller
    finally:
        caller.hang_up()


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((HOST, 0))
    made.settimeout(PATIENCE)
    return made
