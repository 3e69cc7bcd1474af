"""Marks of tickets as conditions on rows; each is a text in the ticket's list of them, on both databases."""

from sqlalchemy import ColumnElement, Text, cast

from ivr.model import Ticket
from ivr.model.report import TRIAL

ANY = "any"


def marked(mark: str) -> ColumnElement[bool]:
    """Tickets with this mark; with :data:`ANY`, those with one at least."""
    written = cast(Ticket.flags, Text)
    return written != "[]" if mark == ANY else written.contains(f'"{mark}"', autoescape=True)


def real() -> ColumnElement[bool]:
    """Tickets of citizens, without those of calls that tried the hotline: what figures and reports count."""
    return ~marked(TRIAL)
