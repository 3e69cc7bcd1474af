"""The sweep does not touch calls that go on, nor files that it does not understand."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.commands.sweep import describe
from ivr.filing.filing import Outcome, close_call, file_one, give_late_codes
from ivr.filing.sweep import sweep
from ivr.model import EndReason
from ivr.model.journal import Left
from ivr.model.report import PartState
from ivr.services import intake
from ivr.services.calls import record_call
from ivr.spool import Journal, SidecarState, Spool, read_journal
from ivr.spool.codebook import CodeBook
from ivr.testing.spool import NOW, ULID, UNIQUEID, Leavings, kept, wav

R, T = SidecarState, PartState
OTHER = "01ARZ3NDEKTSV4RRFFQ69G5FAW"


def recording(desk: Leavings, **given: object) -> None:
    desk.save(R.RECORDING, desk.take(1, T.RECORDING, wav(3)), **given)


def test_a_held_report_is_left_alone(desk: Leavings) -> None:
    recording(desk)
    desk.journal()
    before = desk.left()
    with desk.spool.hold(ULID):
        report = desk.sweep()
        assert (report.live, report.filed, report.faults) == (2, 0, [])
        assert desk.left() == sorted([*before, f"{ULID}.lock"])
    assert desk.sweep().filed == 1


def test_a_sent_report_is_filed_beside_its_living_call(desk: Leavings) -> None:
    with desk.spool.hold(ULID):
        sent = desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)), code="260000018")
        assert file_one(desk.settings, desk.store, desk.spool, ULID, NOW) is Outcome.FILED
        desk.spool.save(replace(sent, ended=True, publish=False))
        assert file_one(desk.settings, desk.store, desk.spool, ULID, NOW) is Outcome.SETTLED
        assert file_one(desk.settings, desk.store, desk.spool, ULID, NOW) is Outcome.GONE
    (ticket,) = desk.tickets()
    assert (ticket.code, ticket.publish) == ("260000018", False)


def test_a_further_report_lives_as_long_as_its_call(desk: Leavings) -> None:
    further = "01ARZ3NDEKTSV4RRFFQ69G5FAW"
    path = desk.journal()
    desk.save(R.RECORDED, desk.take(1, T.RECORDED, wav(3), ulid=further), ulid=further, call=ULID)
    with desk.spool.hold(ULID):
        assert desk.sweep().filed == 0
        sent = desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3), ulid=further), ulid=further, call=ULID)
        desk.spool.save(replace(sent, ended=True))
        assert file_one(desk.settings, desk.store, desk.spool, further, NOW) is Outcome.SETTLED
        path.unlink()  # the disk took no history
        saved = desk.spool.save(replace(sent, version=sent.version + 1, ended=True))
        assert file_one(desk.settings, desk.store, desk.spool, further, NOW) is Outcome.SETTLED
        assert [(call.id, call.end_reason) for call in desk.calls()] == [(ULID, None)], "the call goes on"
    desk.spool.save(saved)
    assert desk.sweep().filed == 1
    assert [(call.id, call.end_reason) for call in desk.calls()] == [(ULID, EndReason.INTERRUPTED)]


def test_a_further_report_left_over_from_a_closed_call_changes_nothing_of_it(desk: Leavings) -> None:
    further = "01ARZ3NDEKTSV4RRFFQ69G5FAW"
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)))
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3), ulid=further), ulid=further, call=ULID, language="en")
    desk.journal(end=EndReason.HUNG_UP)
    close_call(desk.settings, desk.store, desk.spool, ULID, NOW)
    (closed,) = desk.calls()
    assert desk.sweep().filed == 1
    (call,) = desk.calls()
    facts = (call.id, call.ended_at, call.end_reason, call.language)
    assert facts == (ULID, closed.ended_at, EndReason.HUNG_UP, "vi")
    assert {ticket.ulid: ticket.call_id for ticket in desk.tickets()} == {ULID: ULID, further: ULID}
    assert desk.left() == []


@pytest.mark.parametrize(("live", "over"), [({UNIQUEID}, False), (None, False), (set(), True), ({"17.9"}, True)])
def test_a_caller_who_waits_in_a_queue_is_no_dead_call(desk: Leavings, live: set[str] | None, *, over: bool) -> None:
    """No process holds the call while it waits or talks: Asterisk knows whether it lives."""
    path = desk.journal()
    with Journal(desk.spool.folder, read_journal(path), going_on=True) as journal:
        journal.left(Left(node="noi-may"))
    desk.sweep(live=live)
    assert path.exists() is not over
    assert [call.end_reason for call in desk.calls()] == [EndReason.INTERRUPTED] * over


def test_two_filings_exclude_one_another(desk: Leavings) -> None:
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)), ended=True)
    with desk.spool.filing(ULID):
        assert file_one(desk.settings, desk.store, desk.spool, ULID, NOW) is Outcome.BUSY
    assert file_one(desk.settings, desk.store, desk.spool, ULID, NOW) is Outcome.SETTLED


def test_what_the_caller_still_decides_is_not_filed(desk: Leavings) -> None:
    recording(desk)
    assert file_one(desk.settings, desk.store, desk.spool, ULID, NOW) is Outcome.NOT_YET
    desk.save(R.CANCELLED)
    assert file_one(desk.settings, desk.store, desk.spool, ULID, NOW) is Outcome.CANCELLED
    assert desk.left() == []


def test_audio_that_may_grow_is_waited_for(desk: Leavings) -> None:
    recording(desk)
    assert desk.sweep(aged=False).live == 1
    desk.age(40)
    assert desk.sweep(aged=False).filed == 0
    desk.age(61)
    assert desk.sweep(aged=False).filed == 1


@pytest.mark.parametrize(
    ("age", "live", "filed"),
    [
        (240, None, 0),
        (301, None, 1),
        (40, set(), 0),  # the list may be older than the file
        (101, set(), 1),
        (101, {"1790843000.99"}, 1),
        (101, {UNIQUEID}, 0),
        (301, {UNIQUEID}, 1),
    ],
)
@pytest.mark.parametrize("left", ["fallback", "orphan"])
def test_audio_without_sidecar_waits_for_its_channel(
    desk: Leavings, left: str, age: float, live: set[str] | None, filed: int
) -> None:
    if left == "fallback":
        desk.fallback(wav(3))
    else:
        desk.take(1, T.RECORDED, wav(3))
        desk.journal()
    desk.age(age)
    assert desk.sweep(live=live, aged=False).faults == []
    assert len(desk.tickets()) == filed


def test_a_short_take_waits_for_the_fallback_of_its_call(desk: Leavings) -> None:
    desk.save(R.RECORDING, desk.take(1, T.RECORDING, wav(0.5)))
    desk.journal()
    desk.age(110)
    desk.fallback(wav(1))  # the caller is speaking to the dialplan now
    report = desk.sweep(live={UNIQUEID}, aged=False)
    assert (report.silent, report.calls) == (0, 0)
    desk.fallback(wav(4))
    desk.sweep()
    (ticket,) = desk.tickets()
    assert (ticket.ulid, ticket.category) == (ULID, "ha-tang")
    assert [call.end_reason for call in desk.calls()] == [EndReason.FAILED]


def test_uniqueids_match_however_the_dialplan_wrote_them(desk: Leavings) -> None:
    desk.journal(uniqueid="tongdai-1022-1790843000.17")
    desk.fallback(wav(3), uniqueid="tongdai10221790843000.17")
    desk.sweep()
    assert [ticket.ulid for ticket in desk.tickets()] == [ULID]


def test_a_broken_sidecar_is_told_every_time_and_stays(desk: Leavings) -> None:
    desk.spool.path(ULID).write_text("{")
    desk.spool.audio(ULID, 1).write_bytes(wav(3))
    recording(desk, ulid="01ARZ3NDEKTSV4RRFFQ69G5FAW")
    for _ in range(2):
        report = desk.sweep()
        assert len(report.faults) == 1
        assert ULID in describe(report)
    assert desk.spool.audio(ULID, 1).exists()
    assert len(desk.tickets()) == 0  # the other one has no audio under its own name: nothing was spoken


def test_a_journal_without_a_start_is_set_aside_once(desk: Leavings) -> None:
    path = desk.spool.folder / f"{ULID}.call.jsonl"
    path.write_text('{"line": "sta')
    assert desk.sweep(aged=False).faults == []
    assert len(desk.sweep().faults) == 1
    assert desk.sweep().faults == []
    assert (desk.spool.folder / "aside" / path.name).exists()


def test_an_orphan_beside_a_filed_recording_is_kept_and_told(desk: Leavings) -> None:
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3)), ended=True, reported_at=NOW)
    desk.sweep()
    desk.take(1, T.RECORDED, wav(5))
    path = desk.journal(end=EndReason.COMPLETED)
    desk.sweep()
    assert len(desk.heard()[ULID]) == 3 * 16000
    assert desk.spool.audio(ULID, 1).exists()
    assert len(desk.tickets()) == 1
    assert not path.exists()
    assert any(ULID in fault for fault in desk.sweep().faults)


def test_one_mistake_does_not_stop_the_others(desk: Leavings, monkeypatch: pytest.MonkeyPatch) -> None:
    other = "01ARZ3NDEKTSV4RRFFQ69G5FAW"
    for ulid in (ULID, other):
        desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(3), ulid=ulid), ulid=ulid, ended=True)
    real = intake.file_report

    def fails(session: object, sidecar: object, *given: object, **named: object) -> object:
        if getattr(sidecar, "ulid", "") == ULID:
            raise RuntimeError("a mistake")
        return real(session, sidecar, *given, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(intake, "file_report", fails)
        report = desk.sweep()
    assert report.faults == ["RuntimeError('a mistake')"]
    assert [ticket.ulid for ticket in desk.tickets()] == [other]
    desk.sweep()
    assert len(desk.tickets()) == 2


def test_late_codes_go_to_those_who_can_hear_no_other(desk: Leavings) -> None:
    waiting, ended, gone, further = (f"01ARZ3NDEKTSV4RRFFQ69G5FA{sign}" for sign in "VWXY")
    for ulid, call in ((waiting, ""), (ended, ""), (gone, ""), (further, waiting)):
        if not call:
            desk.journal(ulid=ulid)
        take = desk.take(1, T.RECORDED, wav(3), ulid=ulid)
        desk.save(R.TO_FILE, take, ulid=ulid, call=call, ended=ulid == further)
        file_one(desk.settings, desk.store, desk.spool, ulid, NOW)
    with desk.store.transaction() as session:
        for ulid in (ended, gone):
            path = desk.journal(end=EndReason.HUNG_UP, ulid=ulid)
            record_call(session, read_journal(path), NOW)
            path.unlink()
    desk.spool.remove(kept(desk.spool, gone))
    assert give_late_codes(desk.store, desk.spool, desk.codes, NOW) == 0  # no block yet
    desk.lease()
    assert give_late_codes(desk.store, desk.spool, desk.codes, NOW) == 1
    assert {ticket.ulid: ticket.code is not None for ticket in desk.tickets()} == {
        waiting: False,
        ended: False,
        gone: True,
        further: False,
    }
    desk.sweep()  # the calls of the others turn out to be over
    assert all(ticket.code is not None for ticket in desk.tickets())


def test_crumbs_of_dead_processes_go(desk: Leavings) -> None:
    for name in (f"{ULID}.lock", f"{ULID}.filing", f".{ULID}.json.tmp", ".room-1", ".now-2-3"):
        (desk.spool.folder / name).touch()
    desk.sweep()
    assert desk.left() == sorted([f".{ULID}.json.tmp", ".now-2-3", ".room-1"])
    desk.age(4000)
    desk.sweep(aged=False)
    assert desk.left() == []


def test_a_sweep_keeps_the_block_of_codes_filled(desk: Leavings) -> None:
    assert CodeBook(desk.settings.codes).left(NOW) == 0
    desk.sweep()
    assert CodeBook(desk.settings.codes).left(NOW) == 500


def test_the_clock_of_the_process_decides_nothing(desk: Leavings) -> None:
    recording(desk)
    path = desk.spool.audio(ULID, 1)

    assert sweep(desk.settings, desk.store, desk.spool, NOW + timedelta(hours=1), None).filed == 0
    future = path.stat().st_mtime + 3600  # the machine's clock was set back an hour after Asterisk died
    for file in (path, desk.spool.path(ULID)):
        os.utime(file, (future, future))
    assert desk.sweep(aged=False).filed == 1


def test_audio_with_nothing_beside_it_is_dated_by_its_ulid(desk: Leavings) -> None:
    desk.take(1, T.RECORDED, wav(3))
    desk.take(1, T.RECORDED, wav(3), ulid="01ARZ3NDEKTSV4RRFFQ69G5FIL")  # looks like one of them, is none
    desk.sweep()
    first, second = desk.tickets()
    assert first.created_at == datetime(2016, 7, 30, 23, 54, 10, 259000, tzinfo=UTC)
    assert second.created_at == NOW + timedelta(minutes=5)
    assert first.city == desk.settings.city


def test_a_recording_that_is_no_audio_is_set_aside(desk: Leavings) -> None:
    desk.save(R.RECORDING, desk.take(1, T.RECORDING, b"ID3" * 5000))
    desk.save(R.RECORDING, desk.take(1, T.RECORDING, b"", ulid=OTHER), ulid=OTHER)
    assert desk.sweep().silent == 2
    assert [path.name for path in (desk.spool.folder / "aside").iterdir()] == [f"{ULID}.1.wav"]
    assert desk.tickets() == []


def test_a_kept_take_that_is_gone_is_still_a_ticket(desk: Leavings) -> None:
    desk.save(R.RECORDED, desk.take(1, T.RECORDED, None))
    desk.sweep()
    assert [set(ticket.flags) for ticket in desk.tickets()] == [{"interrupted", "no_audio"}]


def test_a_fallback_of_a_held_call_waits(desk: Leavings) -> None:
    desk.journal()
    desk.fallback(wav(3))
    with desk.spool.hold(ULID):
        assert desk.sweep().adopted == 0
    assert desk.sweep().adopted == 1


def test_a_fallback_whose_ulid_was_used_before_gets_another(desk: Leavings) -> None:
    desk.fallback(wav(3))
    desk.sweep()
    desk.fallback(wav(2.5))  # the same second, the same number of a restarted Asterisk
    desk.sweep()
    assert sorted(len(samples) / 16000 for samples in desk.heard().values()) == [2.5, 3.0]
    assert len(desk.tickets()) == 2


@pytest.mark.parametrize("note", ["", "{", "[]", '{"started": "soon"}', '{"started": -5, "language": "xx"}'])
def test_a_damaged_note_costs_facts_not_the_recording(desk: Leavings, note: str) -> None:
    desk.fallback(wav(3), uniqueid="pbx")
    (desk.spool.folder / "fallback-pbx.json").write_text(note)
    desk.sweep()
    (ticket,), (call,) = desk.tickets(), desk.calls()
    assert (ticket.city, ticket.language, call.caller_number) == (desk.settings.city, "vi", None)
    assert desk.left() == []


def test_what_happens_between_the_list_and_the_look(desk: Leavings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The background filer files and closes while the sweep goes through the list it made."""
    with monkeypatch.context() as patch:
        patch.setattr(Spool, "ulids", lambda _: [ULID])
        patch.setattr("ivr.filing.sweep.find_journals", lambda folder: [folder / f"{ULID}.call.jsonl"])
        report = desk.sweep()
    assert (report.faults, report.silent, report.calls) == ([], 0, 0)
    assert desk.left() == []
