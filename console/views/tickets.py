"""A ticket's page with its parts; what people do with a ticket is in ``casework``, the list in ``ticket_list``."""

from typing import Any

from flask import Blueprint, abort, render_template

from console import context, labels
from console.access import me, needs
from console.alignment import align
from console.context import Session
from console.language import language
from console.views import casework, ticket_list
from ivr.model import MOVES, Call, EventKind, Recording, Ticket, TicketEvent
from ivr.model.clock import clock_of
from ivr.model.permissions import Permission
from ivr.services import listing, people, plays, repeats, rights, viewing

blueprint = Blueprint("tickets", __name__, url_prefix="/tickets")
casework.register(blueprint)
ticket_list.register(blueprint)
_PARTS = ("head", "said", "side", "history")


@blueprint.get("/<ulid>")
@needs(Permission.SEE_TICKETS)
def page(ulid: str) -> str:
    """One ticket."""
    with context.reading() as session:
        facts = _facts(session, viewing.get_ticket(session, ulid, me()))
        number = _number(facts["call"], facts["ticket"])
        rows = listing.calls_of_number(session, number, viewer=me(), limit=8) if number else []
        others = [row for row in rows if row.id != facts["ticket"].call_id]
        calls_around = repeats.around(session, facts["call"], context.repeats())
        return render_template("tickets/page.html", **facts, others=others, number=number, calls_around=calls_around)


@blueprint.get("/<ulid>/parts/<name>")
@needs(Permission.SEE_TICKETS)
def part(ulid: str, name: str) -> str:
    """One region of the page anew, after a change of ours or of others."""
    if name not in _PARTS:
        abort(404)
    with context.reading() as session:
        return render_template(f"tickets/{name}.html", **_facts(session, viewing.get_ticket(session, ulid, me())))


def _facts(session: Session, ticket: Ticket) -> dict[str, Any]:
    """Everything the parts of a ticket's page show."""
    recording = next(iter(listing.recordings_of_report(session, ticket.ulid)), None)
    transcript = recording.transcript if recording else None
    names = _names(session, ticket, recording)
    return {
        "ticket": ticket,
        "events": ticket.events,
        "people": names,
        "call": listing.find_call(session, ticket.call_id),
        "beside": viewing.tickets_beside(session, ticket, me()),
        "duplicate": _duplicate(session, ticket),
        "recording": recording,
        "transcript": transcript,
        "tokens": align(transcript.text, transcript.words, by_machine=transcript.corrected_text is None)
        if transcript
        else [],
        "failed": any(event.kind is EventKind.NOT_TRANSCRIBED for event in ticket.events),
        "clock": clock_of(ticket.state),
        "moves": MOVES[ticket.state],
        "listened": _listened(session, recording),
        "takeable": rights.may(me(), Permission.TAKE if ticket.assignee_id is None else Permission.ASSIGN),
        "sees_number": rights.sees_number(me(), [ticket]),
        "asks_reason": not rights.holds(me(), ticket),
        "may_download": rights.may_download(me(), ticket),
        "changes": _changes(ticket, names),
    }


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


def _changes(ticket: Ticket, names: dict[int, str]) -> Any:
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


def _number(call: Call | None, ticket: Ticket) -> str | None:
    return (call.caller_number if call else None) or ticket.contact_number
