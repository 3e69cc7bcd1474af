"""Everything the regions of a ticket's page show: read once for the page, and anew for each region that is fetched."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from console import context, labels
from console.access import me
from console.alignment import align
from console.context import Session
from console.gettext import gettext as _
from console.language import language
from console.steps import find_steps
from console.takes import describe_takes
from ivr.model import Channel, ContactKind, EventKind, Kind, Recording, Ticket, TicketEvent, WorkState
from ivr.model.clock import clock_of
from ivr.model.permissions import Permission
from ivr.model.recordings import SETTLED_BY_A_PERSON
from ivr.services import listing, people, plays, reveals, rights, viewing
from ivr.services.transcribing import find_text_work

_WRITTEN_CONTACTS = {ContactKind.CALLER, ContactKind.OTHER}


def read_facts(session: Session, ticket: Ticket) -> dict[str, Any]:
    """The ticket as the templates of ``tickets/`` and ``recordings/`` take it."""
    recording = next(iter(listing.recordings_of_report(session, ticket.ulid)), None)
    transcript = recording.transcript if recording else None
    names = _names(session, ticket, recording)
    words = context.cities().get(ticket.city)
    return {
        "ticket": ticket,
        "events": ticket.events,
        "people": names,
        "call": listing.find_call(session, ticket.call_id),
        "beside": viewing.tickets_beside(session, ticket, me()),
        "duplicate": _duplicate(session, ticket),
        "recording": recording,
        "transcript": transcript,
        "text_state": find_text_state(session, recording),
        "tokens": align(transcript.text, transcript.words, by_machine=transcript.corrected_text is None)
        if transcript
        else [],
        "marks": _marks(ticket, recording),
        "takes": describe_takes(viewing.find_takes(session, ticket)) if recording else [],
        "clock": clock_of(ticket.state),
        "steps": find_steps(me(), ticket),
        "takeable": _takeable(ticket),
        "kinds": list(Kind),
        "categories": words.categories(language()),
        "proposed": words.proposed_agency(ticket.category),
        "agency_name": lambda agency: words.agency(agency, language()),
        "contact": _contact(ticket),
        "listened": _listened(session, recording),
        "event_title": lambda event: _event_title(ticket, event),
        "changes": _changes(ticket, names),
        **read_number(session, ticket.ulid, [ticket]),
        **read_hearing(session, ticket),
    }


def read_hearing(session: Session, ticket: Ticket) -> dict[str, Any]:
    """What is said beside a player: whether a reason is asked, which one serves, whether a copy may be taken."""
    lasting = timedelta(minutes=context.settings().reason_minutes)
    standing = plays.find_standing_reason(session, me(), context.now(), lasting)
    return {
        "asks_reason": not rights.holds(me(), ticket),
        "standing_reason": standing[0] if standing else None,
        "standing_until": standing[1] + lasting if standing else None,
        "may_download": rights.may_download(me(), ticket),
    }


def read_number(session: Session, ulid: str, tickets: Sequence[Ticket]) -> dict[str, Any]:
    """Whether the whole number of a ticket or a call (its ULID) is shown, and whether it may be asked for."""
    lasting = timedelta(minutes=context.settings().reason_minutes)
    held = rights.sees_number(me(), tickets)
    shown = held or reveals.is_revealed(session, ulid, me(), context.now(), lasting)
    return {"sees_number": shown, "may_reveal": not shown and rights.may(me(), Permission.SEE_NUMBERS)}


def find_text_state(session: Session, recording: Recording | None) -> str:
    """Where the text of a recording stands: ``there``, ``coming``, ``failed``, ``empty`` (no speech) or ``none``.

    It follows from the work itself and not from the history: a try that failed may be repeated.
    """
    if recording is None:
        return "none"
    if recording.transcript is not None:
        return "there" if recording.transcript.text.strip() else "empty"
    match find_text_work(session, recording.id):
        case WorkState.WAITING | WorkState.CLAIMED:
            return "coming"
        case WorkState.PARKED:
            return "failed"
        case WorkState.DONE:
            return "empty"
        case None:
            return "none"


def _marks(ticket: Ticket, recording: Recording | None) -> list[str]:
    """Marks of the ticket and its recording, each once, without what a person has settled by writing the text."""
    found = dict.fromkeys([*ticket.flags, *(recording.flags if recording else ())])
    written = recording is not None and recording.transcript is not None and recording.transcript.corrected_by
    return [mark for mark in found if not (written and mark in SETTLED_BY_A_PERSON)]


def _takeable(ticket: Ticket) -> bool:
    if rights.holds(me(), ticket):
        return False
    return rights.may(me(), Permission.TAKE if ticket.assignee_id is None else Permission.ASSIGN)


def _duplicate(session: Session, ticket: Ticket) -> Ticket | None:
    """The ticket that stood already, if it is in the reader's scope."""
    other = listing.find_ticket(session, ticket.duplicate_of) if ticket.duplicate_of else None
    return other if other is not None and rights.in_scope(me(), other) else None


def _names(session: Session, ticket: Ticket, recording: Recording | None) -> dict[int, str]:
    """Names of everybody the page mentions, by id."""
    mentioned: set[int | None] = {event.person_id for event in ticket.events} | {ticket.assignee_id}
    mentioned |= {number for event in ticket.events for number in event.data.get("assignee_id", ())}
    if recording and recording.transcript:
        mentioned.add(recording.transcript.corrected_by)
    return people.find_names(session, {number for number in mentioned if number is not None})


def _listened(session: Session, recording: Recording | None) -> list[dict[str, Any]]:
    """Who heard or copied the recording, newest first; shown with that permission."""
    if recording is None or not rights.may(me(), Permission.SEE_LISTENERS):
        return []
    return [{"play": play, "name": play.person.name} for play in plays.find_all_of(session, recording.id)]


def _contact(ticket: Ticket) -> str:
    """How the citizen is reached, in words; who wrote has not called."""
    if ticket.call_id is not None or ticket.channel is Channel.PHONE:
        return labels.label(ticket.contact_kind)
    return _("Số người dân để lại") if ticket.contact_kind in _WRITTEN_CONTACTS else _("Không để lại số")


def _event_title(ticket: Ticket, event: TicketEvent) -> str:
    """What happened, in words; a report that was written has its own."""
    if event.kind is EventKind.CORRECTED and not event.data.get("before"):
        return _("Nghe và ghi nội dung")
    if ticket.call_id is None and ticket.channel is not Channel.PHONE:
        match event.kind:
            case EventKind.FILED:
                return _("Nhận phản ánh (%(channel)s)", channel=labels.label(ticket.channel))
            case EventKind.UPDATED:
                return _("Người dân bổ sung")
            case _:
                pass
    return labels.label(event.kind)


def _changes(ticket: Ticket, names: dict[int, str]) -> Callable[[TicketEvent], list[str]]:
    """A function of an event: its changed values as sentences."""
    words = context.cities().get(ticket.city)

    def value(name: str, raw: Any) -> str:
        if raw in (None, ""):
            return "–"
        match name:
            case "category":
                return words.category(raw, language())
            case "agency":
                return words.agency(raw, language())
            case "assignee_id":
                return names.get(raw, "–")
            case "due_at":
                return labels.moment_of(raw)
            case "urgent" | "confidential":
                return labels.yes_no(raw)
            case _:
                return labels.label(raw)

    def sentences(event: TicketEvent) -> list[str]:
        if event.kind is EventKind.MOVED and "refusal" in event.data:
            return [labels.label(event.data["refusal"])]
        if event.kind is not EventKind.CHANGED:
            return []
        pairs = ((name, both) for name, both in event.data.items() if name in labels.FIELDS)
        return [f"{labels.FIELDS[name]}: {value(name, old)} → {value(name, new)}" for name, (old, new) in pairs]

    return sentences
