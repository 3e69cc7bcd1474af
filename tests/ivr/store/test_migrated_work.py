"""Work items of a database of version 0.1 keep their order, their reasons and their state."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from ivr.jobs import queue
from ivr.model import WorkItem, WorkState
from ivr.store import Store, make_engine
from ivr.store.migrate import migrate_store
from ivr.testing.database import Cluster
from ivr.testing.jobs import claim

OLD = (
    ("1", "done", "Null", 1),
    ("2", "parked", "'MP3'", 3),
    ("3", "waiting", "Null", 0),
    ("4", "waiting", "'no header'", 2),
)
"""Subject, state, error and attempt of rows that 0.1 left."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database of step 0004 without any row."""
    if request.param == "sqlite":
        address = f"sqlite+pysqlite:///{tmp_path / 'old.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        address = cluster.new_database(migrated=False)
    with closing(Store(make_engine(address, busy=2))) as opened:
        migrate_store(opened, "0004")
        yield opened


def test_items_of_0_1_are_found_again(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        for subject, state, error, attempt in OLD:
            session.execute(
                text(
                    "INSERT INTO work_items (kind, subject, state, not_before, attempt, error, created_at) VALUES "  # noqa: S608  # our own words
                    f"('transcribe', '{subject}', '{state}', '2026-09-14 02:30:00', {attempt}, {error}, "
                    "'2026-09-14 02:30:00')"
                )
            )
    migrate_store(store)
    with store.reading() as session:
        items = session.scalars(select(WorkItem).order_by(WorkItem.id)).all()
        assert [(item.subject, item.state, item.error, item.attempt) for item in items] == [
            ("1", WorkState.DONE, None, 1),
            ("2", WorkState.PARKED, "MP3", 3),
            ("3", WorkState.WAITING, None, 0),
            ("4", WorkState.WAITING, "no header", 2),
        ]
        assert {item.urgency for item in items} == {queue.ROUTINE}
        left = queue.backlog(session, "transcribe", now)
        assert (left.waiting, left.parked) == (2, 1)
        assert left.oldest_seconds == timedelta(days=1).total_seconds()
    with store.transaction() as session:
        queue.add(session, "transcribe", "rescue", now, urgency=queue.URGENT)
    order = [claim(store, "transcribe", "w", now) for _ in range(4)]
    assert [item.subject if item else None for item in order] == ["rescue", "3", "4", None]
