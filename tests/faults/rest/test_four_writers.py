"""Four processes file one spool at the same time, beside a held write lock: each report is one ticket."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from ulid import ULID

from ivr.model import WorkItem
from ivr.model.report import PartState
from ivr.spool import SidecarState
from ivr.store import open_store
from ivr.testing import temporary_settings
from ivr.testing.asterisk import PATIENCE
from ivr.testing.database import Cluster, sqlite_store
from ivr.testing.processes import Running, running
from ivr.testing.spool import NOW, Leavings, wav

WRITERS = 4
REPORTS = 40
LONGEST = timedelta(minutes=3)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Leavings]:
    with ExitStack() as stack:
        given: dict[str, object] = {"sweep_orphan": 0.2}
        if request.param == "sqlite":
            stack.enter_context(sqlite_store(tmp_path))
        else:
            cluster: Cluster = request.getfixturevalue("cluster")
            given["database_url"] = cluster.new_database()
        settings = temporary_settings(tmp_path, **given)
        store = open_store(settings, busy=10)
        stack.callback(store.close)
        yield Leavings(settings=settings, store=store)


@contextmanager
def sweeping(desk: Leavings) -> Iterator[list[Running]]:
    """Four processes that sweep once, ended with the block."""
    with ExitStack() as stack:
        yield [stack.enter_context(running(desk.settings, "sweep")) for _ in range(WRITERS)]


def test_four_sweeps_at_once(desk: Leavings) -> None:
    desk.lease()
    spoken: dict[str, str] = {}
    for number in range(REPORTS):
        ulid, code = str(ULID()), desk.codes.take(NOW)
        assert code is not None
        take = desk.take(1, PartState.RECORDED, wav(2 + number / 100), ulid=ulid)
        desk.save(SidecarState.TO_FILE, take, ulid=ulid, code=code, ended=True, uniqueid=f"17.{number}")
        spoken[ulid] = code
    began = datetime.now(UTC)
    with desk.store.transaction() as session:
        if desk.store.dialect == "postgresql":
            session.execute(text("LOCK TABLE tickets IN EXCLUSIVE MODE"))
        with sweeping(desk):  # no process can write
            time.sleep(2.5)
    while desk.spool.ulids() and datetime.now(UTC) - began < LONGEST:
        with sweeping(desk) as sweeps:
            for sweep in sweeps:
                sweep.process.wait(PATIENCE)
    assert {ticket.ulid: ticket.code for ticket in desk.tickets()} == spoken
    assert sorted(desk.heard()) == sorted(spoken)
    assert sorted(desk.work()) == sorted(spoken)
    with desk.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(WorkItem)) == REPORTS
    print(f"{REPORTS} reports, {WRITERS} processes: {(datetime.now(UTC) - began).total_seconds():.1f} s")
