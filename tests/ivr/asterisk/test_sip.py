"""SIP as it is on the wire: a softphone registers from the trunk's own address, a stranger gets nowhere."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.asterisk import find_asterisk, load_logins
from ivr.testing import need
from ivr.testing.asterisk import PATIENCE, private_settings, running_asterisk
from ivr.testing.sip_digest import authorization

pytestmark = pytest.mark.asterisk


class Sip:
    """One UDP socket that sends requests and reads final answers."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", port))
        self.here = self.socket.getsockname()[1]
        self.count = 0

    def ask(self, method: str, uri: str, user: str, *headers: str) -> str:
        self.count += 1
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.here};branch=z9hG4bK{self.here}{self.count};rport",
            f"From: <sip:{user}@127.0.0.1>;tag={self.here}",
            f"To: <sip:{user}@127.0.0.1>",
            f"Call-ID: {self.here}-{user}@127.0.0.1",
            f"CSeq: {self.count} {method}",
            f"Contact: <sip:{user}@127.0.0.1:{self.here}>",
            "Max-Forwards: 70",
            *headers,
            "Content-Length: 0",
        ]
        self.socket.send(("\r\n".join(lines) + "\r\n\r\n").encode())
        while True:
            answer = self.socket.recv(8000).decode()
            if re.match(r"SIP/2\.0 [2-6]", answer):  # neither provisional nor Asterisk's own OPTIONS to us
                return answer

    def register(self, user: str, password: str) -> str:
        uri = "sip:127.0.0.1"
        challenge = self.ask("REGISTER", uri, user)
        assert challenge.startswith("SIP/2.0 401"), challenge
        return self.ask("REGISTER", uri, user, authorization(challenge, "REGISTER", uri, user, password))


@pytest.fixture
def line() -> Iterator[list[Sip]]:
    lines: list[Sip] = []
    yield lines
    for each in lines:
        each.socket.close()


def test_a_softphone_registers_from_the_trunks_own_address(home: Path, line: list[Sip]) -> None:
    settings = private_settings(home)
    need(find_asterisk(settings), "no Asterisk ≥ 18: run `make asterisk`")
    password = load_logins(settings).softphones["101"]
    with running_asterisk(settings) as asterisk:
        line.append(Sip(settings.sip_port))
        assert line[0].register("101", "wrong").startswith("SIP/2.0 401")
        assert line[0].register("101", password).startswith("SIP/2.0 200")
        assert f"101/sip:101@127.0.0.1:{line[0].here}" in asterisk.ask("pjsip show contacts")


def test_a_stranger_is_challenged_and_never_reaches_the_dialplan(home: Path, line: list[Sip]) -> None:
    settings = private_settings(home, trunk_addresses="")
    need(find_asterisk(settings), "no Asterisk ≥ 18: run `make asterisk`")
    with running_asterisk(settings) as asterisk:
        line.append(Sip(settings.sip_port))
        for user in ("0905123456", "anonymous", "100"):
            answer = line[0].ask("INVITE", f"sip:1022@127.0.0.1:{settings.sip_port}", user)
            assert answer.startswith("SIP/2.0 401"), answer
        assert "0 calls processed" in asterisk.ask("core show channels")
