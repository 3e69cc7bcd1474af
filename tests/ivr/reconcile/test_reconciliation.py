"""A home that adds up, and each way in which one does not: named with its id and its remedy, exit status 1."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from ivr.__main__ import main
from ivr.filing.filing import close_call
from ivr.jobs import queue
from ivr.model import Call, CallStep, EndReason, Recording, ReportPart, Ticket
from ivr.model.calls import NO_ROOM, NOT_KEPT
from ivr.model.report import PartState
from ivr.reconcile import Gap, GapKind, Reconciliation, Severity, reconcile, remedy, sentence
from ivr.recordings import path_of
from ivr.services.transcribing import TRANSCRIBE
from ivr.spool import SidecarState
from ivr.store import Store
from ivr.testing import temporary_settings
from ivr.testing.database import sqlite_store
from ivr.testing.jobs import ScriptedHandler, claim
from ivr.testing.spool import NOW, ULID, Leavings, wav

OTHER = "01ARZ3NDEKTSV4RRFFQ69G5FAW"
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def desk(tmp_path: Path, store: Store) -> Leavings:
    """A house on each database."""
    return Leavings(settings=temporary_settings(tmp_path / "home", sweep_every=1.0, sweep_orphan=60.0), store=store)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Leavings]:
    """A house on SQLite, in its own place."""
    home = tmp_path / "home"
    home.mkdir()
    with sqlite_store(home) as store:
        yield Leavings(settings=temporary_settings(home, sweep_every=1.0, sweep_orphan=60.0), store=store)


def file_one(desk: Leavings, *, ulid: str = ULID, pitch: float = 0.7) -> None:
    """One call that reported and ended, settled and transcribed."""
    desk.lease()
    take = desk.take(1, PartState.RECORDED, wav(4, pitch=pitch), ulid=ulid)
    desk.journal(end=EndReason.COMPLETED, ulid=ulid)
    desk.save(SidecarState.TO_FILE, take, ulid=ulid, ended=True, code=desk.codes.take(NOW))
    desk.sweep()
    claimed = claim(desk.store, TRANSCRIBE, "w", NOW + timedelta(minutes=6))
    assert claimed is not None
    with desk.store.transaction() as session:
        queue.finish(session, claimed, NOW + timedelta(minutes=6))


def look(desk: Leavings, since: datetime | None = None) -> Reconciliation:
    return reconcile(desk.settings, desk.store, LATER, since)


def found(desk: Leavings, standing: Severity = Severity.OFF) -> set[tuple[GapKind, str]]:
    """Kinds and ids of the gaps of one standing, the spool's files seen from long after."""
    clock = max((path.stat().st_mtime for path in desk.spool.folder.iterdir()), default=0.0) + 1000
    seen = reconcile(desk.settings, desk.store, datetime.fromtimestamp(clock, tz=NOW.tzinfo))
    return {(gap.what, gap.id) for gap in seen.find_all(standing)}


def test_a_settled_home_adds_up(desk: Leavings) -> None:
    file_one(desk)
    seen = look(desk)
    assert seen.is_settled, seen.gaps
    assert (seen.offered, seen.recordings, seen.tickets, seen.running) == (1, 1, 1, 0)
    assert seen.ended == {EndReason.COMPLETED: 1}


def test_a_running_call_is_told_apart_from_a_lost_one(small: Leavings) -> None:
    desk = small
    with desk.store.transaction() as session:
        session.add(Call(id=ULID, city="x", started_at=NOW - timedelta(hours=3)))
        session.add(Call(id=OTHER, city="x", started_at=NOW - timedelta(hours=3)))
    desk.journal()
    with desk.spool.hold(ULID):
        assert (GapKind.CALL_RUNNING, ULID) in found(desk, Severity.IN_HAND)
        assert found(desk) == {(GapKind.CALL_LOST, OTHER)}
        assert look(desk).running == 1
    assert found(desk) == {(GapKind.CALL_LOST, OTHER), (GapKind.CALL_LOST, ULID), (GapKind.IN_SPOOL, ULID)}


def test_a_call_this_machine_knows_nothing_of_may_run_on_another(desk: Leavings) -> None:
    with desk.store.transaction() as session:
        session.add(Call(id="recent", city="x", started_at=LATER - timedelta(minutes=30)))
        session.add(Call(id="ancient", city="x", started_at=LATER - timedelta(hours=3)))
    lost = {gap.id for gap in look(desk).find_all(Severity.OFF)}
    assert lost == ({"ancient", "recent"} if desk.store.dialect == "sqlite" else {"ancient"})


def test_a_call_whose_report_the_disk_did_not_take_is_lost_unless_a_person_took_it(desk: Leavings) -> None:
    ends = {"lost": (NOT_KEPT, EndReason.COMPLETED), "left": (NOT_KEPT, EndReason.HUNG_UP)}
    others = {"never begun": (NO_ROOM, EndReason.COMPLETED), "answered": (NOT_KEPT, EndReason.CONNECTED)}
    with desk.store.transaction() as session:
        for ulid, (note, end) in (ends | others).items():
            steps = [CallStep(seq=1, node="ghi", kind="record", at=NOW, note=f"take 1: silence, 0.0 s; {note}")]
            session.add(Call(id=ulid, city="x", started_at=NOW, ended_at=NOW, end_reason=end, steps=steps))
    assert found(desk) == {(GapKind.CALL_WITHOUT_ROOM, ulid) for ulid in ends}


def test_a_live_call_not_in_the_rows_yet_is_offered(small: Leavings) -> None:
    small.journal()
    with small.spool.hold(ULID):
        seen = look(small)
    assert (seen.offered, seen.unrecorded, seen.running) == (1, 1, 1)
    assert seen.is_whole


def test_a_further_report_of_a_live_call_is_in_hand(small: Leavings) -> None:
    take = small.take(1, PartState.RECORDED, wav(4), ulid=OTHER)
    small.save(SidecarState.RECORDED, take, ulid=OTHER, call=ULID)
    small.journal()
    with small.spool.hold(ULID):
        assert found(small) == set()
    assert found(small) == {(GapKind.IN_SPOOL, ULID), (GapKind.IN_SPOOL, OTHER)}


def test_a_call_with_two_reports_is_one_call(small: Leavings) -> None:
    for ulid, pitch, call in ((ULID, 0.7, ""), (OTHER, 0.9, ULID)):
        take = small.take(1, PartState.RECORDED, wav(4, pitch=pitch), ulid=ulid)
        small.save(SidecarState.TO_FILE, take, ulid=ulid, call=call, ended=True)
    small.journal(end=EndReason.COMPLETED)
    small.sweep()
    seen = look(small)
    assert (seen.offered, seen.ended, seen.tickets) == (1, {EndReason.COMPLETED: 1}, 2)


def test_a_second_report_that_outlives_its_call_in_the_spool_is_no_call_of_its_own(small: Leavings) -> None:
    small.lease()
    small.save(SidecarState.TO_FILE, small.take(1, PartState.RECORDED, wav(4)), code=small.codes.take(NOW))
    take = small.take(1, PartState.RECORDED, wav(4, pitch=0.9), ulid=OTHER)
    small.save(SidecarState.TO_FILE, take, ulid=OTHER, call=ULID, ended=True, code=small.codes.take(NOW))
    small.journal(end=EndReason.HUNG_UP)
    close_call(small.settings, small.store, small.spool, ULID, NOW)
    seen = look(small)
    assert (seen.offered, seen.ended, seen.tickets, seen.unrecorded) == (1, {EndReason.HUNG_UP: 1}, 1, 0)
    assert [gap.id for gap in seen.gaps if gap.what is GapKind.IN_SPOOL] == [OTHER]
    small.sweep()
    seen = look(small)
    assert (seen.offered, seen.ended, seen.tickets) == (1, {EndReason.HUNG_UP: 1}, 2)
    assert seen.is_whole


@pytest.mark.parametrize("first", [ULID, OTHER])
def test_a_call_without_history_is_counted_once_by_its_reports(small: Leavings, first: str) -> None:
    """The disk refused its journal: whichever of its reports is filed first brings its row."""
    small.lease()
    for ulid, pitch, call in sorted(((ULID, 0.7, ""), (OTHER, 0.9, ULID)), key=lambda report: report[0] != first):
        take = small.take(1, PartState.RECORDED, wav(4, pitch=pitch), ulid=ulid)
        small.save(SidecarState.TO_FILE, take, ulid=ulid, call=call, ended=True, code=small.codes.take(NOW))
        small.sweep()
        seen = look(small)
        assert (seen.offered, seen.ended) == (1, {EndReason.INTERRUPTED: 1})
        assert seen.is_whole
    assert seen.tickets == 2


def test_what_the_next_sweep_settles_is_in_hand(small: Leavings) -> None:
    small.save(SidecarState.TO_FILE, small.take(1, PartState.RECORDED, wav(4)), ended=True)
    small.fallback(wav(3), uniqueid="17.9")
    now = datetime.fromtimestamp(small.spool.path(ULID).stat().st_mtime + 5, tz=NOW.tzinfo)
    seen = reconcile(small.settings, small.store, now)
    assert seen.is_whole
    assert not seen.is_settled
    assert found(small) == {(GapKind.IN_SPOOL, ULID), (GapKind.IN_SPOOL, "fallback-17.9")}


def _unlink(desk: Leavings, path: Path) -> None:
    path.unlink()


def _shorten(desk: Leavings, path: Path) -> None:
    os.truncate(path, 1000)


def _change(desk: Leavings, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"\x55")


def _forget_row(desk: Leavings, path: Path) -> None:
    with desk.store.transaction() as session:
        session.execute(update(ReportPart).values(recording_id=None))
        row = session.get_one(Recording, ULID)
        row.id, row.key = OTHER, "gone.wav"


def _erase(desk: Leavings, path: Path) -> None:
    with desk.store.transaction() as session:
        session.execute(update(Recording).values(erased_at=NOW))


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (_unlink, GapKind.ROW_WITHOUT_FILE),
        (_shorten, GapKind.WRONG_LENGTH),
        (_change, GapKind.WRONG_SHA256),
        (_forget_row, GapKind.FILE_WITHOUT_ROW),
        (_erase, GapKind.FILE_AFTER_ERASURE),
    ],
)
def test_a_recording_that_is_not_what_its_row_says(
    desk: Leavings, damage: Callable[[Leavings, Path], None], what: GapKind
) -> None:
    file_one(desk)
    with desk.store.reading() as session:
        key = session.get_one(Recording, ULID).key
    damage(desk, path_of(desk.settings, key))
    gaps = {gap.what: gap for gap in look(desk).gaps}
    assert what in gaps
    assert gaps[what].standing is Severity.OFF
    assert gaps[what].id == (key if what is GapKind.FILE_WITHOUT_ROW else ULID)
    assert remedy(gaps[what])


def test_a_file_being_filed_is_no_orphan(small: Leavings) -> None:
    """Filing renames first, commits next, removes the sidecar last: killed between, the file has no row yet."""
    small.save(SidecarState.TO_FILE, small.take(1, PartState.RECORDED, None), ended=True)
    place = small.settings.recordings / "2026/10/01" / f"{ULID}.wav"
    place.parent.mkdir(parents=True)
    place.write_bytes(wav(4))
    assert (GapKind.FILE_WITHOUT_ROW, f"2026/10/01/{ULID}.wav") not in found(small)
    small.spool.path(ULID).unlink()
    assert found(small) == {(GapKind.FILE_WITHOUT_ROW, f"2026/10/01/{ULID}.wav")}


def test_files_nobody_can_use_are_listed(small: Leavings) -> None:
    small.take(1, PartState.RECORDED, b"x")
    small.spool.set_aside(small.spool.audio(ULID, 1))
    (small.spool.folder / "holiday.jpg").write_bytes(b"x")
    assert found(small) == {(GapKind.ASIDE, f"{ULID}.1.wav"), (GapKind.STRANGE_FILE, "holiday.jpg")}


def test_work_that_nobody_does_is_stuck_and_what_was_given_up_is_noted(small: Leavings) -> None:
    small.lease()
    small.save(SidecarState.TO_FILE, small.take(1, PartState.RECORDED, wav(4)), ended=True)
    small.sweep()
    filed = NOW + timedelta(minutes=5)
    early = reconcile(small.settings, small.store, filed)
    assert (GapKind.WORK_OPEN, ULID) in {(gap.what, gap.id) for gap in early.find_all(Severity.IN_HAND)}
    late = reconcile(small.settings, small.store, filed + timedelta(hours=2))
    assert (GapKind.WORK_OPEN, ULID) in {(gap.what, gap.id) for gap in late.find_all(Severity.OFF)}
    for attempt in range(ScriptedHandler.tries):
        at = filed + timedelta(hours=attempt)
        claimed = claim(small.store, TRANSCRIBE, "w", at)
        assert claimed is not None
        queue.fail(small.store, ScriptedHandler(retry_seconds=0), claimed, "đứt tiếng", at)
    gap = next(gap for gap in look(small).gaps if gap.what is GapKind.WORK_PARKED)
    assert (gap.id, gap.standing, gap.detail) == (ULID, Severity.NOTED, "đứt tiếng")


def test_since_leaves_out_what_began_before(small: Leavings) -> None:
    file_one(small)
    with small.store.transaction() as session:
        session.execute(update(Ticket).values(ulid=OTHER))
    assert not look(small).is_whole
    assert look(small, LATER).is_whole


def test_every_gap_has_words_and_a_remedy() -> None:
    for what in GapKind:
        assert sentence(what)
        assert remedy(Gap(what=what, id="x")) or what is GapKind.CALL_RUNNING


def test_settled_says_in_words_what_its_status_says(
    small: Leavings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TONGDAI_HOME", str(small.settings.home))
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    small.save(SidecarState.TO_FILE, small.take(1, PartState.RECORDED, wav(4)), ended=True)
    assert main(["reconcile"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "✓ Everything adds up."
    assert main(["reconcile", "--settled"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("✗ Not settled: ")


def test_the_command(small: Leavings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TONGDAI_HOME", str(small.settings.home))
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    file_one(small)
    assert main(["reconcile", "--settled"]) == 0
    assert "✓ Everything adds up." in capsys.readouterr().out
    (small.spool.folder / "holiday.jpg").write_bytes(b"x")
    assert main(["reconcile", "--since", "2026-01-01"]) == 1
    said = capsys.readouterr().out
    assert "holiday.jpg" in said
    assert "move it away" in said
    assert main(["reconcile", "--json"]) == 1
    values = json.loads(capsys.readouterr().out)
    assert values["calls"] == {"offered": 1, "running": 0, "unrecorded": 0}
    assert values["ended"] == {"completed": 1}
    assert [(gap["what"], gap["standing"]) for gap in values["gaps"]] == [("strange_file", "off")]
