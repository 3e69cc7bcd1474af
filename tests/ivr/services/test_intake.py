"""Reports, calls and codes arrive once, however often they are handed in."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from ivr.model import (
    Call,
    CallStep,
    Consent,
    ContactKind,
    EndReason,
    EventKind,
    Outbox,
    Recording,
    Ticket,
    TicketEvent,
    WorkItem,
)
from ivr.model.code import MOST
from ivr.recordings import FiledAudio
from ivr.services import codes, intake
from ivr.services.calls import record_call
from ivr.services.errors import CodesExhausted, NotFound
from ivr.spool import CallJournal, Sidecar, Step
from ivr.store import Store
from ivr.testing.spool import change, make_journal


def topics(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.scalars(select(Outbox.topic).order_by(Outbox.id)))


def events(store: Store) -> list[EventKind]:
    with store.reading() as session:
        return list(session.scalars(select(TicketEvent.kind).order_by(TicketEvent.id)))


def count(store: Store, table: type) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_report_becomes_ticket_recording_work_event_and_call(
    store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime
) -> None:
    due = now + timedelta(days=3)
    with store.transaction() as session:
        filed = intake.file_report(session, sidecar, audio, now, due)
    assert filed.created
    with store.reading() as session:
        ticket = session.get_one(Ticket, filed.ticket_id)
        assert (ticket.code, ticket.category, ticket.consent_key, ticket.due_at) == ("260042174", "ha-tang", "1", due)
        assert (ticket.contact_number, ticket.contact_last4) == ("+84905123456", "3456")
        recording = session.scalars(select(Recording)).one()
        assert (recording.id, recording.ulid, recording.seconds) == (sidecar.ulid, sidecar.ulid, 12.5)
        assert session.scalars(select(WorkItem.subject)).one() == recording.id
        assert session.get_one(Call, sidecar.ulid).caller_number == "+84905123456"
    assert events(store) == [EventKind.FILED]
    assert topics(store) == ["ticket.filed"]


def test_a_further_report_belongs_to_its_call(store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime) -> None:
    """It has a ticket and a recording of its own and no call row, whichever report is filed first and however often."""
    own = "01K5CALL0000000000000000AB"
    further = change(sidecar, ulid=own, call=sidecar.ulid, code="260042182")
    its_audio = replace(audio, key=f"2026/09/15/{own}.wav")
    for report, heard in ((further, its_audio), (sidecar, audio), (further, its_audio)):
        with store.transaction() as session:
            intake.file_report(session, report, heard, now)
    with store.reading() as session:
        tickets = {ticket.ulid: ticket.call_id for ticket in session.scalars(select(Ticket))}
        assert tickets == {sidecar.ulid: sidecar.ulid, own: sidecar.ulid}
        assert list(session.scalars(select(Call.id))) == [sidecar.ulid]
        assert set(session.scalars(select(Recording.ulid))) == {sidecar.ulid, own}
    assert count(store, WorkItem) == 2


def test_filing_again_or_an_older_version_changes_nothing(
    store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime
) -> None:
    for version in (3, 3, 2):
        with store.transaction() as session:
            intake.file_report(session, change(sidecar, version=version, publish=version == 2 or None), audio, now)
    assert (count(store, Ticket), count(store, Recording), count(store, WorkItem)) == (1, 1, 1)
    assert events(store) == [EventKind.FILED]
    with store.reading() as session:
        assert session.scalars(select(Ticket.publish)).one() is None


def test_a_newer_version_brings_the_answers_given_later(
    store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime
) -> None:
    first = change(sidecar, contact_kind=ContactKind.UNASKED, code=None)
    newer = change(
        sidecar, version=4, contact_kind=ContactKind.OTHER, contact_number="+84236123789", publish=True, publish_at=now
    )
    with store.transaction() as session:
        intake.file_report(session, first, audio, now)
    with store.reading() as session:
        early = session.scalars(select(Ticket)).one()
        assert (early.contact_number, early.contact_last4) == (None, "3456")
    with store.transaction() as session:
        assert not intake.file_report(session, newer, audio, now).created
    with store.transaction() as session:
        intake.file_report(session, replace(newer, version=5, ended=True), audio, now)  # tells nothing new
    with store.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.contact_number, ticket.contact_last4, ticket.publish) == ("+84236123789", "3789", True)
        assert (ticket.code, ticket.folded, ticket.report_version) == ("260042174", "260042174", 5)
    assert events(store) == [EventKind.FILED, EventKind.UPDATED]


def test_many_filers_at_once_make_one_ticket(store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime) -> None:
    def file(_: int) -> bool:
        with store.transaction() as session:
            return intake.file_report(session, sidecar, audio, now).created

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(file, range(12))) == 1
    assert (count(store, Ticket), count(store, Recording), len(events(store))) == (1, 1, 1)


def test_a_code_another_ticket_has_does_not_lose_the_report(
    store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime
) -> None:
    second = change(sidecar, ulid="01K5CALL0000000000000000BB")
    with store.transaction() as session:
        intake.file_report(session, sidecar, audio, now)
        filed = intake.file_report(session, second, None, now)
    with store.transaction() as session:
        waiting = codes.tickets_without_code(session)
        assert [(ticket.id, ticket.flags) for ticket in waiting] == [(filed.ticket_id, [intake.CODE_TAKEN])]
        assert codes.give_late_code(session, filed.ticket_id, "260042182", now)
        assert not codes.give_late_code(session, filed.ticket_id, "260042190", now)
    with store.reading() as session:
        assert session.get_one(Ticket, filed.ticket_id).code == "260042182"
        assert codes.tickets_without_code(session) == []
    assert events(store)[-1] is EventKind.CODED


def test_a_late_code_for_no_ticket_is_an_error(store: Store, now: datetime) -> None:
    with pytest.raises(NotFound), store.transaction() as session:
        codes.give_late_code(session, 999, "260042174", now)


def test_a_request_to_be_rung_back_has_no_recording(store: Store, sidecar: Sidecar, now: datetime) -> None:
    with store.transaction() as session:
        intake.file_report(session, change(sidecar, parts=()), None, now)
    assert (count(store, Ticket), count(store, Recording), count(store, WorkItem)) == (1, 0, 0)


def test_leased_codes_never_overlap_and_end(store: Store) -> None:
    def lease(_: int) -> range:
        with store.transaction() as session:
            return codes.lease_codes(session, 2026, 500)

    with ThreadPoolExecutor(4) as pool:
        blocks = sorted(pool.map(lease, range(8)), key=lambda block: block.start)
    assert [(block.start, block.stop) for block in blocks] == [(1 + 500 * n, 501 + 500 * n) for n in range(8)]
    with store.transaction() as session:
        assert codes.lease_codes(session, 2027, 500).start == 1
        rest = codes.lease_codes(session, 2026, MOST)
        assert (rest.start, rest.stop) == (4001, MOST + 1)
        with pytest.raises(CodesExhausted, match="2026"):
            codes.lease_codes(session, 2026)


def journal(now: datetime, steps: int, end: EndReason | None = None) -> CallJournal:
    return make_journal(
        ulid="01K5CALL0000000000000000CC",
        instance="1022",
        city="da-nang",
        caller_name="A\r\nVariable: x=${SHELL(rm)}" + "y" * 5000,
        started_at=now,
        steps=tuple(
            Step(node=f"n{number}", type="menu", at=now, prompts=("chao", "menu"), keys="1") for number in range(steps)
        ),
        ended_at=now + timedelta(seconds=9) if end else None,
        end_reason=end,
    )


def test_a_call_is_completed_step_by_step_and_never_taken_back(store: Store, now: datetime) -> None:
    for steps, end in [(0, None), (2, None), (3, EndReason.HUNG_UP), (1, None), (3, EndReason.COMPLETED)]:
        with store.transaction() as session:
            record_call(session, journal(now, steps, end), now)
    with store.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.end_reason, call.ended_at) == (EndReason.HUNG_UP, now + timedelta(seconds=9))
        assert len(call.caller_name) <= 128
        assert "\n" not in call.caller_name
        assert [(step.seq, step.node, step.prompts, step.keys) for step in call.steps] == [
            (number, f"n{number}", ["chao", "menu"], "1") for number in range(3)
        ]
    assert topics(store) == ["call.started", "call.ended"]


def test_a_real_end_replaces_the_sweeps_conclusion(store: Store, now: datetime) -> None:
    for end in (EndReason.INTERRUPTED, EndReason.COMPLETED):
        with store.transaction() as session:
            record_call(session, journal(now, 1, end), now)
    with store.reading() as session:
        assert session.scalars(select(Call.end_reason)).one() is EndReason.COMPLETED
    assert count(store, CallStep) == 1
    assert topics(store) == ["call.ended"]


def test_a_call_keeps_what_was_heard_and_its_answer_about_recording(store: Store, now: datetime) -> None:
    heard = Step(node="n0", type="say", at=now, prompts=("chao", "ghi-am"), heard=(4.0, 1.5))
    begun = journal(now, 0)
    later = replace(begun, steps=(heard,), language="en", notice_heard={"vi": 1.5, "en": 3.0})
    ended = replace(later, consent=Consent.REFUSED, ended_at=now, end_reason=EndReason.HUNG_UP)
    for state in (begun, replace(later, ended_at=now), ended, begun):
        with store.transaction() as session:
            record_call(session, state, now)
    with store.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.notice_seconds, call.notice_heard) == (3.0, {"vi": 1.5, "en": 3.0})
        assert call.consent is Consent.REFUSED
        assert [(step.prompts, step.heard) for step in call.steps] == [(["chao", "ghi-am"], [4.0, 1.5])]


def test_a_report_of_a_trial_is_marked_on_both_and_whoever_updates_it_leaves_the_mark(
    store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime
) -> None:
    trial = change(sidecar, flags=("hung_up",), trial=True)
    with store.transaction() as session:
        filed = intake.file_report(session, trial, audio, now)
    with store.transaction() as session:
        assert intake.update_report(session, change(trial, version=9, flags=("short",)), now)
    with store.reading() as session:
        assert session.get_one(Ticket, filed.ticket_id).flags == ["trial", "hung_up", "short"]
        assert session.scalars(select(Call)).one().trial


def test_a_call_that_tried_the_hotline_is_kept_as_one(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        for ulid, trial in (("trial", True), ("citizen", False)):
            facts = {"ulid": ulid, "instance": "1022", "city": "da-nang", "started_at": now, "trial": trial}
            record_call(session, make_journal(**facts), now)
    with store.reading() as session:
        assert {row.id: row.trial for row in session.execute(select(Call.id, Call.trial))} == {
            "trial": True,
            "citizen": False,
        }
