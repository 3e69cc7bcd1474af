"""When a caller was late its call is void and made again; how long the server or Asterisk took is no lateness.

By clocks that the tests turn: nothing here sleeps.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.simulator import Scenario
from ivr.simulator.journal_tail import POLL, Tail
from ivr.simulator.lateness import LATE, TRIES, Lateness, MachineTooSlow, dial_until_punctual
from ivr.simulator.play import Played, play_punctually
from ivr.simulator.rtp_sender import FRAME, TICK, Stream
from ivr.testing import find_scenario

STALL = 2.0
REPORT = find_scenario("da-nang/phan-anh-gui")


class Line:
    """A sender's clock and what it sent, with the moment of each packet."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sent: list[tuple[float, bytes]] = []
        self.stream = Stream(lambda packet: self.sent.append((self.now, packet)), lambda: self.now)

    def run(self, seconds: float) -> None:
        """On time, tick by tick."""
        for _ in range(round(seconds / TICK)):
            self.stream.tick()
            self.now += TICK

    def kinds(self) -> list[int]:
        return [packet[1] & 0x7F for _, packet in self.sent]


def test_a_sender_on_time_was_never_late() -> None:
    line = Line()
    line.run(1)
    line.stream.press([1], line.now)
    line.run(1)
    line.stream.speak(bytes(FRAME * 10), line.now)
    line.run(1)
    gap, key, speech = line.stream.stop()
    assert gap == pytest.approx(TICK)
    assert (key, speech) == pytest.approx((0, 0), abs=TICK)


def test_sound_that_stood_still_is_a_gap_and_is_sent_afterwards() -> None:
    line = Line()
    line.run(1)
    line.now += STALL
    line.run(1)
    gap, _, _ = line.stream.stop()
    assert gap == pytest.approx(STALL + TICK)
    assert len(line.sent) == pytest.approx((1 + STALL + 1) / TICK, abs=2), "nothing of it is lost"


def test_a_stall_that_lasts_to_the_end_of_the_call_counts() -> None:
    line = Line()
    line.run(1)
    line.now += STALL
    assert line.stream.stop()[0] >= STALL


def test_a_packet_that_could_not_be_sent_was_not_sent() -> None:
    line, refused = Line(), 5

    def send(packet: bytes) -> None:
        nonlocal refused
        if refused:
            refused -= 1
            raise BlockingIOError
        line.sent.append((line.now, packet))

    line.stream = Stream(send, lambda: line.now)
    line.run(1)
    assert line.stream.stop()[0] == pytest.approx(5 * TICK)


def test_a_key_and_a_speech_are_late_from_the_moment_they_were_meant_for() -> None:
    line = Line()
    line.run(1)
    line.stream.press([1, 2], line.now - STALL)  # it was decided late, whatever the sender did
    line.run(1)
    line.stream.speak(bytes(FRAME), line.now - STALL / 2)
    line.run(1)
    gap, key, speech = line.stream.stop()
    assert gap == pytest.approx(TICK)
    assert key == pytest.approx(STALL, abs=TICK)
    assert speech == pytest.approx(STALL / 2, abs=TICK)


def test_a_key_takes_the_place_of_sound_and_ends_three_times() -> None:
    line = Line()
    line.stream.press([11], line.now)
    line.run(0.2)
    assert line.kinds() == [101] * 7 + [8] * 5
    ends = [packet for _, packet in line.sent if packet[1] & 0x7F == 101 and packet[13] & 0x80]
    assert len(ends) == 3
    assert {packet[12] for packet in ends} == {11}
    assert len({packet[4:8] for _, packet in line.sent[:7]}) == 1, "one time stamp a key"


class Journal:
    """A journal file, its reader, and both clocks."""

    def __init__(self, path: Path) -> None:
        self.path, self.now = path, 500.0
        path.write_bytes(b"")
        self.tail = Tail(path.open("rb"), clock=lambda: self.now, wall_clock=lambda: self.now)

    def write(self, at: float) -> None:
        """The server says that a prompt is played."""
        with self.path.open("ab") as file:
            file.write(json.dumps({"line": "playing", "node": "menu", "prompts": ["menu"]}).encode() + b"\n")
        os.utime(self.path, (at, at))

    def look(self, at: float) -> None:
        self.now = at
        self.tail.read()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "a.call.jsonl")
    yield opened
    opened.tail.close()


def test_a_gap_of_the_server_does_not_void(journal: Journal) -> None:
    """The prompt comes ten seconds late: the key is meant for the moment after it."""
    for step in range(400):
        journal.look(500 + step * POLL)
    journal.write(journal.now + POLL / 2)
    journal.look(journal.now + POLL)
    assert journal.tail.written_at == [pytest.approx(journal.now, abs=POLL)]


def test_whoever_looks_late_is_late(journal: Journal) -> None:
    """The prompt is there in time and is seen two seconds later: the key was meant for the moment it was there."""
    journal.look(500)
    journal.write(500.2)
    journal.look(500.2 + STALL)
    assert journal.tail.written_at[0] == pytest.approx(500.2, abs=0.2 + POLL)
    assert journal.now - journal.tail.written_at[0] > LATE


def test_the_first_look_goes_by_the_files_own_time(journal: Journal) -> None:
    journal.write(500.0)
    journal.look(500 + STALL)
    assert journal.tail.written_at == [pytest.approx(500.0)]


def calls(*late: float) -> tuple[list[int], Callable[[int], object]]:
    """A caller who is late by so much in the first call, the second, and so on."""
    made: list[int] = []

    async def dial(attempt: int) -> Lateness:
        made.append(attempt)
        return Lateness(seconds=late[attempt - 1], what="key")

    return made, dial


@pytest.mark.parametrize(
    ("late", "dialled"),
    [((0.0,), 1), ((LATE,), 1), ((LATE + 0.01, 0.0), 2), ((5.0, 0.31, 0.2), 3)],
)
def test_a_void_call_is_made_again(late: tuple[float, ...], dialled: int) -> None:
    made, dial = calls(*late)
    result = asyncio.run(dial_until_punctual(dial, lambda late: late))  # type: ignore[arg-type]
    assert result.seconds == late[-1]
    assert made == list(range(1, dialled + 1))


def test_void_for_the_third_time_the_machine_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    made, dial = calls(1.0, 2.0, 3.25)
    with pytest.raises(MachineTooSlow, match=r"máy quá chậm.*3\.25 s"):
        asyncio.run(dial_until_punctual(dial, lambda late: late))  # type: ignore[arg-type]
    assert len(made) == TRIES
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    with pytest.raises(MachineTooSlow, match="machine too slow"):
        asyncio.run(dial_until_punctual(dial, lambda late: late))  # type: ignore[arg-type]


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tag of every call made by :func:`play_punctually`, whose caller is late in the first two."""
    tags: list[str] = []

    async def play(scenario: Scenario, **given: object) -> Played:
        tags.append(scenario.tag)
        late = Lateness(seconds=1.5, what="key") if len(tags) < 3 else Lateness()
        return Played(faults=("the call ended",) if late.voids else (), tag=scenario.tag, late=late)

    monkeypatch.setattr("ivr.simulator.play.play", play)
    return tags


def test_what_a_void_call_left_is_not_taken_for_the_next_ones(dialled: list[str]) -> None:
    void: list[str] = []
    played = asyncio.run(
        play_punctually(REPORT, host="", port=0, journals=None, before_again=lambda attempt: void.append(attempt.tag))  # type: ignore[arg-type]
    )
    assert played.faults == ()
    assert dialled == [REPORT.tag, f"{REPORT.name}~2:", f"{REPORT.name}~3:"]
    assert not any(other.startswith(tag) for tag in dialled for other in dialled if other != tag)
    assert void == dialled[:2], "each is undone before the next"
    assert played.tag == dialled[2]


def test_a_machine_that_is_too_slow_is_a_fault_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """And of that call alone: those beside it go on."""

    async def play(scenario: Scenario, **given: object) -> Played:
        return Played(faults=("the call ended",), tag=scenario.tag, late=Lateness(seconds=1.5, what="key"))

    monkeypatch.setattr("ivr.simulator.play.play", play)
    played = asyncio.run(play_punctually(REPORT, host="", port=0, journals=None))  # type: ignore[arg-type]
    slow, ended = played.faults
    assert "máy quá chậm" in slow
    assert "1.50 s" in slow
    assert ended == "the call ended"


AGAIN = """
import pytest
from pathlib import Path
from ivr.simulator.lateness import Lateness
from ivr.testing.late import note_caller

RUNS = Path(__file__).with_name("runs")

@pytest.fixture(scope="module")
def home():
    with RUNS.open("a") as file:
        file.write("home ")
    yield

@pytest.mark.asterisk
def test_call(home):
    with RUNS.open("a") as file:
        file.write("call ")
    note_caller(Lateness(seconds=LATE, what="key"))
    assert RUNS.read_text().count("call") >= PASSES
"""


@pytest.mark.parametrize(
    ("late", "passes", "runs", "passed"),
    [
        (1.5, 1, "home call", True),  # late, and all went well
        (1.5, 3, "home call home call home call", True),
        (1.5, 9, "home call home call home call", False),
        (0.1, 9, "home call", False),  # no caller was late: the system failed
    ],
)
def test_a_test_that_fails_while_its_caller_was_late_is_run_again(
    tmp_path: Path, late: float, passes: int, runs: str, passed: bool
) -> None:
    """With a fresh home each time; by a pytest of its own."""
    path = tmp_path / "test_again.py"
    path.write_text(AGAIN.replace("LATE", str(late)).replace("PASSES", str(passes)))
    words = [sys.executable, "-m", "pytest", "-q", "-p", "ivr.testing.late", "-p", "no:cacheprovider", "-p", "no:cov"]
    done = subprocess.run(
        [*words, "--rootdir", tmp_path, path], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (tmp_path / "runs").read_text().split() == runs.split(), done.stdout + done.stderr
    assert (done.returncode == 0) is passed, done.stdout
    assert ("máy quá chậm" in done.stdout or "machine too slow" in done.stdout) is (late > LATE and not passed), (
        done.stdout
    )
