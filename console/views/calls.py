"""The calls list, also of callers who pressed nothing, and a call's page: each step with its prompts, key and time."""

from itertools import zip_longest
from typing import Any

from flask import Blueprint, Response, render_template

from console import context, labels
from console.access import me, needs
from console.context import Session
from console.drawn_once import call_lines
from console.gettext import gettext as _
from console.gettext import lazy_gettext as _l
from console.language import language
from console.list_query import Asked, Known, read_asked
from console.list_view import Column, Empty, Filter, ListView, respond
from console.takes import describe_takes
from console.ticket_form import read_hearing, read_number
from ivr.model import Call, CallStep, EndReason, Ticket
from ivr.model.permissions import Permission
from ivr.services import line_calls, listing, outbox, repeats, rights, viewing
from ivr.services.list_filters import CallFilter, Order

PASSED_THROUGH = ("hours", "switch", "language")
"""Kinds of steps that earlier versions kept and that no caller notices."""

blueprint = Blueprint("calls", __name__, url_prefix="/calls")


_CHOICES: dict[str, Known] = {"ticket": frozenset({"yes", "no"}), "end": frozenset(EndReason)}
_COLUMNS = (
    Column(id="caller", text=_l("Người gọi")),
    Column(id="began", text=_l("Bắt đầu"), orders=(Order.NEWEST, Order.OLDEST)),
    Column(id="length", text=_l("Độ dài"), css="num"),
    Column(id="end", text=_l("Cách kết thúc")),
    Column(id="tickets", text=_l("Phiếu")),
    Column(id="what", text=_l("Nội dung"), css="what"),
)
_ORDERS: tuple[tuple[Order, object], ...] = (
    (Order.NEWEST, _l("Mới nhất trước")),
    (Order.OLDEST, _l("Cũ nhất trước")),
)


@blueprint.get("")
@needs(Permission.SEE_CALLS)
def index() -> Response:
    """The list, whole or (for htmx) its rows alone."""
    asked = read_asked(_CHOICES, orders=[order for order, _text in _ORDERS], usual_order=Order.NEWEST)
    with context.reading() as session:
        found = listing.calls(
            session,
            _filter(asked),
            viewer=me(),
            order=asked.order,
            page=asked.page,
            size=asked.size,
            marked=context.repeats(),
        )
        view = ListView(
            title=_("Cuộc gọi"),
            search=_("Số máy hoặc vài số cuối, mã phiếu, nội dung"),
            topics=(outbox.CALL_STARTED, outbox.CALL_ENDED, outbox.TICKET_FILED),
            asked=asked,
            found=found,
            columns=_columns(asked),
            draw=call_lines,
            filters=_filters(),
            orders=tuple((order, str(text)) for order, text in _ORDERS),
            empty=_empty(asked),
        )
        return respond(view)


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
            steps=[(step, _said(call, step)) for step in call.steps if step.kind not in PASSED_THROUGH],
            number=number,
            calls_around=repeats.around(session, call, context.repeats()),
            **read_number(session, call.id, tickets),
            others=[row for row in rows if row.id != ulid],
            course=line_calls.read_course(session, call),
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


def _filter(asked: Asked) -> CallFilter:
    reason = asked.chosen["end"]
    return CallFilter(
        query=asked.q,
        end_reason=EndReason(reason) if reason else None,
        with_ticket={"yes": True, "no": False}.get(asked.chosen["ticket"]),
        since=asked.since,
        until=asked.until,
    )


def _columns(asked: Asked) -> tuple[Column, ...]:
    """Those in which rows can differ."""
    same = {"end"} if asked.chosen["end"] else set()
    same |= {"tickets", "what"} if asked.chosen["ticket"] == "no" else set()
    return tuple(column for column in _COLUMNS if column.id not in same)


def _filters() -> tuple[Filter, ...]:
    return (
        Filter(name="ticket", text=_("Phiếu"), choices=(("yes", _("Có phiếu")), ("no", _("Không có phiếu")))),
        Filter(
            name="end",
            text=_("Mọi cách kết thúc"),
            choices=tuple((reason.value, labels.label(reason)) for reason in EndReason),
        ),
    )


def _empty(asked: Asked) -> Empty:
    if asked.narrowed:
        return Empty(icon="search", title=_("Không có cuộc gọi nào khớp"), text=_("Thử bớt số hoặc bỏ bớt bộ lọc."))
    return Empty(
        icon="telephone",
        title=_("Chưa có cuộc gọi nào"),
        text=_("Mỗi cuộc gọi đến 1022 hiện ở đây ngay khi tổng đài trả lời, kể cả khi người gọi không nhấn phím nào."),
    )
