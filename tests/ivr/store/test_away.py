"""A database that goes away is one exception and nothing half; when it is back, the same store serves again."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import select

from ivr.model import Outbox
from ivr.services import outbox
from ivr.store import Store, StoreAway, make_engine
from ivr.testing import need
from ivr.testing.database import find_server_programs, running_cluster, sqlite_store


def subjects(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.scalars(select(Outbox.subject).order_by(Outbox.id)))


def announce(store: Store, subject: str, now: datetime) -> None:
    with store.transaction() as session:
        outbox.announce(session, outbox.CALL_STARTED, subject, now=now)


@pytest.mark.postgres
def test_postgresql_stops_in_a_transaction_and_comes_back(now: datetime) -> None:
    programs = find_server_programs()
    need(programs, "PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    assert programs is not None
    with running_cluster(programs) as cluster, closing(Store(make_engine(cluster.new_database(), busy=1))) as store:
        announce(store, "kept", now)

        def lose() -> None:
            with store.transaction() as session:
                outbox.announce(session, outbox.CALL_STARTED, "lost", now=now)
                session.flush()
                cluster.stop()

        with pytest.raises(StoreAway):
            lose()
        began = monotonic()
        for attempt in (lambda: announce(store, "away", now), lambda: subjects(store)):
            with pytest.raises(StoreAway):
                attempt()
        assert monotonic() - began < 30
        cluster.start()
        announce(store, "back", now)
        assert subjects(store) == ["kept", "back"]


def test_sqlite_that_is_no_database_is_away(tmp_path: Path, now: datetime) -> None:
    with sqlite_store(tmp_path):
        pass
    for content in (b"not a database at all" * 100, b""):
        (tmp_path / "tongdai.db").write_bytes(content)
        address = f"sqlite+pysqlite:///{tmp_path / 'tongdai.db'}"
        with closing(Store(make_engine(address, busy=1))) as store, pytest.raises(StoreAway):
            announce(store, "x", now)


def test_every_connection_busy_is_away(tmp_path: Path) -> None:
    with sqlite_store(tmp_path, busy=0.2) as store:
        taken = [store.engine.connect() for _ in range(20)]
        with pytest.raises(StoreAway):
            subjects(store)
        for connection in taken:
            connection.close()
        assert subjects(store) == []
