"""The clerk files in the background: never in a caller's way, and whatever it cannot do is left to the sweep."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import clerk as module
from ivr.clerk import Clerk
from ivr.model import Call, EndReason
from ivr.settings import Settings
from ivr.spool import SidecarState, TakeState, read_journal
from ivr.store import Store, make_engine, open_store
from ivr.testing_database import sqlite_store
from ivr.testing_spool import NOW, ULID, Leavings, wav

R, T = SidecarState, TakeState


@pytest.fixture
def clerk(desk: Leavings) -> Iterator[Clerk]:
    one = Clerk(desk.settings, lambda: open_store(desk.settings), now=lambda: NOW)
    yield one
    one.close()


def test_a_call_from_its_first_moment_to_its_last(desk: Leavings, clerk: Clerk) -> None:
    with desk.spool.hold(ULID):
        path = desk.journal()
        clerk.call_started(read_journal(path))
        assert clerk.wait(10)
        assert [call.end_reason for call in desk.calls()] == [None]
        sent = desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)))
        clerk.report(ULID)
        assert clerk.wait(10)
        assert len(desk.tickets()) == 1
        assert desk.left() == [f"{ULID}.call.jsonl", f"{ULID}.json", f"{ULID}.lock"]
        desk.save(R.TO_FILE, *sent.takes, version=sent.version, publish=True, ended=True)
        path.unlink()
        desk.journal(end=EndReason.COMPLETED)
    clerk.call_ended(ULID)
    assert clerk.wait(10)
    assert [call.end_reason for call in desk.calls()] == [EndReason.COMPLETED]
    assert [ticket.publish for ticket in desk.tickets()] == [True]
    assert desk.left() == []
    assert desk.codes.left(NOW) == 500


def test_answers_to_a_filed_report_are_filed_once_together_with_the_end_of_the_call(
    desk: Leavings, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.spool.hold(ULID):
        path = desk.journal()
        clerk.call_started(read_journal(path))
        sent = desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)))
        clerk.report(ULID)
        assert clerk.wait(10)
        transactions = counted(monkeypatch)
        for version, publish in enumerate((None, True), start=sent.version):
            desk.save(R.TO_FILE, *sent.takes, version=version, contact_number="+84905123457", publish=publish)
            clerk.report(ULID)
        path.unlink()
        desk.journal(end=EndReason.COMPLETED)
    clerk.call_ended(ULID)
    assert clerk.wait(10)
    assert len(transactions) == 1
    assert [ticket.publish for ticket in desk.tickets()] == [True]
    assert [call.end_reason for call in desk.calls()] == [EndReason.COMPLETED]
    assert desk.left() == []


def test_answers_of_who_stays_on_reach_the_ticket_within_seconds(
    desk: Leavings, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LATER", 0.2)
    desk.journal()
    sent = desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)))
    clerk.report(ULID)
    until = time.monotonic() + 10
    while not desk.tickets() and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.1)
    desk.save(R.TO_FILE, *sent.takes, version=sent.version, publish=True)
    clerk.report(ULID)
    while not desk.tickets()[0].publish and time.monotonic() < until:
        time.sleep(0.05)
    assert [ticket.publish for ticket in desk.tickets()] == [True]


def test_who_hangs_up_after_speaking_is_filed_and_closed_in_one_transaction(
    desk: Leavings, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slow() -> Store:
        gate.wait(10)
        return open_store(desk.settings)

    desk.lease()
    clerk = Clerk(desk.settings, slow, now=lambda: NOW)
    clerk.renew_codes()  # waits for the gate
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)))
    desk.journal(end=EndReason.HUNG_UP)
    clerk.report(ULID)
    clerk.call_ended(ULID)
    transactions = counted(monkeypatch)
    gate.set()
    clerk.close(10)
    assert len(transactions) == 1
    assert len(desk.tickets()) == 1
    assert [call.end_reason for call in desk.calls()] == [EndReason.HUNG_UP]
    assert desk.left() == []


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Store]:
    """The stores of write transactions from now on, one for each."""
    begun: list[Store] = []
    real = Store.transaction

    @contextmanager
    def transaction(store: Store) -> Iterator[Session]:
        begun.append(store)
        with real(store) as session:
            yield session

    monkeypatch.setattr(Store, "transaction", transaction)
    return begun


def test_a_call_without_a_journal_is_kept_in_memory_until_the_database_is_back(
    desk: Leavings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.1)
    folder = tmp_path / "away"
    clerk = Clerk(desk.settings, lambda: Store(make_engine(f"sqlite+pysqlite:///{folder}/tongdai.db", busy=0.1)))
    clerk.remember(replace(read_journal(desk.journal(end=EndReason.HUNG_UP)), steps=()))
    clerk.call_ended(ULID)
    time.sleep(1.2)
    folder.mkdir()
    with sqlite_store(folder) as store:
        until = time.monotonic() + 10
        found: list[Call] = []
        while not found and time.monotonic() < until:
            with store.reading() as session:
                found = list(session.scalars(select(Call)))
    clerk.close()
    assert [(call.id, call.end_reason) for call in found] == [(ULID, EndReason.HUNG_UP)]


def test_codes_are_there_before_the_first_call(desk: Leavings, clerk: Clerk) -> None:
    clerk.renew_codes()
    assert clerk.wait(10)
    assert desk.codes.take(NOW) is not None


def test_a_database_that_is_away_blocks_nobody(desk: Leavings, tmp_path: Path) -> None:
    asked = []

    def away() -> Store:
        asked.append(1)
        return Store(make_engine(f"sqlite+pysqlite:///{tmp_path / 'none' / 'x.db'}", busy=0.1))

    clerk = Clerk(desk.settings, away, now=lambda: NOW)
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)), ended=True)
    began = time.monotonic()
    for _ in range(50):
        clerk.report(ULID)
    assert time.monotonic() - began < 0.5
    assert clerk.wait(5)  # the others are not even tried while it is known to be away
    assert time.monotonic() - began < 3
    clerk.close()
    assert asked == [1]
    assert desk.sweep().filed == 1


def test_it_tries_again_when_the_pause_is_over(desk: Leavings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.05)
    lost = tmp_path / "tongdai.hidden"
    (desk.settings.home / "tongdai.db").rename(lost)  # an empty database takes its place: not migrated
    clerk = Clerk(desk.settings, lambda: open_store(desk.settings), now=lambda: NOW)
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)), ended=True)
    clerk.report(ULID)
    assert clerk.wait(10)
    assert desk.spool.all() != []
    clerk.close()
    lost.rename(desk.settings.home / "tongdai.db")
    time.sleep(0.06)
    again = Clerk(desk.settings, lambda: open_store(desk.settings), now=lambda: NOW)
    again.report(ULID)
    assert again.wait(10)
    again.close()
    assert desk.spool.all() == []


def test_one_calls_trouble_is_its_own(desk: Leavings, clerk: Clerk) -> None:
    other = "01ARZ3NDEKTSV4RRFFQ69G5FAW"
    desk.spool.path(ULID).write_text("{")
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3), ulid=other), ulid=other, ended=True)
    clerk.report(ULID)
    clerk.call_ended(ULID)
    clerk.report(other)
    assert clerk.wait(10)
    assert [ticket.ulid for ticket in desk.tickets()] == [other]


def test_a_full_queue_leaves_it_to_the_sweep(desk: Leavings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    gate = threading.Event()

    def slow() -> Store:
        gate.wait(10)
        return open_store(desk.settings)

    clerk = Clerk(desk.settings, slow, now=lambda: NOW)
    for _ in range(10):
        clerk.report(ULID)
    gate.set()
    clerk.close()
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)), ended=True)
    assert desk.sweep().filed == 1


def test_closing_waits_for_what_is_given(desk: Leavings) -> None:
    clerk = Clerk(desk.settings, lambda: open_store(desk.settings))
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)), ended=True)
    clerk.report(ULID)
    clerk.close(10)
    assert len(desk.tickets()) == 1


def test_the_clerk_and_a_sweep_at_once(desk: Leavings, settings_of: Settings) -> None:
    """Both may meet the same report: it is filed once."""
    clerk = Clerk(settings_of, lambda: open_store(settings_of), now=lambda: NOW)
    ulids = [f"01ARZ3NDEKTSV4RRFFQ69G5F{number:02d}" for number in range(12)]
    for ulid in ulids:
        desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3), ulid=ulid), ulid=ulid, ended=True)
        desk.journal(ulid=ulid, end=EndReason.COMPLETED)
        clerk.report(ulid)
        clerk.call_ended(ulid)
    assert desk.sweep().faults == []
    assert clerk.wait(20)
    clerk.close()
    assert desk.sweep().faults == []
    assert [ticket.ulid for ticket in desk.tickets()] == ulids
    assert sorted(desk.heard()) == ulids
    assert desk.left() == []


@pytest.fixture
def settings_of(desk: Leavings) -> Settings:
    return desk.settings
