"""The clock of our processes steps an hour forwards and back, in recordings and between calls (libfaketime).

Real Asterisk and real SIP calls; FastAGI server, watch and worker under the false clock, the machine's own untouched.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.filing.filing import renew_codes
from ivr.model import Call, Recording, Ticket, Transcript, WorkItem, WorkState
from ivr.services.transcribing import TRANSCRIBE
from ivr.settings import Settings
from ivr.simulator import Scenario, read_scenario
from ivr.simulator.play import Played
from ivr.spool.codebook import CodeBook
from ivr.store import Store, open_store
from ivr.store.migrate import migrate
from ivr.testing import CALLS, need
from ivr.testing.asterisk import RunningAsterisk, wait_for
from ivr.testing.calls import play_all
from ivr.testing.processes import running
from ivr.testing.spool import size

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
REPORT = read_scenario(CALLS / "da-nang-mat-ket-noi-gui.toml")
PROCESSES = ("agi", "watch", "worker")
HOUR = 3600
STEPS = ((0, HOUR), (HOUR, 0), (HOUR, HOUR), (0, 0))
"""Seconds ahead as each call begins, and from the middle of its recording on: both steps, both ways."""


@dataclass(frozen=True, kw_only=True)
class FalseClock:
    """How far the clock of the processes under :attr:`environment` is from the machine's."""

    file: Path

    def set(self, seconds: int) -> None:
        """Step to so many seconds ahead of the machine's clock (negative: behind)."""
        scratch = self.file.with_suffix(".new")
        scratch.write_text(f"{seconds:+d}\n")
        scratch.replace(self.file)

    @property
    def environment(self) -> dict[str, str]:
        """Elapsed time stays true: no clock of the kernel's steps but the wall's."""
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }


@pytest.fixture
def clock(tmp_path: Path) -> FalseClock:
    need(LIBRARIES, "libfaketime (apt-get install faketime)")
    made = FalseClock(file=tmp_path / "clock")
    made.set(0)
    return made


@pytest.fixture
def settings(asterisk: RunningAsterisk, tmp_path: Path) -> Settings:
    """The instance on a database of its own."""
    url = f"sqlite+pysqlite:///{tmp_path / 'tongdai.db'}"
    made = asterisk.settings.model_copy(update={"database_url": url, "lease_seconds": 30.0})
    migrate(made)
    return made


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings)
    yield opened
    opened.close()


def start(stack: ExitStack, settings: Settings, clock: FalseClock, name: str) -> None:
    """Start one process under the false clock.

    libfaketime 0.9.10 now and then answers a sleep that a busy machine has already slept through with EINVAL (seen
    where subprocess waits half a millisecond at a time). Such a failure is no fault of ours; the start is repeated.
    """
    for tries_left in (2, 1, 0):
        try:
            stack.enter_context(running(settings, name, ready=f"{name}.ready", **clock.environment))
        except AssertionError as error:
            if not tries_left or "OSError: [Errno 22]" not in str(error):
                raise
        else:
            return


def speaking(settings: Settings) -> bool:
    return any(size(path) > 12_000 for path in settings.spool.glob("*.1.alaw"))


def test_clock_steps(asterisk: RunningAsterisk, settings: Settings, store: Store, clock: FalseClock) -> None:
    now = datetime.now(UTC)
    renew_codes(store, CodeBook(settings.codes), now)
    ulids = []
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(3))
        for _ in pool.map(lambda name: start(stack, settings, clock, name), PROCESSES):
            pass
        for number, (before, during) in enumerate(STEPS):
            clock.set(before)
            ulids.append(call(settings, asterisk, pool, clock, number, during).ulid)
        wait_for(lambda: not any(settings.spool.glob("*.json*")), "the spool does not drain")
        wait_for(lambda: all_heard(store), "the worker does not come to an end")
    assert ulids == sorted(set(ulids)), "ids out of order"
    with store.reading() as session:
        calls = list(session.scalars(select(Call).order_by(Call.id)))
        tickets = list(session.scalars(select(Ticket).order_by(Ticket.ulid)))
        recordings = list(session.scalars(select(Recording).order_by(Recording.ulid)))
        transcripts = list(session.scalars(select(Transcript)))
    assert (
        [row.id for row in calls]
        == [ticket.ulid for ticket in tickets]
        == [recording.ulid for recording in recordings]
        == ulids
    )
    assert len({ticket.code for ticket in tickets}) == len(tickets)
    assert all(2.5 <= recording.seconds <= 5 for recording in recordings)
    assert {tuple(ticket.flags) for ticket in tickets} == {()}
    assert len(transcripts) == len(recordings)
    for row in calls:
        assert row.ended_at is not None
        assert timedelta(seconds=3) < row.ended_at - row.started_at < timedelta(seconds=HOUR / 2)
    assert calls[3].started_at < calls[2].started_at, "the clock was not really set back"


def call(
    settings: Settings,
    asterisk: RunningAsterisk,
    pool: ThreadPoolExecutor,
    clock: FalseClock,
    number: int,
    during: int,
) -> Played:
    """One report; the clock steps while it is spoken."""
    scenario: Scenario = replace(REPORT, name=f"{REPORT.name}-{number}")
    playing = pool.submit(play_all, [scenario], asterisk, again=False)
    wait_for(lambda: speaking(settings), "no recording grows")
    clock.set(during)
    time.sleep(0.1)
    played = playing.result(240)[scenario.name]
    assert played.faults == ()
    wait_for(lambda: not speaking(settings), "the recording stays in the spool")
    return played


def all_heard(store: Store) -> bool:
    with store.reading() as session:
        states = list(session.scalars(select(WorkItem.state).where(WorkItem.kind == TRANSCRIBE)))
    return bool(states) and all(state is WorkState.DONE for state in states)
