"""Filters and helpers of the templates: everything a page writes in words goes through one of these."""

from functools import cache, lru_cache
from pathlib import Path

from flask import Flask, url_for
from markupsafe import Markup

from console import badges, context, desk, labels, modes, times
from console.gettext import written
from console.language import language
from ivr.model import Ticket
from ivr.model.numbers import displayed, masked
from ivr.services import outbox
from ivr.services.list_rows import TicketLine, TicketOfCall

DIST = Path(__file__).parent / "static" / "dist"


def register(app: Flask) -> None:
    """Make the helpers known to every template."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        ago=times.ago,
        moment=times.moment,
        time_of_day=times.time_of_day,
        clock=times.clock,
        seconds=times.seconds,
        civil_day=times.civil_day,
        phone=displayed,
        masked=masked,
        label=labels.label,
        flag=labels.flag,
        short_flag=labels.short_flag,
        node=labels.node,
        segment=labels.segment,
        queue_outcome=labels.queue_outcome,
        origin=labels.origin,
        outcome=labels.outcome,
        phones=labels.phones,
        check=labels.check,
        job_kind=labels.job_kind,
        job_state=labels.job_state,
        job_subject=labels.job_subject,
        operator_state=desk.state,
        pause_reason=desk.reason,
        telephone=desk.telephone,
    )
    app.jinja_env.globals.update(
        icon=icon,
        asset=asset,
        look=badges.look,
        event_icons=badges.EVENT_ICONS,
        _=written,
        find_due=lambda ticket: badges.find_due(ticket, context.now()),
        code=code,
        category=category,
        agency=agency,
        between=times.between,
        hub=lambda: context.settings().hub_address,
        reason_minutes=lambda: context.settings().reason_minutes,
        topics=" ".join(outbox.TOPICS),
        modes=modes.read_modes,
        own_work=desk.own_work,
        own_browser=desk.own_browser,
        operator_icons=desk.ICONS,
        desk_words=desk.words,
        modes_stamp=modes.get_modes_stamp,
    )


def asset(name: str) -> str:
    """The address of a built file; it changes with every build, so browsers may keep the file."""
    return _asset(name)


def icon(name: str, extra: str = "") -> Markup:
    """A decorative icon of the sprite; the word stands beside it."""
    return _icon(name, extra)


def code(ticket: Ticket | TicketLine | TicketOfCall) -> str | None:
    """The ticket's code as people write it; None before a late code is given."""
    return context.cities().get(ticket.city).code(ticket.code) if ticket.code else None


def category(ticket: Ticket | TicketLine) -> str | None:
    """The name of the ticket's category, if the caller or an operator chose one."""
    return context.cities().get(ticket.city).category(ticket.category, language()) if ticket.category else None


def agency(ticket: Ticket) -> str | None:
    """The name of the ticket's agency, if one has it."""
    return context.cities().get(ticket.city).agency(ticket.agency, language()) if ticket.agency else None


@cache  # a list has a hundred icons, all with one address
def _asset(name: str) -> str:
    return url_for("static", filename=f"dist/{name}", v=_version())


@lru_cache(maxsize=512)
def _icon(name: str, extra: str) -> Markup:
    sprite = asset("icons.svg")
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(extra, sprite, name)


@cache
def _version() -> str:
    try:
        return (DIST / "version.txt").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return "0"  # `tongdai doctor` and the start of the console say that the assets are not built
