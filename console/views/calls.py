"""The calls list, also of callers who pressed nothing, and a call's page: each step with its prompts, key and time."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template

from console import context
from console.access import me, needs
from console.context import Session
from console.language import language
from console.list_query import read_calls_asked
from console.takes import describe_takes
from console.ticket_form import read_hearing, read_number
from ivr.model import Call, CallStep, EndReason, Ticket
from ivr.model.permissions import Permission
from ivr.services import listing, rights, viewing

blueprint = Blueprint("calls", __name__, url_prefix="/calls")


@blueprint.get("")
@needs(Permission.SEE_CALLS)
def index() -> Response:
    """The list, whole or (for htmx) its rows alone."""
    asked = read_calls_asked()
    with context.reading() as session:
        found = listing.calls(session, asked.filter(), viewer=me(), page=asked.page, size=asked.size)
        page = render_template(
            "calls/list.html" if asked.fragment else "calls/index.html",
            asked=asked,
            found=found,
            address=asked.address,
            ends=list(EndReason),
        )
    response = make_response(page)
    response.headers["Vary"] = "HX-Request"
    if asked.fragment:
        response.headers["HX-Replace-Url"] = asked.address(asked.page)  # can be kept and shared; Back leaves the list
    return response


@blueprint.get("/<ulid>")
@needs(Permission.SEE_CALLS)
def page(ulid: str) -> str:
    """One call: what the caller heard and pressed, its tickets, and the same number's other calls."""
    with context.reading() as session:
        seen = viewing.get_call(session, ulid, me())
        call, tickets = seen.call, seen.tickets
        number = call.caller_number
        rows = listing.calls_of_number(session, number, viewer=me(), limit=8) if number else []
        heard = tickets if rights.may(me(), Permission.LISTEN) else []
        players = [player for ticket in heard for player in _players(session, ticket)]
        return render_template(
            "calls/page.html",
            call=call,
            tickets=tickets,
            hidden=seen.has_confidential,
            players=players,
            steps=[(step, _said(call, step)) for step in call.steps],
            number=number,
            **read_number(session, call.id, tickets),
            others=[row for row in rows if row.id != ulid],
        )


def _players(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    """What the player of each recording of a ticket needs to know."""
    return [
        {
            "ticket": ticket,
            "recording": recording,
            "takes": describe_takes(viewing.find_takes(session, ticket)),
            **read_hearing(session, ticket),
        }
        for recording in listing.recordings_of_report(session, ticket.ulid)
    ]


def _said(call: Call, step: CallStep) -> list[str]:
    """What the hotline said in a step: sentences, without the single words that codes are read from."""
    words = context.cities().get(call.city)
    spoken = (words.prompt(prompt, language()) for prompt in step.prompts)
    return list(dict.fromkeys(text for text in spoken if text))
