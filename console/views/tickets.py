"""The tickets list and a ticket's page with its parts; what people do with a ticket is in ``casework``."""

from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template

from console import context, labels
from console.access import me, needs
from console.alignment import align
from console.context import Session
from console.language import language
from console.list_query import TABS, Tab, TicketsAsked, read_tickets_asked
from console.views import casework
from ivr.model import MOVES, Call, EventKind, Recording, State, Ticket, TicketEvent
from ivr.model.clock import clock_of
from ivr.model.permissions import Permission
from ivr.services import listing, people, plays, rights, viewing

blueprint = Blueprint("tickets", __name__, url_prefix="/tickets")
casework.register(blueprint)
_MOST_IN_TAB = 1_000
_PARTS = ("head", "said", "side", "history")


@blueprint.get("")
@needs(Permission.SEE_TICKETS)
def index() -> Response:
    """The list, whole or (for htmx) its rows alone."""
    asked = read_tickets_asked()
    with context.reading() as session:
        found = listing.tickets(
            session, asked.filter(me(), context.now()), viewer=me(), page=asked.page, size=asked.size
        )
        template = "tickets/list.html" if asked.fragment else "tickets/index.html"
        page = render_template(
            template,
            asked=asked,
            found=found,
            tabs=_tabs(session, asked),
            address=asked.address,
            states=list(State),
            categories=_categories(asked),
        )
    response = make_response(page)
    response.headers["Vary"] = "HX-Request"
    if asked.fragment:
        response.headers["HX-Replace-Url"] = asked.address(asked.page)  # can be kept and shared; Back leaves the list
    return response


@blueprint.get("/<ulid>")
@needs(Permission.SEE_TICKETS)
def page(ulid: str) -> str:
    """One ticket."""
    with context.reading() as session:
        facts = _facts(session, viewing.get_ticket(session, ulid, me()))
        number = _number(facts["call"], facts["ticket"])
        rows = listing.calls_of_number(session, number, viewer=me(), limit=8) if number else []
        others = [row for row in rows if row.id != facts["ticket"].call_id]
        return render_template("tickets/page.html", **facts, others=others, number=number)


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


def _tabs(session: Session, asked: TicketsAsked) -> list[dict[str, Any]]:
    """The groups with how many stand in those where a number says what to do."""
    counts = _counts(session, [tab for tab in TABS if tab.counted])
    return [
        {"id": tab.id, "text": str(tab.text), "count": counts.get(tab.id), "href": asked.address(1, tab=tab.id)}
        for tab in TABS
    ]


def _counts(session: Session, tabs: list[Tab]) -> dict[str, str]:
    """How many stand in each; from a thousand on it says nothing more exact: every page pays for the counting."""
    groups = [tab.filter(me(), context.now()) for tab in tabs]
    found = listing.count_tickets(session, *groups, viewer=me(), most=_MOST_IN_TAB)
    return {
        tab.id: f"{count - 1}+" if count == _MOST_IN_TAB else str(count) for tab, count in zip(tabs, found, strict=True)
    }


def _categories(asked: TicketsAsked) -> list[tuple[str, str]]:
    """The categories of this desk's city, and the one that was asked for."""
    words = context.cities().get(context.settings().city)
    known = words.categories(language())
    foreign = asked.category and asked.category not in dict(known)
    return [*known, (asked.category, asked.category)] if foreign else known
