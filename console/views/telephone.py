"""The telephone in an operator's browser: its window, and the login with which it registers at Asterisk; and, whatever
telephone rings, what is known of who calls.
"""

from typing import Any

from flask import Blueprint, render_template, request
from flask_wtf.csrf import generate_csrf

from console import context
from console.access import me, needs
from console.ticket_form import read_number
from ivr.asterisk.browser_phones import find_login, socket_address
from ivr.callcentre.browser_phones import browser_phone
from ivr.model.permissions import Permission
from ivr.services import line_calls, listing, operators, repeats, viewing

BEFORE = 3
"""Earlier calls of a number that are shown while it calls: more hide the work under the band."""

blueprint = Blueprint("telephone", __name__, url_prefix="/telephone")


@blueprint.get("")
@needs(Permission.ANSWER)
def page() -> str:
    """The window."""
    return render_template("telephone/page.html")


@blueprint.get("/login")
@needs(Permission.ANSWER)
def login() -> dict[str, Any]:
    """One's own login, in force while one works at this telephone; and the token for what its window sends later."""
    with context.reading() as session:
        work = operators.find_own(session, context.settings().instance, me())
    works_here = work.operator.phone == browser_phone(me().id)
    found = find_login(context.settings(), me().id) if works_here else None
    return {
        "user": found.user if found else None,
        "secret": found.secret if found else None,
        "socket": socket_address(context.settings()),
        "token": generate_csrf(),
    }


@blueprint.get("/caller")
@needs(Permission.SEE_CALLS)
def caller() -> str:
    """Who calls, by the line's name of the call; empty while its row is not known."""
    linkedid = request.args.get("linkedid", "")
    with context.reading() as session:
        found = line_calls.find_citizens(session, context.settings().instance, [linkedid]).get(linkedid)
        if found is None:
            return ""
        seen = viewing.get_call(session, found.ulid, me())
        call, number = seen.call, seen.call.caller_number
        rows = listing.calls_of_number(session, number, viewer=me(), limit=BEFORE + 1) if number else []
        return render_template(
            "telephone/caller.html",
            call=call,
            number=number,
            tickets=seen.tickets,
            hidden=seen.has_confidential,
            calls_around=repeats.around(session, call, context.repeats()),
            others=[row for row in rows if row.id != call.id][:BEFORE],
            **read_number(session, call.id, seen.tickets),
        )
