"""What carriers send, on a real Asterisk: numbers in every spelling, OPTIONS, offers, callers who hide themselves.

No server of ours listens, so that each call goes to the fallback at once, which writes down who called and what was
dialled.
"""

import json
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from ivr.model.numbers import normalise
from ivr.testing.asterisk import PATIENCE, RunningAsterisk, wait_for

pytestmark = pytest.mark.asterisk

CITIZEN = "+84905100501"


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
        self, method: str, user: str, *, caller: str = "sip:ping@carrier.example", more: str = "", sdp: str = ""
    ) -> str:
        """The final answer to a request; one that opened a dialogue is acknowledged."""
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
            if answer.startswith("SIP/2.0 200"):
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
def _trunk(asterisk: RunningAsterisk) -> Iterator[Trunk]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(PATIENCE)
        spool = asterisk.settings.spool
        yield Trunk(asterisk=asterisk, line=line, seen={path.name for path in spool.glob("fallback-*.json")})


@pytest.fixture
def trunk(asterisk: RunningAsterisk) -> Iterator[Trunk]:
    with _trunk(asterisk) as made:
        yield made


def offer(profile: str = "RTP/AVP") -> str:
    return (
        "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n"
        f"m=audio 59998 {profile} 8 101\na=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\n"
    )


def invite(
    trunk: Trunk,
    user: str = "1022",
    *,
    caller: str = f"sip:{CITIZEN}@carrier.example",
    more: str = "",
    profile: str = "RTP/AVP",
) -> str:
    return trunk.ask("INVITE", user, caller=caller, more=more, sdp=offer(profile)).splitlines()[0]


def test_a_trunk_that_asks_whether_we_live_gets_200_whatever_user_it_names(trunk: Trunk) -> None:
    for user in ("", "1022", "ping", "asterisk", "0236", "+842361022"):
        assert trunk.ask("OPTIONS", user).startswith("SIP/2.0 200"), user


def test_every_spelling_of_an_own_number_reaches_its_city(trunk: Trunk) -> None:
    for dialled in (
        "02251022",
        "+842251022",
        "+8402251022",
        "00842251022",
        "2251022;phone-context=+84",
        "02251022;user=phone",
    ):
        assert invite(trunk, dialled) == "SIP/2.0 200 OK", dialled
        assert trunk.written["city"] == "hai-phong", dialled


def test_a_number_that_is_not_ours_is_answered_and_logged(trunk: Trunk) -> None:
    for dialled in ("0299123456", "tongdai"):
        assert invite(trunk, dialled) == "SIP/2.0 200 OK"
        assert trunk.written["city"] == trunk.asterisk.settings.city
    log = trunk.asterisk.settings.logs / "asterisk" / "messages"
    for dialled in ("0299123456", "tongdai"):
        wait_for(partial(_says, log, f'unknown number "{dialled}"'), "the log says nothing")


def _says(log: Path, words: str) -> bool:
    return words in log.read_text()


def test_one_caller_has_one_number_in_every_spelling(trunk: Trunk) -> None:
    digits = CITIZEN.removeprefix("+84")
    for user in (
        f"+84{digits}",
        f"0{digits};cpc=ordinary",
        f"+84{digits};phone-context=+84",
        f"+840{digits}",
        f"84{digits}",
    ):
        assert invite(trunk, caller=f"sip:{user}@carrier.example;user=phone") == "SIP/2.0 200 OK", user
        assert normalise(trunk.written["caller"]) == CITIZEN, user
    identity = f"P-Asserted-Identity: <sip:+84{digits}@ims.example;user=phone>\r\n"
    assert invite(trunk, caller="sip:Unavailable@carrier.example", more=identity) == "SIP/2.0 200 OK"
    assert normalise(trunk.written["caller"]) == CITIZEN


def test_a_caller_who_withholds_the_number_has_none(trunk: Trunk) -> None:
    hidden = f"P-Asserted-Identity: <sip:{CITIZEN}@ims.example>\r\nPrivacy: id\r\n"
    assert invite(trunk, caller="sip:anonymous@anonymous.invalid", more=hidden) == "SIP/2.0 200 OK"
    assert trunk.written["caller"] == ""


def test_an_offer_of_avpf_is_served(trunk: Trunk) -> None:
    answer = trunk.ask("INVITE", "1022", caller=f"sip:{CITIZEN}@carrier.example", sdp=offer("RTP/AVPF"))
    assert answer.startswith("SIP/2.0 200")
    assert "m=audio" in answer
    assert "RTP/AVPF 8" in answer


def test_an_offer_of_encryption_is_answered_with_encryption(trunk: Trunk) -> None:
    crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw\n"
    answer = trunk.ask("INVITE", "1022", caller=f"sip:{CITIZEN}@carrier.example", sdp=offer("RTP/SAVP") + crypto)
    assert answer.startswith("SIP/2.0 200")
    assert "RTP/SAVP 8" in answer
    assert "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" in answer


def test_a_plain_offer_is_answered_plainly(trunk: Trunk) -> None:
    answer = trunk.ask("INVITE", "1022", caller=f"sip:{CITIZEN}@carrier.example", sdp=offer())
    assert answer.startswith("SIP/2.0 200")
    assert "RTP/AVP 8" in answer
    assert "crypto" not in answer
