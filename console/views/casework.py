"""What people do with a ticket from its page: take, move, note, change, correct; the page then fetches anew."""

from datetime import datetime

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response

from console import context
from console.access import me, needs
from console.context import Session
from console.gettext import gettext as _
from console.labels import label
from console.language import language
from console.steps import describe_step
from console.views.answers import done
from ivr.errors import TongdaiError
from ivr.model import Kind, Refusal, State, Ticket
from ivr.model.permissions import Permission
from ivr.services import casework, correcting, listing, people, viewing
from ivr.services.casework import UNSET, Keep
from ivr.services.errors import NotFound


def register(blueprint: Blueprint) -> None:
    """Add the acts to the tickets' blueprint."""
    blueprint.add_url_rule("/<ulid>/assignee", "take", take, methods=["POST"])
    blueprint.add_url_rule("/<ulid>/notes", "note", note, methods=["POST"])
    blueprint.add_url_rule("/<ulid>/text", "correct", correct, methods=["POST"])
    blueprint.add_url_rule("/<ulid>/move", "move_form", move_form, methods=["GET"])
    blueprint.add_url_rule("/<ulid>/move", "move", move, methods=["POST"])
    blueprint.add_url_rule("/<ulid>/assignee", "assign_form", assign_form, methods=["GET"])
    blueprint.add_url_rule("/<ulid>/facts", "change", change, methods=["POST"])


@needs(Permission.TAKE)
def take(ulid: str) -> Response:
    """Become the one who works on it; a new ticket is accepted by that."""
    with context.changing() as session:
        casework.take(session, viewing.get_ticket(session, ulid, me()).id, me(), _version(), context.now())
    return _done(ulid, _("Anh/chị đã nhận phiếu này."))


@needs(Permission.NOTE)
def note(ulid: str) -> Response:
    """Add a note."""
    text = request.form.get("text", "").strip()
    if not text:
        raise TongdaiError(_("Ghi chú đang trống."))
    with context.changing() as session:
        casework.note(session, viewing.get_ticket(session, ulid, me()).id, text, me(), context.now())
    return _done(ulid, _("Đã lưu ghi chú."))


@needs(Permission.CORRECT)
def correct(ulid: str) -> Response:
    """Put one's own text over the machine's, which stays, or where none came."""
    with context.changing() as session:
        ticket = viewing.get_ticket(session, ulid, me())
        recording = next(iter(listing.recordings_of_report(session, ticket.ulid)), None)
        if recording is None:
            raise NotFound("recording", ulid)
        text = request.form.get("text", "")
        written = correcting.correct_transcript(session, recording.id, text, me(), _version(), context.now())
        beside = bool(written.raw_text)
    return _done(ulid, _("Đã lưu bản sửa; bản gốc vẫn còn.") if beside else _("Đã lưu nội dung."))


@needs(Permission.MOVE)
def move_form(ulid: str) -> str:
    """The dialog that asks what a move needs."""
    with context.reading() as session:
        ticket = viewing.get_ticket(session, ulid, me())
        to = _state(request.args.get("to"))
        step = casework.get_move(ticket.state, to)
        words = context.cities().get(ticket.city)
        proposed = words.proposed_agency(ticket.category)
        return render_template(
            "tickets/move.html",
            ticket=ticket,
            step=describe_step(ticket.state, step),
            needs=step.needs,
            refusals=list(Refusal),
            agencies=words.agencies(language()),
            chosen=ticket.agency or proposed,
            is_proposed=proposed is not None and ticket.agency in {None, proposed},
            categories=words.categories(language()),
            proposal=words.proposed_agency,
        )


@needs(Permission.MOVE)
def move(ulid: str) -> Response:
    """Move the ticket by the table of moves; what was classified in the dialog comes before."""
    with context.changing() as session:
        ticket = viewing.get_ticket(session, ulid, me())
        version = _version()
        if "category" in request.form and ticket.version == version:
            version = _change(session, ticket, version, category=_category(ticket)).version
        casework.move(
            session,
            ticket.id,
            _state(request.form.get("to")),
            me(),
            request.form.get("reason", "").strip(),
            version,
            context.now(),
            refusal=_refusal(),
            duplicate_of=_duplicate(session),
            agency=_agency(ticket),
        )
        moved = label(ticket.state)
    return _done(ulid, _("Đã lưu: %(state)s.", state=moved))


@needs(Permission.ASSIGN)
def assign_form(ulid: str) -> str:
    """The dialog that gives a ticket to somebody."""
    with context.reading() as session:
        ticket = viewing.get_ticket(session, ulid, me())
        assignees = [person for person in people.find_all_people(session) if person.active]
        return render_template("tickets/assign.html", ticket=ticket, assignees=assignees)


@needs(Permission.CHANGE)
def change(ulid: str) -> Response:
    """Change what a ticket is about or who works on it, by the fields that were sent; the due time follows."""
    form = request.form
    with context.changing() as session:
        ticket = viewing.get_ticket(session, ulid, me())
        _change(
            session,
            ticket,
            _version(),
            category=_category(ticket),
            kind=_kind(form.get("kind")),
            urgent="1" in form.getlist("urgent") if "urgent" in form else ticket.urgent,
            assignee=form.get("assignee", type=int) if "assignee" in form else UNSET,
        )
    return _done(ulid, _("Đã lưu thay đổi."))


def _done(ulid: str, text: str) -> Response:
    return done(url_for("tickets.page", ulid=ulid), text)


def _change(
    session: Session,
    ticket: Ticket,
    version: int,
    *,
    category: str | None,
    kind: Kind | Keep = UNSET,
    urgent: bool | None = None,
    assignee: int | Keep | None = UNSET,
) -> Ticket:
    """Change it, and with category or urgency (None: as it is) when it is due, by the city's rules."""
    urgent = ticket.urgent if urgent is None else urgent
    due_at: datetime | Keep | None = UNSET
    if (category, urgent) != (ticket.category, ticket.urgent):
        due_at = context.cities().get(ticket.city).due(category, urgent=urgent, spoken_at=ticket.created_at)
    return casework.change(
        session,
        ticket.id,
        me(),
        version,
        context.now(),
        category=category,
        kind=kind,
        urgent=urgent,
        assignee=assignee,
        due_at=due_at,
    )


def _category(ticket: Ticket) -> str | None:
    if "category" not in request.form:
        return ticket.category
    category = request.form["category"] or None
    known = (known for known, _name in context.cities().get(ticket.city).categories(language()))
    if category not in {None, ticket.category, *known}:
        abort(400)
    return category


def _version() -> int:
    version = request.form.get("version", type=int)
    if version is None:
        abort(400)
    return version


def _state(value: str | None) -> State:
    try:
        return State(value or "")
    except ValueError:
        abort(400)


def _kind(value: str | None) -> Kind | Keep:
    try:
        return Kind(value) if value else UNSET
    except ValueError:
        abort(400)


def _refusal() -> Refusal | None:
    try:
        return Refusal(request.form["refusal"]) if request.form.get("refusal") else None
    except ValueError:
        abort(400)


def _duplicate(session: Session) -> int | None:
    typed = request.form.get("duplicate", "").strip()
    if not typed:
        return None
    other = viewing.find_ticket_by_code(session, typed, me())
    if other is None:
        raise TongdaiError(_("Không có phiếu nào mang mã %(code)s.", code=typed[:20]))
    return other.id


def _agency(ticket: Ticket) -> str | None:
    agency = request.form.get("agency") or None
    known = {agency_id for agency_id, _name in context.cities().get(ticket.city).agencies(language())}
    if agency is not None and agency not in known:
        abort(400)
    return agency
