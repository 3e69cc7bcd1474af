"""Two hotlines on one machine, a second start, and a start after everything was killed: clear, and nothing shared.

Whole hotlines by ``tongdai run``, each with an Asterisk of its own; real SIP calls.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select

from ivr.asterisk import find_asterisk
from ivr.model import Call, Ticket
from ivr.prompts import build
from ivr.reconcile import reconcile
from ivr.settings import Settings
from ivr.simulator import read_scenario
from ivr.simulator.play import Played
from ivr.store import Store, open_store
from ivr.testing import CALLS, need
from ivr.testing.asterisk import PATIENCE, RunningAsterisk, private_settings, wait_for
from ivr.testing.calls import cut_short, play_all
from ivr.testing.processes import Running, environment, running
from ivr.testing.spool import size

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

REPORT = read_scenario(CALLS / "da-nang-mat-ket-noi-gui.toml")
READY = "hotline is ready"


@contextmanager
def home(name: str) -> Iterator[Settings]:
    """Settings of an instance of its own: free ports, a home of its own, short waits."""
    with tempfile.TemporaryDirectory(prefix=f"tdi{name}", dir="/tmp", ignore_cleanup_errors=True) as folder:
        settings = private_settings(
            Path(folder) / "home",
            instance=name,
            language="en",
            key_wait=1.5,
            record_silence=3,
            free_space_mb=0,
            sweep_every=0.5,
            sweep_still=0.2,
            sweep_orphan=1.0,
        )
        need(find_asterisk(settings), "an Asterisk ≥ 18 (make asterisk)")
        build(settings, say=lambda line: None)
        cut_short(settings, 0.5)
        yield settings


def hotline(settings: Settings) -> AbstractContextManager[Running]:
    """The whole of it; returns when it is ready."""
    return running(settings, "run", ready=READY)


def reports(settings: Settings, server: Running, *names: str, seconds: float = 3) -> dict[str, Played]:
    """Citizens who report at once."""
    steps = tuple(replace(step, speak=seconds) if step.speak else step for step in REPORT.steps)
    scenarios = [replace(REPORT, name=f"{REPORT.name}-{name}", steps=steps) for name in names]
    asterisk = RunningAsterisk(settings=settings, process=psutil.Process(server.process.pid), booted_after=0)
    return play_all(scenarios, asterisk, again=False)


def check_own(settings: Settings, played: dict[str, Played]) -> None:
    """The instance has its own calls and tickets, all of them and no other's."""
    assert {name: call.faults for name, call in played.items() if call.faults} == {}
    with closing(open_store(settings)) as store:
        ulids = sorted(call.ulid for call in played.values())
        wait_for(lambda: [ticket.ulid for ticket in tickets(store)] == ulids, f"not filed: {ulids}")
        with store.reading() as session:
            assert sorted(session.scalars(select(Call.id))) == ulids
        wait_for(lambda: reconcile(settings, store, datetime.now(UTC)).is_whole, "it does not add up")


def tickets(store: Store) -> list[Ticket]:
    with store.reading() as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.ulid)))


def tree(server: Running) -> list[psutil.Process]:
    process = psutil.Process(server.process.pid)
    return [process, *process.children(recursive=True)]


def power_cut(server: Running) -> None:
    """Everything of one instance dies at the same moment."""
    for process in tree(server):
        with suppress(psutil.NoSuchProcess):
            process.suspend()
    victims = tree(server)
    for process in victims:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(victims, PATIENCE)
    server.process.wait()


def test_two_on_one_machine_and_one_of_them_dies() -> None:
    with home("mot") as first_home, home("hai") as second_home, ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(2))
        first, second = pool.map(stack.enter_context, (hotline(first_home), hotline(second_home)))
        both = [pool.submit(reports, *given, "a", "b") for given in ((first_home, first), (second_home, second))]
        mine, theirs = (playing.result() for playing in both)
        check_own(first_home, mine)
        check_own(second_home, theirs)
        assert {first_home.codes, first_home.spool, first_home.recordings}.isdisjoint(
            {second_home.codes, second_home.spool, second_home.recordings}
        )

        taken = refused_start(first_home, second_home)
        assert "TONGDAI_AGI_PORT" in taken
        assert "Traceback" not in taken

        speaking = pool.submit(reports, first_home, first, "cut", seconds=20)
        wait_for(lambda: any(size(path) > 30_000 for path in first_home.spool.glob("*.1.alaw")), "no recording grows")
        beside = [process.pid for process in tree(second)]
        power_cut(first)
        with hotline(first_home) as again:
            with closing(open_store(first_home)) as store:
                wait_for(lambda: len(tickets(store)) == len(mine) + 1, "what was spoken is lost")
                assert tickets(store)[-1].flags == ["interrupted"]
            assert reports(first_home, again, "after")[f"{REPORT.name}-after"].faults == ()
        assert [process.pid for process in tree(second)] == beside, "the other one noticed"
        check_own(second_home, theirs)
        speaking.result()


def refused_start(first_home: Settings, second_home: Settings) -> str:
    """What the start of a third home prints when its ports are those of the first."""
    third = first_home.model_copy(update={"home": second_home.home.parent / "third"})
    words = [sys.executable, "-m", "ivr", "run"]
    done = subprocess.run(words, env=environment(third), capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    return done.stderr
