"""What a transaction promises on both databases: nothing lost, nothing half, readers never wait."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from ivr.model import CodeCounter, Outbox
from ivr.store import ReadOnlyError, Store, StoreAway, StoreNotReady, insert_missing, make_engine
from ivr.testing.asterisk import PATIENCE


def another(store: Store, busy: float = 2.0) -> Store:
    return Store(make_engine(store.engine.url.render_as_string(hide_password=False), busy=busy))


def test_no_update_is_lost(store: Store) -> None:
    with store.transaction() as session:
        session.add(CodeCounter(year=26, next=0))

    def add_fifty(_: int) -> None:
        with closing(another(store, busy=30)) as own:
            for _ in range(50):
                with own.transaction() as session:
                    row = session.get_one(CodeCounter, 26, with_for_update=True)
                    row.next += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_fifty, range(4)))
    with store.reading() as session:
        assert session.get_one(CodeCounter, 26).next == 200


def test_an_error_undoes_everything(store: Store) -> None:
    def add_and_fail() -> None:
        with store.transaction() as session:
            session.add(CodeCounter(year=26, next=1))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(CodeCounter)) == 0


def test_a_reader_does_not_wait_for_a_held_writer(store: Store) -> None:
    with store.transaction() as session:
        session.add(CodeCounter(year=26, next=1))
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with store.transaction() as session:
            session.get_one(CodeCounter, 26, with_for_update=True).next = 2
            session.flush()
            held.set()
            release.wait(PATIENCE)

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(hold)
        try:
            assert held.wait(PATIENCE)
            with store.reading() as session:
                assert session.get_one(CodeCounter, 26).next == 1
        finally:
            release.set()
        writer.result()
    with store.reading() as session:
        assert session.get_one(CodeCounter, 26).next == 2


def test_a_locked_database_is_away(store: Store) -> None:
    with store.transaction() as session:
        session.add(CodeCounter(year=26, next=1))
    with closing(another(store, busy=0.2)) as impatient, store.transaction() as session:
        session.get_one(CodeCounter, 26, with_for_update=True).next = 2
        session.flush()
        with pytest.raises(StoreAway), impatient.transaction() as other:
            other.get_one(CodeCounter, 26, with_for_update=True).next = 3
    with store.reading() as session:
        assert session.get_one(CodeCounter, 26).next == 2


def test_a_reading_session_refuses_changes(store: Store, now: datetime) -> None:
    with store.reading() as session:
        session.add(Outbox(at=now, topic="x", subject="y"))
        with pytest.raises(ReadOnlyError):
            session.flush()


def test_insert_missing_inserts_once(store: Store) -> None:
    with store.transaction() as session:
        assert insert_missing(session, CodeCounter, {"year": 26, "next": 1})
        assert not insert_missing(session, CodeCounter, {"year": 26, "next": 9})
    with store.reading() as session:
        assert session.get_one(CodeCounter, 26).next == 1


def test_moments_and_choices_come_back_as_they_went(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        session.add(Outbox(at=now, topic="thử", subject="01", data={"tên": "Nguyễn Trãi"}))
    with store.reading() as session:
        row = session.scalars(select(Outbox)).one()
        assert (row.at, row.topic, row.data) == (now, "thử", {"tên": "Nguyễn Trãi"})


def test_a_naive_moment_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="naive"), store.transaction() as session:
        session.add(Outbox(at=datetime(2026, 1, 1), topic="x", subject="y"))  # noqa: DTZ001  # the mistake itself


def test_a_mistake_in_sql_is_not_away(store: Store) -> None:
    with pytest.raises(Exception, match="syntax") as caught, store.transaction() as session:
        session.execute(text("SELEKT 1"))
    assert not isinstance(caught.value, StoreAway)


def test_a_database_without_tables_says_to_migrate(tmp_path: Path) -> None:
    with (
        closing(Store(make_engine(f"sqlite+pysqlite:///{tmp_path / 'empty.db'}", busy=1))) as empty,
        pytest.raises(StoreNotReady, match="tongdai db migrate"),
        empty.reading() as session,
    ):
        session.scalars(select(Outbox)).all()


def test_a_missing_folder_or_server_is_away(tmp_path: Path) -> None:
    for address in (f"sqlite+pysqlite:///{tmp_path / 'none' / 'x.db'}", f"postgresql://nobody@/x?host={tmp_path}"):
        with (
            closing(Store(make_engine(address, busy=1))) as gone,
            pytest.raises(StoreAway),
            gone.transaction() as session,
        ):
            session.scalars(select(Outbox)).all()
