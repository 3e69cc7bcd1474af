"""Which lines have fallen silent: only Asterisk's own whole events are believed, a lost connection tells nothing."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.asterisk import silences
from ivr.asterisk.silences import Silences
from ivr.settings import Settings
from ivr.testing.asterisk import PATIENCE, private_settings, wait_for

CHANNEL = "PJSIP/trunk-00000001"


def event(name: str, channel: str = CHANNEL, number: str = "0905123456") -> bytes:
    lines = [
        f"Event: {name}", "Privilege: call,all", f"Channel: {channel}", "ChannelState: 6", f"CallerIDNum: {number}",
        "CallerIDName: x", "Context: tongdai-hotline", "Exten: 1022", "Priority: 9", "Uniqueid: 1.1", "Linkedid: 1.1",
        "Duration: 4300",
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return private_settings(tmp_path)


@pytest.fixture
def heard(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Silences]:
    monkeypatch.setattr(silences, "_RETRY", 0.05)
    made = Silences(settings)
    made.start()
    yield made
    made.stop()


@contextmanager
def manager(settings: Settings) -> Iterator[socket.socket]:
    """One who has logged in."""
    with socket.create_server(("127.0.0.1", settings.ami_port)) as server:
        server.settimeout(PATIENCE)
        line, _ = server.accept()
        with line:
            line.settimeout(PATIENCE)
            said = b""
            while not said.endswith(b"\r\n\r\n"):
                said += line.recv(4096)
            assert said.startswith(b"Action: Login\r\nUsername: tongdai-keys\r\n")
            line.sendall(b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nMessage: accepted\r\n\r\n")
            yield line


def test_a_line_is_silent_until_it_talks_or_hangs_up(settings: Settings, heard: Silences) -> None:
    with manager(settings) as line:
        for ends in ("ChannelTalkingStart", "Hangup"):
            for byte in event("ChannelTalkingStop"):  # in whatever pieces
                line.sendall(bytes([byte]))
            wait_for(lambda: heard.is_silent(CHANNEL), "it is not heard")
            assert not heard.is_silent("PJSIP/trunk-00000002")
            line.sendall(event(ends))
            wait_for(lambda: not heard.is_silent(CHANNEL), ends)
        line.sendall(event("ChannelTalkingStop"))
        wait_for(lambda: heard.is_silent(CHANNEL), "it is not heard")
        heard.forget(CHANNEL)
        assert not heard.is_silent(CHANNEL)


@pytest.mark.parametrize(
    "number",
    [
        "1\r\n\r\nEvent: ChannelTalkingStop\r\nChannel: PJSIP/trunk-00000002",
        "1\r\nChannel: PJSIP/trunk-00000002",
        "1\r\nEvent: ChannelTalkingStop",
    ],
)
def test_an_event_in_a_callers_number_is_not_believed(settings: Settings, heard: Silences, number: str) -> None:
    with manager(settings) as line:
        line.sendall(event("ChannelTalkingStop", number=number) + event("ChannelTalkingStop", "PJSIP/trunk-00000003"))
        wait_for(lambda: heard.is_silent("PJSIP/trunk-00000003"), "it is not heard")
        assert not heard.is_silent("PJSIP/trunk-00000002")
        assert not heard.is_silent(CHANNEL)


def test_who_was_silent_is_not_known_without_asterisk_and_it_is_called_again(
    settings: Settings, heard: Silences
) -> None:
    for _ in range(2):
        with manager(settings) as line:
            line.sendall(event("ChannelTalkingStop"))
            wait_for(lambda: heard.is_silent(CHANNEL), "it is not heard")
        wait_for(lambda: not heard.is_silent(CHANNEL), "it is still believed")


def test_a_refused_sign_in_is_in_the_log_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silences, "_RETRY", 0.05)
    answer = b"Asterisk Call Manager/11.0.0\r\nResponse: Error\r\nMessage: Authentication failed\r\n\r\n"
    refused = Silences(settings)
    with capture_logs() as log:
        with socket.create_server(("127.0.0.1", settings.ami_port)) as server:
            server.settimeout(PATIENCE)
            refused.start()
            for _ in range(3):
                line, _ = server.accept()
                with line:
                    line.recv(4096)
                    line.sendall(answer)
        refused.stop()
    assert [(entry["event"], "Authentication failed" in entry["error"]) for entry in log] == [("silences.away", True)]


def test_it_ends_while_asterisk_is_away(settings: Settings) -> None:
    away = Silences(settings)
    away.start()
    began = time.monotonic()
    away.stop()
    assert time.monotonic() - began < PATIENCE
