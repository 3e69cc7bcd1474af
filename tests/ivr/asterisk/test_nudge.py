"""The key that ends a recording from outside: what is said to the manager interface, and that nothing is raised."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.asterisk.nudge import make_age, make_nudge
from ivr.testing.asterisk import PATIENCE, private_settings


@contextmanager
def manager(port: int, *answers: str) -> Iterator[list[str]]:
    """Greets, and answers one block of lines after another."""
    said: list[str] = []
    with socket.create_server(("127.0.0.1", port)) as server:
        server.settimeout(PATIENCE)

        def serve() -> None:
            line, _ = server.accept()
            with line, line.makefile("rwb") as wire:
                wire.write(b"Asterisk Call Manager/11.0.0\r\n")
                wire.flush()
                for answer in answers:
                    block = ""
                    while text := wire.readline().decode().strip():
                        block += text + ";"
                    said.append(block)
                    wire.write(f"Response: {answer}\r\nMessage: x\r\n\r\n".encode())
                    wire.flush()

        thread = threading.Thread(target=serve)
        thread.start()
        yield said
        thread.join()


def test_the_key_is_received_in_that_channel(tmp_path: Path) -> None:
    settings = private_settings(tmp_path)
    with manager(settings.ami_port, "Success", "Success") as said:
        make_nudge(settings)("PJSIP/trunk-00000001")
    assert said[0].startswith("Action: Login;Username: tongdai-keys;Secret: ")
    assert said[1] == "Action: PlayDTMF;Channel: PJSIP/trunk-00000001;Digit: D;Receive: true;"


@pytest.mark.parametrize("answers", [["Error"], ["Success", "Error"], []])
def test_a_refusal_and_a_manager_that_is_away_are_told_in_the_log(tmp_path: Path, answers: list[str]) -> None:
    settings = private_settings(tmp_path)
    with capture_logs() as log, manager(settings.ami_port, *answers) if answers else nullcontext():
        make_nudge(settings)("PJSIP/trunk-00000001")
    assert [entry["event"] for entry in log] == ["record.no_end"]


def test_a_name_with_a_line_break_is_never_sent(tmp_path: Path) -> None:
    settings = private_settings(tmp_path)
    with capture_logs() as log, manager(settings.ami_port, "Success") as said:
        make_nudge(settings)("x\r\nAction: Hangup")
    assert len(said) == 1
    assert [entry["event"] for entry in log] == ["record.no_end"]


@pytest.mark.parametrize("answers", [["Error"], ["Success", "Error"], ["Success", "Success"], []])
def test_an_asterisk_that_does_not_say_when_it_began_has_no_age(tmp_path: Path, answers: list[str]) -> None:
    settings = private_settings(tmp_path)
    with manager(settings.ami_port, *answers) if answers else nullcontext():
        assert make_age(settings, lambda: datetime.now(UTC))() == 0.0
