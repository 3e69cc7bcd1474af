"""Killed before any lasting step, and started again: no report is lost or doubled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest

from ivr.filing.filing import close_call, file_one
from ivr.model import EndReason
from ivr.model.report import PartState
from ivr.services import intake
from ivr.services.calls import record_call
from ivr.spool import SidecarState, read_journal
from ivr.store import Store, make_engine
from ivr.testing import temporary_settings
from ivr.testing.spool import NOW, ULID, UNIQUEID, Leavings, reaping, wav, wipe

GOOD, OTHER, SHORT = 3.0, 2.5, 0.8
FURTHER = "01ARZ3NDEKTSV4RRFFQ69G5FAW"
R, T = SidecarState, PartState


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a dead call left, which recordings must be filed of it (seconds), how its calls ended, tickets' flags."""

    left: Callable[[Leavings], object]
    seconds: tuple[float, ...] = (GOOD,)
    tickets: int = 1
    ends: tuple[EndReason, ...] = (EndReason.INTERRUPTED,)
    flags: frozenset[str] = frozenset()


def _sent(desk: Leavings) -> None:
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(GOOD)), ended=True, code=desk.codes.take(NOW))
    desk.journal(end=EndReason.COMPLETED)


def _owner_dead_after_send(desk: Leavings) -> None:
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(GOOD)), code=desk.codes.take(NOW))
    desk.journal()


def _recording(desk: Leavings, seconds: float = GOOD) -> None:
    desk.save(R.RECORDING, desk.take(1, T.RECORDING, wav(seconds, torn=True)))
    desk.journal()


def _never_began(desk: Leavings) -> None:
    desk.save(R.RECORDING, desk.take(1, T.RECORDING, None))
    desk.journal()


def _second_take(desk: Leavings, seconds: float) -> None:
    first = desk.take(1, T.RECORDED, wav(GOOD))
    desk.save(R.RECORDING, first, desk.take(2, T.RECORDING, wav(seconds, torn=True)))


def _cancelled(desk: Leavings) -> None:
    desk.save(R.CANCELLED, desk.take(1, T.RECORDED, wav(GOOD)))


def _callback(desk: Leavings) -> None:
    desk.save(R.TO_FILE, ended=True)


def _audio_gone(desk: Leavings) -> None:
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, None), ended=True)


def _no_audio_but_noise(desk: Leavings) -> None:
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, b"ID3" * 5000), ended=True)


def _orphan(desk: Leavings) -> None:
    desk.take(1, T.RECORDED, wav(GOOD))
    desk.journal()


def _fallback_alone(desk: Leavings) -> None:
    desk.fallback(wav(GOOD))


def _fallback_without_note(desk: Leavings) -> None:
    desk.fallback(wav(GOOD, torn=True), note=False)


def _fallback_unspoken(desk: Leavings) -> None:
    desk.fallback(None)


def _fallback_silent(desk: Leavings) -> None:
    desk.fallback(wav(SHORT))


def _fallback_of_menu(desk: Leavings) -> None:
    desk.journal()
    desk.fallback(wav(GOOD))


def _fallback_after_short_take(desk: Leavings) -> None:
    desk.save(R.RECORDING, desk.take(1, T.RECORDING, wav(SHORT, torn=True)), urgent=True)
    desk.journal()
    desk.fallback(wav(GOOD))


def _fallback_beside_a_take(desk: Leavings) -> None:
    _recording(desk)
    desk.fallback(wav(OTHER))


def _fallback_after_ticket(desk: Leavings) -> None:
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(GOOD)), ended=True)
    path = desk.journal(end=EndReason.FAILED)
    file_one(desk.settings, desk.store, desk.spool, ULID, NOW)
    with desk.store.transaction() as session:
        record_call(session, read_journal(path), NOW)
    path.unlink()
    desk.fallback(wav(OTHER))


def _fallback_after_call_row(desk: Leavings) -> None:
    path = desk.journal(end=EndReason.FAILED)
    with desk.store.transaction() as session:
        record_call(session, read_journal(path), NOW)
    path.unlink()
    desk.fallback(wav(GOOD))


def _two_sent(desk: Leavings) -> None:
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(GOOD)), code=desk.codes.take(NOW))
    _further(desk, R.TO_FILE, T.RECORDED, ended=True, code=desk.codes.take(NOW))


def _two_closed(desk: Leavings) -> None:
    _two_sent(desk)
    desk.journal(end=EndReason.COMPLETED)


def _second_spoken(desk: Leavings) -> None:
    desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(GOOD)))
    _further(desk, R.RECORDING, T.RECORDING)
    desk.journal()


def _further(desk: Leavings, state: SidecarState, take: PartState, **given: object) -> None:
    audio = wav(OTHER, pitch=0.9, torn=take is T.RECORDING)
    desk.save(state, desk.take(1, take, audio, ulid=FURTHER), ulid=FURTHER, call=ULID, **given)


INTERRUPTED = frozenset({"interrupted"})
FALLBACK = frozenset({"fallback"})
CASES = {
    "sent": Case(left=_sent, ends=(EndReason.COMPLETED,)),
    "owner-dead-after-send": Case(left=_owner_dead_after_send, ends=(EndReason.INTERRUPTED,)),
    "recording": Case(left=_recording, ends=(EndReason.INTERRUPTED,), flags=INTERRUPTED),
    "short": Case(left=lambda desk: _recording(desk, SHORT), seconds=(), tickets=0, ends=(EndReason.INTERRUPTED,)),
    "never-began": Case(left=_never_began, seconds=(), tickets=0, ends=(EndReason.INTERRUPTED,)),
    "second-take-short": Case(left=lambda desk: _second_take(desk, SHORT), seconds=(GOOD + SHORT,), flags=INTERRUPTED),
    "second-take-good": Case(left=lambda desk: _second_take(desk, OTHER), seconds=(GOOD + OTHER,), flags=INTERRUPTED),
    "cancelled": Case(left=_cancelled, seconds=(), tickets=0, ends=()),
    "callback": Case(left=_callback, seconds=()),
    "audio-gone": Case(left=_audio_gone, seconds=(), flags=frozenset({"no_audio"})),
    "no-audio-but-noise": Case(left=_no_audio_but_noise, seconds=(), flags=frozenset({"no_audio"})),
    "orphan": Case(left=_orphan, ends=(EndReason.INTERRUPTED,), flags=frozenset({"orphan", "interrupted"})),
    "fallback-alone": Case(left=_fallback_alone, ends=(EndReason.FAILED,), flags=FALLBACK),
    "fallback-without-note": Case(left=_fallback_without_note, ends=(EndReason.FAILED,), flags=FALLBACK | INTERRUPTED),
    "fallback-unspoken": Case(left=_fallback_unspoken, seconds=(), tickets=0, ends=(EndReason.FAILED,)),
    "fallback-silent": Case(left=_fallback_silent, seconds=(), tickets=0, ends=(EndReason.FAILED,)),
    "fallback-of-menu": Case(left=_fallback_of_menu, ends=(EndReason.FAILED,), flags=FALLBACK),
    "fallback-after-short-take": Case(left=_fallback_after_short_take, ends=(EndReason.FAILED,), flags=FALLBACK),
    "fallback-beside-a-take": Case(
        left=_fallback_beside_a_take,
        seconds=(GOOD + OTHER,),
        ends=(EndReason.FAILED,),
        flags=FALLBACK | INTERRUPTED,
    ),
    "fallback-after-ticket": Case(
        left=_fallback_after_ticket, seconds=(OTHER, GOOD), tickets=2, ends=(EndReason.FAILED,), flags=FALLBACK
    ),
    "two-sent": Case(left=_two_closed, seconds=(OTHER, GOOD), tickets=2, ends=(EndReason.COMPLETED,)),
    "two-without-history": Case(left=_two_sent, seconds=(OTHER, GOOD), tickets=2),
    "second-being-spoken": Case(left=_second_spoken, seconds=(OTHER, GOOD), tickets=2, flags=INTERRUPTED),
    "fallback-after-call-row": Case(left=_fallback_after_call_row, ends=(EndReason.FAILED,), flags=FALLBACK),
}


def check(desk: Leavings, case: Case) -> None:
    """What must be true however often the process died."""
    heard = desk.heard()
    assert sorted(len(samples) / 16000 for samples in heard.values()) == sorted(case.seconds)
    tickets = desk.tickets()
    assert len(tickets) == case.tickets
    assert set(heard) <= {ticket.ulid for ticket in tickets}
    assert {ticket.call_id for ticket in tickets} <= {call.id for call in desk.calls()}
    assert sorted(desk.work()) == sorted(heard)
    codes = [ticket.code for ticket in tickets if ticket.code is not None]
    assert len(codes) == len(set(codes))
    assert frozenset(flag for ticket in tickets for flag in ticket.flags) == case.flags
    assert sorted(str(call.end_reason) for call in desk.calls()) == sorted(map(str, case.ends))
    assert [name for name in desk.left() if name != "aside"] == []


@pytest.mark.parametrize("name", CASES)
def test_killed_before_each_step(name: str, desk: Leavings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    for fatal, home in fresh_homes(desk, tmp_path):
        case.left(home)
        with reaping(monkeypatch, fatal) as reaper:
            home.sweep()
        for _ in range(2):
            report = home.sweep()
        assert report.faults == []
        assert not report.store_away
        check(home, case)
        if not reaper.dead:
            break
    assert fatal > 2


@pytest.mark.parametrize("name", CASES)
def test_the_same_without_a_crash_on_both_databases(name: str, both_desk: Leavings) -> None:
    both_desk.lease()
    CASES[name].left(both_desk)
    both_desk.sweep()
    check(both_desk, CASES[name])


def test_facts_chosen_before_the_fallback_are_kept(desk: Leavings) -> None:
    _fallback_after_short_take(desk)
    desk.sweep()
    (ticket,) = desk.tickets()
    assert (ticket.ulid, ticket.category, ticket.urgent, ticket.city) == (ULID, "ha-tang", True, "da-nang")


def test_a_fallback_of_its_own_knows_its_caller(desk: Leavings) -> None:
    _fallback_alone(desk)
    desk.lease()
    desk.sweep()
    (ticket,), (call,) = desk.tickets(), desk.calls()
    assert (call.caller_number, call.city, call.uniqueid) == ("+84905123456", "hai-phong", UNIQUEID)
    assert ticket.code is not None
    assert ticket.ulid == call.id


def test_answers_given_while_it_is_filed_reach_the_ticket(desk: Leavings, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(GOOD)))
    real = intake.file_report
    late = [lambda: desk.spool.save(replace(sent, publish=True, ended=True))]

    def slowly(*given: object, **named: object) -> object:
        filed = real(*given, **named)  # type: ignore[arg-type]
        while late:
            late.pop()()
        return filed

    monkeypatch.setattr(intake, "file_report", slowly)
    assert file_one(desk.settings, desk.store, desk.spool, ULID, NOW).value == "filed"  # a newer version is saved
    assert file_one(desk.settings, desk.store, desk.spool, ULID, NOW).value == "settled"
    assert [ticket.publish for ticket in desk.tickets()] == [True]
    assert desk.left() == []


def test_a_database_that_is_away_loses_nothing(desk: Leavings, tmp_path: Path) -> None:
    desk.lease()
    for case in (_recording, _fallback_alone):
        case(desk)
    real, desk.store = desk.store, away_store(tmp_path)
    try:
        report = desk.sweep()
        assert report.store_away
        assert report.faults == []
    finally:
        desk.store.close()
        desk.store = real
    desk.sweep()
    assert [len(samples) / 16000 for samples in desk.heard().values()] == [GOOD + GOOD]
    assert desk.left() == []


def fresh_homes(desk: Leavings, tmp_path: Path) -> Iterator[tuple[int, Leavings]]:
    """An empty home with codes for each step that may be the last; endless."""
    for fatal in count():
        home = Leavings(settings=temporary_settings(tmp_path / str(fatal), sweep_still=10.0), store=desk.store)
        wipe(desk.store)
        home.lease()
        yield fatal, home


def away_store(folder: Path) -> Store:
    """A store whose database cannot be opened."""
    return Store(make_engine(f"sqlite+pysqlite:///{folder / 'nowhere' / 'tongdai.db'}", busy=0.1))


@pytest.mark.parametrize("filed_before", [False, True], ids=["at-once", "filed-before"])
def test_killed_before_each_step_of_closing_a_call(
    filed_before: bool, desk: Leavings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The filer's way: report and call row in one transaction, by whoever has filed the report before or not."""
    for fatal, home in fresh_homes(desk, tmp_path):
        sent = home.save(R.TO_FILE, home.take(1, T.RECORDED, wav(GOOD)), code=home.codes.take(NOW))
        if filed_before:
            file_one(home.settings, home.store, home.spool, ULID, NOW)
        home.save(R.TO_FILE, *sent.parts, version=sent.version, code=sent.code, publish=True)
        home.journal(end=EndReason.COMPLETED)
        with reaping(monkeypatch, fatal) as reaper:
            close_call(home.settings, home.store, home.spool, ULID, NOW, known=filed_before)
        for _ in range(2):
            assert home.sweep().faults == []
        check(home, CASES["sent"])
        assert [(ticket.code, ticket.publish) for ticket in home.tickets()] == [(sent.code, True)]
        if not reaper.dead:
            break
    assert fatal > 2


def test_killed_before_each_step_of_closing_a_call_with_two_reports(
    desk: Leavings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The background filer's way: the first report, the further one as it ends, then the call."""
    for fatal, home in fresh_homes(desk, tmp_path):
        _two_sent(home)
        home.journal(end=EndReason.HUNG_UP)
        with reaping(monkeypatch, fatal) as reaper:
            for ulid in (ULID, FURTHER):
                file_one(home.settings, home.store, home.spool, ulid, NOW)
            close_call(home.settings, home.store, home.spool, ULID, NOW, known=True)
        for _ in range(2):
            assert home.sweep().faults == []
        check(home, replace(CASES["two-sent"], ends=(EndReason.HUNG_UP,)))
        assert [call.id for call in home.calls()] == [ULID]
        if not reaper.dead:
            break
    assert fatal > 10


def test_answers_to_a_ticket_that_is_gone_make_it_anew(desk: Leavings) -> None:
    """A database that was put back to an older state: the recording in its last place is found again."""
    sent = desk.save(R.TO_FILE, desk.take(1, T.RECORDED, wav(GOOD)))
    file_one(desk.settings, desk.store, desk.spool, ULID, NOW)
    wipe(desk.store)
    desk.save(R.TO_FILE, *sent.parts, version=sent.version, publish=True)
    close_call(desk.settings, desk.store, desk.spool, ULID, NOW, known=True)
    assert [ticket.publish for ticket in desk.tickets()] == [True]
    assert sorted(desk.heard()) == desk.work() == [ULID]
