"""What is drawn once for all who see the same: lines and forms of the lists, parts of the frame that never change.

Sixteen people look at the same fifty reports. A drawn line depends on what is passed to its macro (the columns too), on
the language and on its city's words, nothing else; what time does to it (age, how long ago, how long until due) is
passed as words, so a line is drawn anew when they change.
"""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from flask import Flask, current_app
from markupsafe import Markup

from console import badges, context, times
from console.badges import Due
from console.cities import CityWords
from console.language import language
from console.list_query import Asked
from ivr.services.list_rows import CallLine, TicketLine

MOST_KEPT = 4_096
"""Drawn lines of one process: some six megabytes."""
MOST_FORMS_KEPT = 128
"""Drawn forms of one process: some two megabytes."""


class When(NamedTuple):
    """What time does to a line."""

    ago: Markup
    age: int = 0
    due: Due | None = None


def register(app: Flask) -> None:
    """Make the lines known to the lists, and ``fixed`` to the templates."""

    @lru_cache(maxsize=MOST_KEPT)
    def draw(
        template: str,
        line: TicketLine | CallLine,
        when: When,
        columns: tuple[str, ...],
        _locale: str,
        _words: tuple[CityWords, ...],
    ) -> Markup:
        module = app.jinja_env.get_template(template).module
        return cast("Markup", module.line(line, when, columns))  # type: ignore[attr-defined]  # the template's macro

    @lru_cache(maxsize=MOST_FORMS_KEPT)
    def draw_form(asked: Asked, filters: tuple[Any, ...], orders: tuple[Any, ...], _locale: str) -> Markup:
        module = app.jinja_env.get_template("lists/tools.html").module
        return cast("Markup", module.tools(asked, filters, orders))  # type: ignore[attr-defined]  # as above

    @cache
    def draw_fixed(template: str, _locale: str) -> Markup:
        return Markup(app.jinja_env.get_template(template).render())  # noqa: S704  # a template of ours, escaped there

    app.extensions["tongdai.lines"] = draw
    app.extensions["tongdai.tools"] = draw_form
    app.jinja_env.globals["fixed"] = lambda template: draw_fixed(template, language())


def draw_tools(asked: Asked, filters: tuple[Any, ...], orders: tuple[Any, ...]) -> Markup:
    """The form with the filters of a list; all who look at one group have the same."""
    return cast("Markup", current_app.extensions["tongdai.tools"](asked, filters, orders, language()))


def ticket_lines(tickets: Sequence[TicketLine], columns: tuple[str, ...]) -> Markup:
    """The ``<tr>`` of each ticket."""
    now = context.now()
    lines = (
        (ticket, When(times.ago_at(ticket.created_at, now), badges.age(ticket, now), badges.find_due(ticket, now)))
        for ticket in tickets
    )
    return _drawn("tickets/line.html", lines, columns)


def call_lines(calls: Sequence[CallLine], columns: tuple[str, ...]) -> Markup:
    """The ``<tr>`` of each call."""
    now = context.now()
    return _drawn("calls/line.html", ((call, When(times.ago_at(call.started_at, now))) for call in calls), columns)


def _drawn(template: str, lines: Iterable[tuple[TicketLine | CallLine, When]], columns: tuple[str, ...]) -> Markup:
    draw, locale, words = current_app.extensions["tongdai.lines"], language(), context.cities().get
    drawn: list[Markup] = []
    for line, when in lines:
        shown = (line,) if isinstance(line, TicketLine) else line.tickets
        drawn.append(draw(template, line, when, columns, locale, tuple(words(ticket.city) for ticket in shown)))
    return Markup().join(drawn)
