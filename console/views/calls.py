"""The calls list, also of callers who pressed nothing, and a call's page: each step with its prompts, key and time."""

from itertools import zip_longest
from typing import Any

from flask import Blueprint, Response, make_response, render_template

from console import context
from console.access import me, needs
from console.context import Session
from console.language import language
from console.list_query import read_calls_asked
from ivr.model import Call, CallStep, EndReason, Ticket
from ivr.model.permissions import Permission
from ivr.services import listing, rights, viewing

PASSED_THROUGH = ("hours", "switch", "language")
"""Kinds of steps that earlier versions kept and that no caller notices."""

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
            asks_reason=any(player["asks_reason"] for player in players),
            steps=[(step, _said(call, step)) for step in call.steps if step.kind not in PASSED_THROUGH],
            number=number,
            sees_number=rights.sees_number(me(), tickets),
            others=[row for row in rows if row.id != ulid],
        )


def _players(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    """What the player of each recording of a ticket needs to know."""
    return [
        {
            "ticket": ticket,
            "recording": recording,
            "asks_reason": not rights.holds(me(), ticket),
            "may_download": rights.may_download(me(), ticket),
        }
        for recording in listing.recordings_of_report(session, ticket.ulid)
    ]


def _said(call: Call, step: CallStep) -> list[tuple[str, float | None]]:
    """What was heard in a step: each sentence with its seconds, without the single words that codes are read from.

    A sentence that was said again stands once, with the longest stretch; one that never began does not stand at all.
    None: earlier versions did not measure it.
    """
    words = context.cities().get(call.city)
    heard: dict[str, float | None] = {}
    for prompt, seconds in zip_longest(step.prompts, step.heard[: len(step.prompts)]):
        text = words.prompt(prompt, language())
        if text and seconds != 0:
            heard[text] = max(seconds, heard.get(text) or 0.0) if seconds else None
    return list(heard.items())
