"""The tail sees every committed change once, on both databases, also those that come out of order or after a break."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.services import outbox
from ivr.store import Store, make_engine
from ivr.testing.asterisk import wait_for
from ivr.testing.database import Cluster, sqlite_store
from ivr.watch.tail import EVERY, PAGE, Change, Tail

NOW = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)


@contextmanager
def following(store: Store) -> Iterator[tuple[Tail, list[Change]]]:
    heard: list[Change] = []
    tail = Tail(store, heard.extend)
    tail.start()
    try:
        wait_for(lambda: not tail.away, "the tail does not follow")
        yield tail, heard
    finally:
        tail.stop()


def announce(store: Store, *subjects: str) -> None:
    with store.transaction() as session:
        for subject in subjects:
            outbox.announce(session, outbox.TICKET_FILED, subject, {"id": 1}, now=NOW)


def test_what_is_committed_is_heard_once_and_in_order(store: Store) -> None:
    announce(store, "before")
    with following(store) as (_, heard):
        for number in range(5):
            announce(store, f"{number}a", f"{number}b")
        wait_for(lambda: len(heard) >= 10, "waited in vain")
        time.sleep(0.6)
        assert [change.subject for change in heard] == [f"{number}{sign}" for number in range(5) for sign in "ab"]
        assert heard[0].topic == outbox.TICKET_FILED
        assert heard[0].data == {"id": 1}


def test_a_change_is_heard_within_half_a_second(store: Store) -> None:
    assert EVERY <= 0.5
    with following(store) as (_, heard):
        announce(store, "now")
        wait_for(lambda: heard, "it is not heard")


def test_more_than_a_page_at_once(store: Store) -> None:
    with following(store) as (_, heard):
        announce(store, *(str(number) for number in range(PAGE * 2 + 7)))
        wait_for(lambda: len(heard) == PAGE * 2 + 7, "waited in vain")
        announce(store, "after")
        wait_for(lambda: heard[-1].subject == "after", "waited in vain")
        assert len({change.id for change in heard}) == len(heard)


def test_nothing_rolled_back_is_heard(store: Store) -> None:
    with following(store) as (_, heard):
        with store.transaction() as session:
            outbox.announce(session, outbox.TICKET_FILED, "never", now=NOW)
            session.flush()
            session.rollback()
        announce(store, "real")
        wait_for(lambda: heard, "waited in vain")
        assert [change.subject for change in heard] == ["real"]


@pytest.mark.postgres
def test_a_smaller_id_that_is_committed_later(cluster: Cluster) -> None:
    store = Store(make_engine(cluster.new_database(), busy=2))
    try:
        with following(store) as (_, heard):
            with store.transaction() as slow:
                outbox.announce(slow, outbox.TICKET_FILED, "first id, last commit", now=NOW)
                slow.flush()
                announce(store, "second id")
                wait_for(lambda: heard, "waited in vain")
            wait_for(lambda: len(heard) == 2, "waited in vain")
            assert [change.subject for change in heard] == ["second id", "first id, last commit"]
            assert heard[0].id > heard[1].id
    finally:
        store.close()


def test_a_database_that_comes_back_loses_nothing(tmp_path: Path) -> None:
    with sqlite_store(tmp_path) as store:
        address = f"sqlite+pysqlite:///{tmp_path / 'tongdai.db'}"
        with closing(Store(make_engine(address, busy=0.2))) as other, following(other) as (tail, heard):
            announce(store, "a")
            wait_for(lambda: heard, "waited in vain")
            with store.engine.connect().execution_options(raw=True) as connection:
                connection.exec_driver_sql("ALTER TABLE outbox RENAME TO hidden")
            announce_hidden(store)
            wait_for(lambda: tail.away, "waited in vain")
            with store.engine.connect().execution_options(raw=True) as connection:
                connection.exec_driver_sql("ALTER TABLE hidden RENAME TO outbox")
            wait_for(lambda: len(heard) == 2, "waited in vain")
            wait_for(lambda: not tail.away, "the tail does not follow")


def announce_hidden(store: Store) -> None:
    with store.engine.connect().execution_options(raw=True) as connection:
        connection.exec_driver_sql(
            "INSERT INTO hidden (at, topic, subject, data) VALUES ('2026-10-01 08:30:00', 'ticket.filed', 'b', '{}')"
        )
