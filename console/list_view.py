"""How a list is drawn: its groups, filters, columns and orders, as the templates in ``templates/lists/`` take them.

Both lists of the console, tickets and calls, are one page drawn from these values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, make_response, render_template
from markupsafe import Markup

from console.drawn_once import draw_tools
from console.list_query import Asked
from ivr.services.list_filters import Order
from ivr.services.listing import Page


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of rows that one question asks for; ``count`` is None where it is not counted."""

    id: str
    text: str
    href: str
    count: str | None


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A filter: its field's name, what it is called, and ``(value, words)`` of its choices."""

    name: str
    text: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column; ``css`` are classes of its head, ``orders`` those that a click on its head leads through."""

    id: str
    text: str
    css: str = ""
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Empty:
    """What stands where no row does: an icon, what is missing, and how something comes here."""

    icon: str
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ListView:
    """One list: what it shows and how."""

    title: str
    search: str
    """What may be typed into the search field."""
    topics: tuple[str, ...]
    """Those of :mod:`ivr.services.outbox` at which it fetches itself anew."""
    asked: Asked
    found: Page[Any]
    columns: tuple[Column, ...]
    draw: Callable[[Sequence[Any], tuple[str, ...]], Markup]
    """Rows, given the ids of the columns."""
    filters: tuple[Filter, ...]
    orders: tuple[tuple[Order, str], ...]
    empty: Empty
    groups: Sequence[Group] = field(default=())
    note: str = ""
    """A sentence on what is shown, where it is not what was asked for word by word."""
    waiting: str | None = None
    """How many new tickets wait, where the list knows it: every tab's title says so."""

    @property
    def column_ids(self) -> tuple[str, ...]:
        """Which columns stand."""
        return tuple(column.id for column in self.columns)

    @property
    def tools(self) -> Markup:
        """The form with its filters."""
        return draw_tools(self.asked, self.filters, self.orders)

    def sorted_by(self, column: Column) -> str:
        """``aria-sort`` of a column's head; empty where the list is not sorted by it."""
        if self.asked.order not in column.orders:
            return ""
        return "descending" if self.asked.order is Order.NEWEST else "ascending"

    def href_of(self, column: Column) -> str:
        """Where a click on its head leads: the column's next order."""
        orders = column.orders
        place = orders.index(self.asked.order) + 1 if self.asked.order in orders else 0
        return self.asked.address(order=orders[place % len(orders)])


def respond(view: ListView) -> Response:
    """The page, or for a script the list alone, with the address that can be kept and shared."""
    asked = view.asked
    page = render_template("lists/list.html" if asked.fragment else "lists/index.html", view=view, asked=asked)
    response = make_response(page)
    response.headers["Vary"] = "HX-Request"
    if asked.fragment:
        response.headers["HX-Replace-Url"] = asked.address(asked.page)
    return response
