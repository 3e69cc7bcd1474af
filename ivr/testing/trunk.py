"""A carrier's side of SIP over UDP, message by message: for tests of who is answered and how.

Imported by tests alone.
"""

import json
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ivr.testing.asterisk import PATIENCE, RunningAsterisk, wait_for


@dataclass(kw_only=True)
class Trunk:
    """A carrier's side of SIP over UDP, one dialogue at a time."""

    asterisk: RunningAsterisk
    line: socket.socket
    seen: set[str] = field(default_factory=set)

    @property
    def here(self) -> str:
        address, port = self.line.getsockname()
        return f"{address}:{port}"

    @property
    def there(self) -> str:
        return f"127.0.0.1:{self.asterisk.settings.sip_port}"

    def ask(
        self,
        method: str,
        user: str,
        *,
        caller: str = "sip:ping@carrier.example",
        more: str = "",
        sdp: str = "",
        stays: bool = False,
    ) -> str:
        """The final answer to a request; a call is hung up after the fallback wrote it down, unless it ``stays``."""
        uri = f"sip:{user}@{self.there}" if user else f"sip:{self.there}"
        call, tag = secrets.token_hex(8), secrets.token_hex(4)
        head = f"From: <{caller}>;tag={tag}\r\nCall-ID: {call}\r\nMax-Forwards: 70\r\nContact: <sip:x@{self.here}>\r\n"
        self._send(f"{method} {uri} SIP/2.0", f"{head}To: <{uri}>\r\nCSeq: 1 {method}\r\n{more}", sdp)
        while (answer := self._answer_of(call)).startswith("SIP/2.0 1"):
            pass
        if method == "INVITE":
            to = re.search(r"^To: .*$", answer, re.M | re.I)
            assert to is not None
            self._send(f"ACK {uri} SIP/2.0", f"{head}{to[0].strip()}\r\nCSeq: 1 ACK\r\n")
            if answer.startswith("SIP/2.0 200") and not stays:
                self.written = self._fallback()
                self._send(f"BYE {uri} SIP/2.0", f"{head}{to[0].strip()}\r\nCSeq: 2 BYE\r\n")
                assert self._answer_of(call).startswith("SIP/2.0 200")
        return answer

    written: dict[str, str] = field(default_factory=dict)
    """What the fallback wrote about the last call."""

    def _send(self, first: str, head: str, sdp: str = "") -> None:
        body = sdp.replace("\n", "\r\n")
        kind = "Content-Type: application/sdp\r\n" if body else ""
        via = f"Via: SIP/2.0/UDP {self.here};rport;branch=z9hG4bK{secrets.token_hex(8)}\r\n"
        text = f"{first}\r\n{via}{head}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        self.line.sendto(text.encode(), ("127.0.0.1", self.asterisk.settings.sip_port))

    def _answer_of(self, call: str) -> str:
        while True:
            text = self.line.recv(65536).decode()
            if call in text and text.startswith("SIP/2.0 "):
                return text

    def _fallback(self) -> dict[str, str]:
        """What the dialplan writes in one go, once it has written it."""
        wait_for(self._new, "no fallback")
        (name,) = self._new()
        self.seen.add(name)
        values: dict[str, str] = json.loads((self.asterisk.settings.spool / name).read_text())
        return values

    def _new(self) -> set[str]:
        written = set(self.asterisk.settings.spool.glob("fallback-*.json"))
        return {path.name for path in written if path.name not in self.seen and path.read_text().rstrip().endswith("}")}


@contextmanager
def trunk_of(asterisk: RunningAsterisk) -> Iterator[Trunk]:
    """A trunk of its own port; it ends with the block."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(PATIENCE)
        spool = asterisk.settings.spool
        yield Trunk(asterisk=asterisk, line=line, seen={path.name for path in spool.glob("fallback-*.json")})


def offer(profile: str = "RTP/AVP") -> str:
    """What a telephone offers: A-law and key events."""
    return (
        "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n"
        f"m=audio 59998 {profile} 8 101\na=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\n"
    )
