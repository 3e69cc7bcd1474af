"""A ticket's page: the words first, its regions one by one, and the way to the next ticket of the list."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import context
from console.access import me, needs
from console.gettext import gettext as _
from console.ticket_form import read_facts
from console.views.ticket_list import find_list
from ivr.model import Call, Ticket
from ivr.model.permissions import Permission
from ivr.services import listing, repeats, viewing

PARTS = {
    "bar": "tickets/bar.html",
    "form": "tickets/form.html",
    "said": "tickets/said.html",
    "facts": "tickets/facts.html",
    "sound": "recordings/sound.html",
    "side": "tickets/side.html",
    "history": "tickets/history.html",
}
"""Regions of the page that are fetched anew by themselves; ``form`` holds those that another page can show as well."""
_MOST_LISTED = 200
"""Tickets of a list that an address names; a page of the list has fewer."""


def register(blueprint: Blueprint) -> None:
    """Add the page to the tickets' blueprint."""
    blueprint.add_url_rule("/next", "next", next_ticket, methods=["GET"])
    blueprint.add_url_rule("/<ulid>", "page", page, methods=["GET"])
    blueprint.add_url_rule("/<ulid>/parts/<name>", "part", part, methods=["GET"])


@needs(Permission.SEE_TICKETS)
def page(ulid: str) -> str:
    """One ticket."""
    with context.reading() as session:
        facts = read_facts(session, viewing.get_ticket(session, ulid, me()))
        number = _number(facts["call"], facts["ticket"])
        rows = listing.calls_of_number(session, number, viewer=me(), limit=8) if number else []
        others = [row for row in rows if row.id != facts["ticket"].call_id]
        calls_around = repeats.around(session, facts["call"], context.repeats())
        return render_template("tickets/page.html", **facts, others=others, number=number, calls_around=calls_around)


@needs(Permission.SEE_TICKETS)
def part(ulid: str, name: str) -> str:
    """One region of the page anew, after a change of ours or of others."""
    if name not in PARTS:
        abort(404)
    with context.reading() as session:
        facts = read_facts(session, viewing.get_ticket(session, ulid, me()))
        if name == "sound" and facts["recording"] is None:
            abort(404)
        return render_template(PARTS[name], **facts)


@needs(Permission.SEE_TICKETS)
def next_ticket() -> Response:
    """On to the ticket that follows in the list one came from, as the list stands now; else back to the list.

    The address is the list's own, with ``after`` (the ticket one leaves), ``order`` (the list as it stood when one
    left it) and ``seen`` (the tickets one has been on since), each of ULIDs.
    """
    with context.reading() as session:
        asked, found = find_list(session)
    chosen = find_next([row.ulid for row in found.rows], _named("order"), _named("seen"), request.args.get("after", ""))
    if chosen is not None:
        return redirect(url_for("tickets.page", ulid=chosen), 303)
    flash(_("Đã hết phiếu trong danh sách này."))
    return redirect(asked.address(asked.page), 303)


def find_next(listed: list[str], order: list[str], seen: list[str], after: str) -> str | None:
    """The first ticket of a list that one has not been on: those behind the present one first, then new arrivals.

    :param listed: the list as it stands now: what a colleague has taken meanwhile is not in it any more.
    :param order: the list as it stood when one left it.
    """
    behind = order[order.index(after) + 1 :] if after in order else []
    fresh = [ulid for ulid in listed if ulid not in order]
    passed = {*seen, after}
    return next((ulid for ulid in [*behind, *fresh] if ulid in listed and ulid not in passed), None)


def _named(name: str) -> list[str]:
    return [ulid for ulid in request.args.get(name, "").split(",")[:_MOST_LISTED] if ulid]


def _number(call: Call | None, ticket: Ticket) -> str | None:
    return (call.caller_number if call else None) or ticket.contact_number
