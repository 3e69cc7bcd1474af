"""The filer files in the background: never in a caller's way, and whatever it cannot do is left to the sweep."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.engine.journal import reopen_journal
from ivr.filing import background as module
from ivr.filing.background import BackgroundFiler
from ivr.model import Call, CallStep, EndReason
from ivr.model.report import PartState
from ivr.spool import SidecarState, read_journal
from ivr.store import Store, make_engine, open_store
from ivr.testing.asterisk import PATIENCE, wait_for
from ivr.testing.database import sqlite_store
from ivr.testing.spool import NOW, ULID, Leavings, wav

R, T = SidecarState, PartState


@pytest.fixture
def hire(desk: Leavings) -> Iterator[Callable[..., BackgroundFiler]]:
    """Makes background filers; each is closed at the end of the test, however that ends."""
    hired: list[BackgroundFiler] = []

    def make_filer(open_database: Callable[[], Store] = lambda: open_store(desk.settings)) -> BackgroundFiler:
        hired.append(BackgroundFiler(desk.settings, open_database, now=lambda: NOW))
        return hired[-1]

    yield make_filer
    for each in hired:
        each.close(PATIENCE)


@pytest.fixture
def filer(hire: Callable[..., BackgroundFiler]) -> BackgroundFiler:
    return hire()


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a slow background filer waits for; opened at the end of the test."""
    event = threading.Event()
    yield event
    event.set()


def test_what_a_caller_pressed_is_shown_while_the_call_waits(desk: Leavings, filer: BackgroundFiler) -> None:
    """But for its last step, the wait: what came of it is written later, and a step is stored once."""
    path = desk.journal()
    with reopen_journal(path.parent, ULID, unwritten=None) as (journal, _):
        journal.step(node="noi-may", type="ring", at=NOW, prompts=[], keys="")
    filer.call_waits(ULID)
    assert filer.wait(PATIENCE)
    (call,) = desk.calls()
    with desk.store.reading() as session:
        steps = session.scalars(select(CallStep).where(CallStep.call_id == call.id)).all()
    assert [(step.node, step.keys) for step in steps] == [("menu", "1")]
    path.unlink()
    filer.call_waits(ULID)  # it is over meanwhile
    assert filer.wait(PATIENCE)


def test_a_call_from_its_first_moment_to_its_last(desk: Leavings, filer: BackgroundFiler) -> None:
    with desk.spool.hold(ULID):
        path = desk.journal()
        filer.call_started(read_journal(path))
        assert filer.wait(PATIENCE)
        assert [call.end_reason for call in desk.calls()] == [None]
        sent = desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)))
        filer.report(ULID)
        assert filer.wait(PATIENCE)
        assert len(desk.tickets()) == 1
        assert desk.left() == [f"{ULID}.1.wav", f"{ULID}.call.jsonl", f"{ULID}.json", f"{ULID}.lock"]
        desk.save(R.TO_FILE, *sent.parts, version=sent.version, publish=True, ended=True)
        path.unlink()
        desk.journal(end=EndReason.COMPLETED)
    filer.call_ended(ULID)
    assert filer.wait(PATIENCE)
    assert [call.end_reason for call in desk.calls()] == [EndReason.COMPLETED]
    assert [ticket.publish for ticket in desk.tickets()] == [True]
    assert desk.left() == []
    assert desk.codes.left(NOW) == 500


def test_answers_to_a_filed_report_are_filed_once_together_with_the_end_of_the_call(
    desk: Leavings, filer: BackgroundFiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.spool.hold(ULID):
        path = desk.journal()
        filer.call_started(read_journal(path))
        sent = desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)))
        filer.report(ULID)
        assert filer.wait(PATIENCE)
        transactions = counted(monkeypatch)
        for version, publish in enumerate((None, True), start=sent.version):
            desk.save(R.TO_FILE, *sent.parts, version=version, contact_number="+84905123457", publish=publish)
            filer.report(ULID)
        path.unlink()
        desk.journal(end=EndReason.COMPLETED)
    filer.call_ended(ULID)
    assert filer.wait(PATIENCE)
    assert len(transactions) == 1
    assert [ticket.publish for ticket in desk.tickets()] == [True]
    assert [call.end_reason for call in desk.calls()] == [EndReason.COMPLETED]
    assert desk.left() == []


def test_answers_of_who_stays_on_reach_the_ticket_within_seconds(
    desk: Leavings, filer: BackgroundFiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LATER", 0.2)
    desk.journal()
    sent = desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)))
    filer.report(ULID)
    wait_for(desk.tickets, "no ticket")
    desk.save(R.TO_FILE, *sent.parts, version=sent.version, publish=True)
    filer.report(ULID)
    wait_for(lambda: [ticket.publish for ticket in desk.tickets()] == [True], "the answers wait for the call's end")


def test_who_hangs_up_after_speaking_is_filed_and_closed_in_one_transaction(
    desk: Leavings, hire: Callable[..., BackgroundFiler], gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow() -> Store:
        gate.wait(PATIENCE)
        return open_store(desk.settings)

    desk.lease()
    filer = hire(slow)
    filer.renew_codes()  # waits for the gate
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)))
    desk.journal(end=EndReason.HUNG_UP)
    filer.report(ULID)
    filer.call_ended(ULID)
    transactions = counted(monkeypatch)
    gate.set()
    filer.close(PATIENCE)
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
    desk: Leavings, hire: Callable[..., BackgroundFiler], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.1)
    folder, real = tmp_path / "away", Store.transaction
    asked: list[Store] = []

    def transaction(store: Store) -> AbstractContextManager[Session]:
        asked.append(store)
        return real(store)

    monkeypatch.setattr(Store, "transaction", transaction)
    filer = hire(lambda: Store(make_engine(f"sqlite+pysqlite:///{folder}/tongdai.db", busy=5)))
    filer.remember(replace(read_journal(desk.journal(end=EndReason.HUNG_UP)), steps=()))
    filer.call_ended(ULID)
    wait_for(lambda: len(asked) >= 2, "it was not tried again while the database was away")
    put_database(folder)

    def calls() -> list[tuple[str, EndReason | None]]:
        with asked[0].reading() as session:
            return [(call.id, call.end_reason) for call in session.scalars(select(Call))]

    wait_for(lambda: calls() == [(ULID, EndReason.HUNG_UP)], "its row was never closed")


def put_database(folder: Path) -> None:
    """A migrated one, whole from the first moment it can be found."""
    scratch = folder.with_name("scratch")
    scratch.mkdir()
    with sqlite_store(scratch):
        pass
    scratch.rename(folder)


def test_codes_are_there_before_the_first_call(desk: Leavings, filer: BackgroundFiler) -> None:
    filer.renew_codes()
    assert filer.wait(PATIENCE)
    assert desk.codes.take(NOW) is not None


def test_a_database_that_is_away_blocks_nobody(
    desk: Leavings,
    hire: Callable[..., BackgroundFiler],
    gate: threading.Event,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PAUSE", 3600)
    asked = []

    def away() -> Store:
        asked.append(gate.wait(PATIENCE))
        return Store(make_engine(f"sqlite+pysqlite:///{tmp_path / 'none' / 'x.db'}", busy=0.1))

    filer = hire(away)
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)), ended=True)
    for number in range(50):
        filer.report(ULID)
        filer.call_ended(f"01ARZ3NDEKTSV4RRFFQ69G5F{number:02d}")
    assert asked == [], "whoever gives work goes on before the database has answered"
    gate.set()
    assert filer.wait(PATIENCE)
    filer.close(PATIENCE)
    assert asked == [True], "the others are not even tried while it is known to be away"
    assert desk.sweep().filed == 1


def test_it_tries_again_when_the_pause_is_over(
    desk: Leavings, hire: Callable[..., BackgroundFiler], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.05)
    filer = hire(lambda: Store(make_engine(f"sqlite+pysqlite:///{tmp_path}/database/tongdai.db", busy=5)))
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)), ended=True)
    filer.report(ULID)
    assert filer.wait(PATIENCE)
    assert desk.spool.all() != []
    put_database(tmp_path / "database")

    def again() -> bool:
        filer.report(ULID)
        return filer.wait(PATIENCE) and desk.spool.all() == []

    wait_for(again, "it was given up")


def test_one_calls_trouble_is_its_own(desk: Leavings, filer: BackgroundFiler) -> None:
    other = "01ARZ3NDEKTSV4RRFFQ69G5FAW"
    desk.spool.path(ULID).write_text("{")
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3), ulid=other), ulid=other, ended=True)
    filer.report(ULID)
    filer.call_ended(ULID)
    filer.report(other)
    assert filer.wait(PATIENCE)
    assert [ticket.ulid for ticket in desk.tickets()] == [other]


def test_a_full_queue_leaves_it_to_the_sweep(
    desk: Leavings, hire: Callable[..., BackgroundFiler], gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)

    def slow() -> Store:
        gate.wait(PATIENCE)
        return open_store(desk.settings)

    filer = hire(slow)
    for _ in range(10):
        filer.report(ULID)
    gate.set()
    filer.close(PATIENCE)
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)), ended=True)
    assert desk.sweep().filed == 1


def test_closing_waits_for_what_is_given(desk: Leavings, filer: BackgroundFiler) -> None:
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)), ended=True)
    filer.report(ULID)
    filer.close(PATIENCE)
    assert len(desk.tickets()) == 1


def test_the_background_filer_and_a_sweep_at_once(desk: Leavings, filer: BackgroundFiler) -> None:
    """Both may meet the same report: it is filed once."""
    ulids = [f"01ARZ3NDEKTSV4RRFFQ69G5F{number:02d}" for number in range(12)]
    for ulid in ulids:
        desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3), ulid=ulid), ulid=ulid, ended=True)
        desk.journal(ulid=ulid, end=EndReason.COMPLETED)
        filer.report(ulid)
        filer.call_ended(ulid)
    assert desk.sweep().faults == []
    assert filer.wait(PATIENCE)
    filer.close(PATIENCE)
    assert desk.sweep().faults == []
    assert [ticket.ulid for ticket in desk.tickets()] == ulids
    assert sorted(desk.heard()) == ulids
    assert desk.left() == []
