"""A report of any channel becomes a ticket: once, however often its channel delivers it, with a call or without."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from ivr.model import (
    Call,
    Channel,
    ContactKind,
    EventKind,
    PartKind,
    Recording,
    Report,
    ReportPart,
    Ticket,
    TicketEvent,
)
from ivr.model.report import Part, PartState
from ivr.phone import RecordEnd
from ivr.recordings import FiledAudio
from ivr.services import intake, listing
from ivr.spool import Sidecar
from ivr.store import Store
from ivr.testing.spool import change

WRITTEN = "Đèn đường trước số 12 Lê Lợi tắt.\nĐã ba đêm."


def message(now: datetime, ulid: str, **given: object) -> Report:
    """A message as a channel without telephones delivers it."""
    values = {"channel": Channel.ZALO, "channel_id": "msg-7", "text": WRITTEN, "version": 1, **given}
    return Report(ulid=ulid, city="da-nang", reported_at=now, **values)  # type: ignore[arg-type]  # names are the report's


def test_a_message_delivered_again_is_the_same_ticket(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        first = intake.file_report(session, message(now, "01K5ZAL00000000000000000AA"), None, now)
    with store.transaction() as session:
        again = intake.file_report(session, message(now, "01K5ZAL00000000000000000BB"), None, now)
        other = intake.file_report(session, message(now, "01K5ZAL00000000000000000CC", channel_id="msg-8"), None, now)
    assert (first.created, again.created, other.created) == (True, False, True)
    assert again.ticket_id == first.ticket_id
    with store.reading() as session:
        tickets = list(session.scalars(select(Ticket).order_by(Ticket.id)))
        assert [(ticket.channel, ticket.channel_id, ticket.call_id) for ticket in tickets] == [
            (Channel.ZALO, "msg-7", None),
            (Channel.ZALO, "msg-8", None),
        ]
        assert tickets[0].content == WRITTEN
        assert tickets[0].folded == "den duong truoc so 12 le loi tat da ba dem"
        assert session.scalar(select(func.count()).select_from(Call)) == 0
        assert session.scalar(select(func.count()).select_from(TicketEvent)) == 2


def test_the_same_id_in_two_channels_is_two_reports(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        for number, channel in enumerate((Channel.WEB, Channel.SMS, Channel.OPEN311)):
            assert intake.file_report(session, message(now, f"01K5{number:022d}", channel=channel), None, now).created


def test_a_message_that_was_changed_changes_its_ticket(store: Store, now: datetime) -> None:
    first = message(now, "01K5ZAL00000000000000000AA", contact_kind=ContactKind.OTHER, contact_number="+84905123456")
    newer = replace(first, ulid="01K5ZAL00000000000000000BB", version=2, text="Đèn đã sáng lại.")
    with store.transaction() as session:
        intake.file_report(session, first, None, now)
        assert intake.update_report(session, newer, now)
        assert intake.update_report(session, first, now), "an older version takes nothing back"
    with store.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.content, ticket.folded) == ("Đèn đã sáng lại.", "den da sang lai")
        assert (ticket.contact_last4, ticket.report_version, ticket.ulid) == ("3456", 2, first.ulid)
        kinds = list(session.scalars(select(TicketEvent.kind).order_by(TicketEvent.id)))
        assert kinds == [EventKind.FILED, EventKind.UPDATED]


def test_a_ticket_without_a_call_has_no_call_and_stands_alone(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        for number in range(2):
            intake.file_report(session, message(now, f"01K5{number:022d}", channel_id=str(number)), None, now)
    with store.reading() as session:
        ticket = session.scalars(select(Ticket)).first()
        assert ticket is not None
        assert listing.find_call(session, ticket.call_id) is None
        assert listing.tickets_of_call(session, ticket.call_id) == []


@pytest.mark.parametrize("audio_first", [True, False], ids=["with its sound", "its sound comes later"])
def test_the_parts_of_a_report_are_kept_in_order(
    store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime, audio_first: bool
) -> None:
    first = Part(number=1, file="a.1.wav", state=PartState.DROPPED, started_at=now)
    second = Part(
        number=2, file="a.2.wav", state=PartState.RECORDED, seconds=12.5, clock_seconds=13.1, end=RecordEnd.KEY,
        started_at=now + timedelta(seconds=20),
    )  # fmt: skip
    report = change(sidecar, parts=(first, second))
    with store.transaction() as session:
        intake.file_report(session, report, audio if audio_first else None, now)
    with store.transaction() as session:
        intake.file_report(session, report, audio, now)
    with store.reading() as session:
        (part,) = session.scalars(select(ReportPart))
        assert (part.ulid, part.number, part.kind, part.leg) == (sidecar.ulid, 2, PartKind.TAKE, "")
        assert (part.end_reason, part.clock_seconds, part.sound_seconds) == ("key", 13.1, 12.5)
        assert part.recording_id == session.scalars(select(Recording.id)).one()
        assert part.started_at == now + timedelta(seconds=20)


def test_what_is_known_of_a_call_stands_in_its_row(store: Store, sidecar: Sidecar, now: datetime) -> None:
    report = change(sidecar, notice_version="2026-02", caller_name="Bà\x00Tư", parts=())
    with store.transaction() as session:
        intake.file_report(session, report, None, now)
    with store.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.id, call.instance, call.notice_version) == (sidecar.ulid, "1022", "2026-02")
        assert (call.caller_name, call.notice_seconds, call.consent) == ("Bà Tư", None, None)
