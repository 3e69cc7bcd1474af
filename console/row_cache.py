"""Lines of the lists, each drawn once for all who see the same: sixteen people look at the same fifty reports.

A drawn line depends on what is passed to its macro (the columns too), on the language and on its city's words, nothing
else; what time does to it (age, how long ago, how long until due) is passed as words, so a line is drawn anew when they
change.
"""

from functools import lru_cache
from typing import NamedTuple, cast

from flask import Flask, current_app
from markupsafe import Markup

from console import badges, context, times
from console.badges import Due
from console.cities import CityWords
from console.language import language
from ivr.services.list_rows import CallLine, TicketLine

MOST_KEPT = 4_096
"""Drawn lines of one process: some six megabytes."""


class When(NamedTuple):
    """What time does to a line."""

    ago: Markup
    age: int = 0
    due: Due | None = None


def register(app: Flask) -> None:
    """Make the lines known to the lists."""

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

    app.extensions["tongdai.lines"] = draw


def ticket_line(ticket: TicketLine, columns: tuple[str, ...]) -> Markup:
    """One ``<tr>`` of the tickets list."""
    now = context.now()
    when = When(ago=times.ago(ticket.created_at), age=badges.age(ticket, now), due=badges.find_due(ticket, now))
    return _drawn("tickets/line.html", ticket, when, columns)


def call_line(call: CallLine, columns: tuple[str, ...]) -> Markup:
    """One ``<tr>`` of the calls list."""
    return _drawn("calls/line.html", call, When(ago=times.ago(call.started_at)), columns)


def _drawn(template: str, line: TicketLine | CallLine, when: When, columns: tuple[str, ...]) -> Markup:
    shown = (line,) if isinstance(line, TicketLine) else line.tickets
    words = tuple(context.cities().get(ticket.city) for ticket in shown)
    draw = current_app.extensions["tongdai.lines"]
    return cast("Markup", draw(template, line, when, columns, language(), words))
