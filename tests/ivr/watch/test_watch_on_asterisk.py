"""``tongdai watch`` beside a real Asterisk: live calls, the dialplan's own recordings, Asterisk killed and back."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from sqlalchemy import select

from ivr.asterisk import load_logins
from ivr.asterisk.ami import Ami
from ivr.model import Call, EndReason, Recording, Ticket
from ivr.settings import Settings
from ivr.store import Store, open_store
from ivr.testing.asterisk import PATIENCE, RunningAsterisk, asterisk_and_rows, running_asterisk, wait_for
from ivr.watch.channels import LiveChannels

pytestmark = pytest.mark.asterisk

CALLER = """\
[caller]
exten => speaks,1,Answer()
 same => n,Playtones(440)
 same => n,Wait(25)
"""


@pytest.fixture
def settings() -> Iterator[Settings]:
    with asterisk_and_rows(
        CALLER,
        record_silence=2,
        record_limit=5,
        deadman_margin=2,
        sweep_every=0.5,
        sweep_still=1.0,
        sweep_orphan=60.0,
    ) as settings:
        yield settings


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings)
    yield store
    store.close()


@contextmanager
def watch_process(settings: Settings) -> Iterator[psutil.Popen]:
    given = settings.model_dump(exclude_none=True)
    environment = {**os.environ, **{f"TONGDAI_{name.upper()}": str(value) for name, value in given.items()}}
    with (settings.home / "watch.log").open("wb") as log:
        process = psutil.Popen([sys.executable, "-m", "ivr", "watch"], env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            try:
                assert process.wait(PATIENCE) == 0
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise


def log_of(settings: Settings) -> str:
    return (settings.home / "watch.log").read_text()


def test_live_channels_follow_a_real_asterisk(settings: Settings) -> None:
    async def test(asterisk: RunningAsterisk) -> None:
        logins = load_logins(settings)
        counted: list[int] = []
        live = LiveChannels(on_change=counted.append)
        ami = Ami(
            port=settings.ami_port,
            username=logins.ami_user,
            secret=logins.ami_secret,
            ping_every=1.0,
            reconnect_after=0.2,
            on_lost=live.lost,
            on_ready=lambda: live.resync(ami),
        )
        live.listen(ami)
        ami.start()
        await until(lambda: live.snapshot() == set())
        await asyncio.to_thread(asterisk.ask, "channel originate Local/1022@from-trunk extension speaks@caller")
        await until(lambda: live.calls == 1 and len(live.snapshot() or ()) == 2)
        known = live.snapshot()
        ami.protocol.transport.abort()  # the list after a reconnect says the same as the events did
        await until(lambda: live.snapshot() is None)
        await until(lambda: live.snapshot() == known)
        await asyncio.to_thread(asterisk.ask, "channel request hangup all")
        await until(lambda: live.snapshot() == set())
        assert counted[-1] == 0
        await asyncio.sleep(2.5)  # two Pings: Asterisk answers them, nothing is lost
        assert ami.authenticated
        assert live.snapshot() == set()
        ami.close()
        await asyncio.sleep(0.1)

    with running_asterisk(settings) as asterisk:
        asyncio.run(asyncio.wait_for(test(asterisk), 2 * PATIENCE))


async def until(condition: object) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.05)


def test_the_dialplans_own_recording_becomes_a_ticket(settings: Settings, store: Store) -> None:
    """No server answers on the FastAGI port; the watch sees the channel go and adopts the recording at once."""
    with running_asterisk(settings) as asterisk, watch_process(settings):
        wait_for(lambda: "ami.ready" in log_of(settings), "watch did not log in")
        asterisk.call("1022", "extension speaks@caller")
        wait_for(lambda: tickets(store), "no ticket")
        with store.reading() as session:
            ((ticket, recording, call),) = session.execute(
                select(Ticket, Recording, Call).where(Recording.ulid == Ticket.ulid, Call.id == Ticket.call_id)
            )
            assert "fallback" in ticket.flags
            assert recording.seconds >= settings.record_minimum
            assert call.end_reason is EndReason.FAILED
            assert call.called == "1022"
        wait_for(lambda: all(path.suffix != ".wav" for path in settings.spool.iterdir()), "audio left in the spool")


def tickets(store: Store) -> list[Ticket]:
    with store.reading() as session:
        return list(session.scalars(select(Ticket)))


def test_asterisk_killed_and_back(settings: Settings) -> None:
    def count(event: str) -> int:
        return log_of(settings).count(event)

    with watch_process(settings):
        for number in range(1, 3):
            with running_asterisk(settings) as asterisk:
                wait_for(lambda number=number: count("ami.ready") == number, "no login")  # type: ignore[misc]
                asterisk.process.send_signal(signal.SIGKILL)
                asterisk.process.wait()
            wait_for(lambda number=number: count("ami.lost") == number, "the loss was not noticed")  # type: ignore[misc]
