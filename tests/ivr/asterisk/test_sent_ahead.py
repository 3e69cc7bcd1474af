"""What is sent while a command lasts: Asterisk's next limit; its reply belongs to no other, however the two arrive."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.asterisk.agi import Wire
from ivr.asterisk.fastagi import Replies
from ivr.asterisk.phone import AsteriskPhone
from ivr.phone import RecordEnd, Sound
from ivr.testing.asterisk import PATIENCE

PROMPT = Sound(id="chao", path="/sounds/vi/chao", seconds=9)


class Line:
    """Both ends of a call's connection; ours is used by a thread, as in the server."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.ours.settimeout(PATIENCE)
        self.theirs.settimeout(PATIENCE)
        replies = Replies(self.ours)
        self.phone = AsteriskPhone(
            Wire(replies, self.ours.sendall, {"agi_extension": "1022"}, replies.hears), margin=8, city="da-nang"
        )
        self._reader = self.theirs.makefile("rb")
        self._pool = ThreadPoolExecutor(1)

    def begin(self, action: Callable[..., object], *given: object) -> "Future[object]":
        """Our end does something meanwhile; what it raises is raised where its result is asked for."""
        return self._pool.submit(action, *given)

    def command(self) -> str:
        return self._reader.readline().decode().rstrip("\n")

    def reply(self, text: str) -> None:
        self.theirs.sendall(text.encode())

    def close(self) -> None:
        self._reader.close()
        self.theirs.close()
        self._pool.shutdown()
        self.ours.close()


@pytest.fixture
def line() -> Iterator[Line]:
    opened = Line()
    yield opened
    opened.close()


def playing(line: Line) -> "Future[object]":
    played = line.begin(line.phone.play, [PROMPT])
    assert line.command() == 'SET VARIABLE "TIMEOUT(absolute)" "18"'
    line.reply("200 result=1\n")
    assert line.command() == 'EXEC Playback "/sounds/vi/chao"'
    return played


def test_a_command_that_lasts_is_followed_by_the_margin_alone(line: Line) -> None:
    played = playing(line)
    assert line.command() == "SET VARIABLE TIMEOUT(absolute) 8"
    line.reply("200 result=0\n200 result=1\n")
    played.result(PATIENCE)


def test_a_command_that_ends_at_once_is_not(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.asterisk.agi.SOON", PATIENCE)
    played = playing(line)
    line.reply("200 result=0\n")
    played.result(PATIENCE)
    line.theirs.setblocking(False)
    with pytest.raises(BlockingIOError):
        line.theirs.recv(1)


def test_a_reply_that_stays_out_is_read_before_the_next_one(line: Line) -> None:
    """Both lines came together: Asterisk sees the second when the next command comes."""
    played = playing(line)
    assert line.command() == "SET VARIABLE TIMEOUT(absolute) 8"
    line.reply("200 result=0\n")
    played.result(PATIENCE)  # it waits half a second and goes on
    asked = line.begin(line.phone._variable, "X")
    assert line.command() == 'GET FULL VARIABLE "${X}"'
    line.reply("200 result=1\n200 result=1 (what was asked)\n")
    assert asked.result(PATIENCE) == "what was asked"


def test_a_recording_that_ended_with_the_call_is_told_though_nothing_follows(line: Line) -> None:
    ended = line.begin(lambda: line.phone.record(Path(PROMPT.path + ".wav"), limit=10, silence=3).end)
    assert line.command() == 'SET VARIABLE "TONGDAI_TAKE" "/sounds/vi/chao.wav"'
    line.reply("200 result=1\n")
    line.command()
    line.reply("200 result=1\n")
    assert line.command().startswith("RECORD FILE")
    assert line.command() == "SET VARIABLE TIMEOUT(absolute) 8"
    line.reply("200 result=-1 (hangup) endpos=8000\n")
    line.theirs.shutdown(socket.SHUT_WR)
    assert ended.result(PATIENCE) is RecordEnd.HANGUP


QUESTION = 'GET FULL VARIABLE "${SET(TIMEOUT(absolute)=8)}:${TONGDAI_KEYS}:${READSTATUS}"'


def reading(line: Line) -> "Future[object]":
    read = line.begin(lambda: line.phone.read([PROMPT], most=1, wait=5))
    line.command()
    line.reply("200 result=1\n")
    assert line.command().startswith("EXEC Read")
    return read


def test_what_was_pressed_is_asked_while_the_reading_lasts_so_that_no_key_falls_between(line: Line) -> None:
    read = reading(line)
    assert line.command() == QUESTION
    line.reply("200 result=0\n200 result=1 (8:1:OK)\n")
    assert read.result(PATIENCE) == "1"


def test_what_was_pressed_at_once_is_asked_afterwards(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.asterisk.agi.SOON", PATIENCE)
    read = reading(line)
    line.reply("200 result=0\n")
    assert line.command() == QUESTION
    line.reply("200 result=1 (8:2:OK)\n")
    assert read.result(PATIENCE) == "2"


def test_a_question_that_was_not_seen_is_asked_again(line: Line) -> None:
    """It reached Asterisk together with the command: it is seen when the next line comes."""
    read = reading(line)
    assert line.command() == QUESTION
    line.reply("200 result=0\n")
    assert line.command() == QUESTION
    line.reply("200 result=1 (8:3:OK)\n200 result=1 (8:3:OK)\n")
    assert read.result(PATIENCE) == "3"
    asked = line.begin(line.phone._variable, "X")
    assert line.command() == 'GET FULL VARIABLE "${X}"'
    line.reply("200 result=1 (its own)\n")
    assert asked.result(PATIENCE) == "its own"
