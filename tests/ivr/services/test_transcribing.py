"""What is asked of the recogniser: urgent reports first, whoever says that they are urgent; and what is given up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from ivr.model import EventKind, Outbox, Person, Recording, Ticket, TicketEvent
from ivr.recordings import FiledAudio
from ivr.services import casework, intake, outbox
from ivr.services.transcribing import TRANSCRIBE
from ivr.services.transcripts import give_up_transcript
from ivr.spool import Sidecar
from ivr.store import Store
from ivr.testing.jobs import claim


def file_reports(store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime, **urgent: bool) -> dict[str, int]:
    """Ticket ids by name, in the order of filing."""
    tickets = {}
    for name, is_urgent in urgent.items():
        report = replace(sidecar, ulid=name, code=None, takes=(), urgent=is_urgent)
        own_audio = replace(audio, key=f"{name}.wav", sha256=name)
        with store.transaction() as session:
            tickets[name] = intake.file_report(session, report, own_audio, now).ticket_id
    return tickets


def claimed_in_order(store: Store, now: datetime) -> list[str]:
    found = []
    while claimed := claim(store, TRANSCRIBE, "w", now):
        found.append(claimed.subject)
    return found


def test_an_urgent_report_is_heard_before_older_ones(
    store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime
) -> None:
    file_reports(store, sidecar, audio, now, first=False, second=False, rescue=True)
    assert claimed_in_order(store, now) == ["rescue", "first", "second"]


def test_a_ticket_marked_urgent_later_is_heard_next(
    store: Store, sidecar: Sidecar, audio: FiledAudio, operator: Person, now: datetime
) -> None:
    tickets = file_reports(store, sidecar, audio, now, first=False, second=False, third=False)
    with store.transaction() as session:
        version = session.get_one(Ticket, tickets["third"]).version
        casework.change(session, tickets["third"], operator, version, now, urgent=True)
    assert claimed_in_order(store, now) == ["third", "first", "second"]


def test_a_text_that_will_not_come_is_said_in_the_ticket(
    store: Store, file_report: Callable[..., int], now: datetime
) -> None:
    ticket_id = file_report()
    with store.transaction() as session:
        recording = session.scalars(select(Recording)).one()
        give_up_transcript(session, recording.id, "MP3", now)
        give_up_transcript(session, "without a ticket", "MP3", now)
    with store.reading() as session:
        event = session.scalars(select(TicketEvent).where(TicketEvent.kind == EventKind.NOT_TRANSCRIBED)).one()
        assert (event.ticket_id, event.text) == (ticket_id, "MP3")
        told = session.scalars(select(Outbox).order_by(Outbox.id.desc()).limit(1)).one()
        assert (told.topic, told.subject, told.data) == (outbox.TICKET_CHANGED, recording.ulid, {"id": ticket_id})
