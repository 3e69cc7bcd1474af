"""What is sent while a command lasts: Asterisk's next limit; its reply is nobody else's, however the two arrive."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.agi import Wire
from ivr.asterisk_phone import AsteriskPhone
from ivr.fastagi import Replies
from ivr.phone import RecordEnd, Sound

PROMPT = Sound(id="chao", path="/sounds/vi/chao", seconds=9)


class Line:
    """Both ends of a call's connection."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.ours.settimeout(5)
        self.theirs.settimeout(5)
        replies = Replies(self.ours)
        self.phone = AsteriskPhone(
            Wire(replies, self.ours.sendall, {"agi_extension": "1022"}, replies.hears), margin=8, city="da-nang"
        )
        self._reader = self.theirs.makefile("rb")

    def command(self) -> str:
        return self._reader.readline().decode().rstrip("\n")

    def reply(self, text: str) -> None:
        self.theirs.sendall(text.encode())

    def close(self) -> None:
        self._reader.close()
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def line() -> Iterator[Line]:
    opened = Line()
    yield opened
    opened.close()


def playing(line: Line) -> threading.Thread:
    thread = threading.Thread(target=line.phone.play, args=([PROMPT],))
    thread.start()
    assert line.command() == 'SET VARIABLE "TIMEOUT(absolute)" "18"'
    line.reply("200 result=1\n")
    assert line.command() == 'EXEC Playback "/sounds/vi/chao"'
    return thread


def test_a_command_that_lasts_is_followed_by_the_margin_alone(line: Line) -> None:
    thread = playing(line)
    assert line.command() == "SET VARIABLE TIMEOUT(absolute) 8"
    line.reply("200 result=0\n200 result=1\n")
    thread.join(5)
    assert not thread.is_alive()


def test_a_command_that_ends_at_once_is_not(line: Line) -> None:
    thread = playing(line)
    line.reply("200 result=0\n")
    thread.join(5)
    line.theirs.setblocking(False)
    with pytest.raises(BlockingIOError):
        line.theirs.recv(1)


def test_a_reply_that_stays_out_is_read_before_the_next_one(line: Line) -> None:
    """Both lines came together: Asterisk sees the second when the next command comes."""
    thread = playing(line)
    assert line.command() == "SET VARIABLE TIMEOUT(absolute) 8"
    line.reply("200 result=0\n")
    thread.join(5)
    assert not thread.is_alive(), "it waits half a second and goes on"
    answer: list[str] = []
    asking = threading.Thread(target=lambda: answer.append(line.phone._variable("X")))
    asking.start()
    assert line.command() == 'GET FULL VARIABLE "${X}"'
    line.reply("200 result=1\n200 result=1 (what was asked)\n")
    asking.join(5)
    assert answer == ["what was asked"]


def test_a_recording_that_ended_with_the_call_is_told_though_nothing_follows(line: Line) -> None:
    ends: list[RecordEnd] = []

    def record() -> None:
        path = PROMPT.path + ".wav"
        ends.append(line.phone.record(Path(path), limit=10, silence=3).end)

    thread = threading.Thread(target=record)
    thread.start()
    assert line.command() == 'SET VARIABLE "TONGDAI_TAKE" "/sounds/vi/chao.wav"'
    line.reply("200 result=1\n")
    line.command()
    line.reply("200 result=1\n")
    assert line.command().startswith("RECORD FILE")
    assert line.command() == "SET VARIABLE TIMEOUT(absolute) 8"
    line.reply("200 result=-1 (hangup) endpos=8000\n")
    line.theirs.shutdown(socket.SHUT_WR)
    thread.join(5)
    assert ends == [RecordEnd.HANGUP]


QUESTION = 'GET FULL VARIABLE "${SET(TIMEOUT(absolute)=8)}:${TONGDAI_KEYS}:${READSTATUS}"'


def reading(line: Line, found: list[str]) -> threading.Thread:
    thread = threading.Thread(target=lambda: found.append(line.phone.read([PROMPT], most=1, wait=5)))
    thread.start()
    line.command()
    line.reply("200 result=1\n")
    assert line.command().startswith("EXEC Read")
    return thread


def test_what_was_pressed_is_asked_while_the_reading_lasts_so_that_no_key_falls_between(line: Line) -> None:
    found: list[str] = []
    thread = reading(line, found)
    assert line.command() == QUESTION
    line.reply("200 result=0\n200 result=1 (8:1:OK)\n")
    thread.join(5)
    assert found == ["1"]


def test_what_was_pressed_at_once_is_asked_afterwards(line: Line) -> None:
    found: list[str] = []
    thread = reading(line, found)
    line.reply("200 result=0\n")
    assert line.command() == QUESTION
    line.reply("200 result=1 (8:2:OK)\n")
    thread.join(5)
    assert found == ["2"]


def test_a_question_that_was_not_seen_is_asked_again(line: Line) -> None:
    """It reached Asterisk together with the command: it is seen when the next line comes."""
    found: list[str] = []
    thread = reading(line, found)
    assert line.command() == QUESTION
    line.reply("200 result=0\n")
    assert line.command() == QUESTION
    line.reply("200 result=1 (8:3:OK)\n200 result=1 (8:3:OK)\n")
    thread.join(5)
    assert found == ["3"]
    asking = threading.Thread(target=lambda: found.append(line.phone._variable("X")))
    asking.start()
    assert line.command() == 'GET FULL VARIABLE "${X}"'
    line.reply("200 result=1 (its own)\n")
    asking.join(5)
    assert found == ["3", "its own"]
