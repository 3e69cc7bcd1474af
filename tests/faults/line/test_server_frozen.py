"""A FastAGI server that stands still: the kernel accepts connections, no answer comes; its supervisor restarts it."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.settings import Settings
from ivr.simulator.journal_tail import Journals
from ivr.store import Store
from ivr.supervisor.child import Child, State
from ivr.supervisor.specs import process_specs
from ivr.supervisor.supervisor import Supervisor
from ivr.testing.asterisk import RunningAsterisk, wait_for
from ivr.testing.line import came_of, on_the_line, sweep_up
from ivr.testing.processes import environment

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

FROZEN_AFTER = 6.0
ASKED_ANEW = FROZEN_AFTER / 3
STARTS_WITHIN = 60.0
"""Seconds a start takes at most on a machine that is overloaded several times; two on a quiet one."""
CALLER, NEXT = "0905400001", "0905400002"


@contextmanager
def supervised(settings: Settings) -> Iterator[Child]:
    """``tongdai run``'s own supervisor with the FastAGI server alone, served by a thread."""
    (spec,) = (spec for spec in process_specs(settings, asterisk=False) if spec.name == "agi")
    ours = {name: value for name, value in environment(settings).items() if name.startswith("TONGDAI_")}
    words = ["env", *(f"{name}={value}" for name, value in ours.items()), sys.executable, "-m", "ivr", "agi"]
    supervisor = Supervisor([replace(spec, command=lambda: words)], status=settings.run / "test.json", say=print)
    ended = threading.Event()
    supervisor.start()
    thread = threading.Thread(target=supervisor.run, args=(ended.is_set,))
    thread.start()
    try:
        yield supervisor.children[0]
    finally:
        ended.set()
        thread.join()
        supervisor.stop()


def serves(child: Child, *, other_than: int = 0) -> Callable[[], bool]:
    return lambda: child.state is State.READY and child.process is not None and child.process.pid != other_than


async def is_heard_by_the_dialplan(settings: Settings) -> None:
    async with on_the_line(settings, "meanwhile", CALLER) as caller:
        await caller.answer_fallback(settings)
        assert caller.heard(settings, "cam-on")


async def is_served(settings: Settings) -> None:
    async with on_the_line(settings, "next", NEXT, Journals(settings.spool)) as caller:
        await caller.hear("menu")


def test_a_server_that_stands_still_is_back_by_itself(asterisk: RunningAsterisk, store: Store, tmp_path: Path) -> None:
    settings = asterisk.settings.model_copy(update={"frozen_after": FROZEN_AFTER})
    settings.run.mkdir(exist_ok=True)
    with supervised(settings) as child:
        wait_for(serves(child), "the server did not come up")
        assert child.process is not None
        first = child.process.pid
        os.kill(first, signal.SIGSTOP)
        stopped = time.monotonic()
        with asyncio.Runner() as runner:
            call = runner.get_loop().create_task(is_heard_by_the_dialplan(settings))

            async def both() -> float:
                within = FROZEN_AFTER + ASKED_ANEW + STARTS_WITHIN
                await asyncio.to_thread(wait_for, serves(child, other_than=first), "it stayed frozen", seconds=within)
                back = time.monotonic() - stopped
                await call
                return back

            back = runner.run(both())
            runner.run(is_served(settings))
    print(f"serves again {back:.1f} s after it stood still")
    assert back >= FROZEN_AFTER
    assert len(child.deaths) == 1
    sweep_up(settings, store)
    came = came_of(store, CALLER)
    assert (came.calls, came.tickets) == (1, 1)
    assert came.seconds >= 3.5
    assert "fallback" in came.flags
    assert came_of(store, NEXT).calls == 1
