"""The tickets list; a ticket's page is in ``ticket_page``, what people do with a ticket in ``casework``."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template

from console import context
from console.access import me, needs
from console.context import Session
from console.language import language
from console.list_query import TABS, Tab, TicketsAsked, read_tickets_asked
from console.views import casework, ticket_page
from ivr.model import State
from ivr.model.permissions import Permission
from ivr.services import listing

blueprint = Blueprint("tickets", __name__, url_prefix="/tickets")
ticket_page.register(blueprint)
casework.register(blueprint)
_MOST_IN_TAB = 1_000


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
