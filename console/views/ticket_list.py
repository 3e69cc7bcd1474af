"""The tickets list: its groups, filters and columns, and how many new tickets wait."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, Response, jsonify, url_for

from console import context, labels
from console.access import me, needs
from console.context import Session
from console.drawn_once import ticket_lines
from console.gettext import gettext as _
from console.gettext import lazy_gettext as _l
from console.language import language
from console.list_query import Asked, Known, read_asked
from console.list_view import Column, Empty, Filter, Group, ListView, respond
from ivr.model import Person, State
from ivr.model.permissions import Permission
from ivr.services import listing, outbox, people
from ivr.services.list_filters import Order, TicketFilter
from ivr.services.list_rows import TicketLine
from ivr.services.listing import Page

_MOST_IN_TAB = 1_000
ANY = "any"
FREE = "none"
"""Held by no person yet."""
LENGTHS: dict[str, tuple[float | None, float | None]] = {"short": (None, 10), "medium": (10, 60), "long": (60, None)}
"""Seconds of the recording, from and up to."""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A group of tickets that one question asks for, and how it is sorted where no order is asked for."""

    id: str
    text: object
    filter: Callable[[Person, datetime], TicketFilter]
    order: Order
    counted: bool = False


TABS = (
    Tab(
        id="new",
        text=_l("Mới"),
        filter=lambda me, now: TicketFilter(states=frozenset({State.MOI, State.MO_LAI})),
        order=Order.URGENT,
        counted=True,
    ),
    Tab(
        id="mine",
        text=_l("Của tôi"),
        filter=lambda me, now: TicketFilter(assignee_id=me.id, is_open=True),
        order=Order.WORST,
        counted=True,
    ),
    Tab(
        id="late",
        text=_l("Quá hạn"),
        filter=lambda me, now: TicketFilter(overdue_at=now),
        order=Order.WORST,
        counted=True,
    ),
    Tab(id="open", text=_l("Đang mở"), filter=lambda me, now: TicketFilter(is_open=True), order=Order.WORST),
    Tab(id="closed", text=_l("Đã đóng"), filter=lambda me, now: TicketFilter(is_open=False), order=Order.NEWEST),
    Tab(id="all", text=_l("Tất cả"), filter=lambda me, now: TicketFilter(), order=Order.NEWEST),
)
_BY_ID = {tab.id: tab for tab in TABS}

_COLUMNS = (
    Column(id="code", text=_l("Mã")),
    Column(id="what", text=_l("Nội dung"), css="what"),
    Column(id="category", text=_l("Lĩnh vực")),
    Column(id="state", text=_l("Trạng thái")),
    Column(id="due", text=_l("Hạn"), orders=(Order.WORST,)),
    Column(id="holder", text=_l("Người xử lý")),
    Column(id="length", text=_l("Độ dài"), css="num"),
    Column(id="received", text=_l("Nhận lúc"), css="num", orders=(Order.NEWEST, Order.OLDEST)),
)
_ORDERS: tuple[tuple[Order, object], ...] = (
    (Order.URGENT, _l("Khẩn trước")),
    (Order.WORST, _l("Gấp nhất trước")),
    (Order.NEWEST, _l("Mới nhất trước")),
    (Order.OLDEST, _l("Cũ nhất trước")),
)
_CHOICES: dict[str, Known] = {
    "category": lambda value: True,  # one that the city's file does not name any more is still in tickets
    "agency": lambda value: True,
    "holder": lambda value: value == FREE or (value.isascii() and value.isdigit() and len(value) < 10),
    "state": frozenset(State),
    "urgent": frozenset({"yes", "no"}),
    "length": frozenset(LENGTHS),
    "mark": lambda value: value == ANY or value in labels.FLAGS,
}


def register(blueprint: Blueprint) -> None:
    """Add the list to the tickets' blueprint."""
    blueprint.add_url_rule("", "index", index)
    blueprint.add_url_rule("/waiting", "waiting", waiting)


@needs(Permission.SEE_TICKETS)
def index() -> Response:
    """The list, whole or (for htmx) its rows alone."""
    tab = _tab()
    asked = read_asked(_CHOICES, tab=tab.id, orders=tuple(Order), usual_order=tab.order)
    with context.reading() as session:
        found = _find(session, asked, _filter(asked, tab))
        elsewhere = not found.rows and bool(asked.q) and tab.id != "all"
        if elsewhere:
            found = _find(session, asked, _filter(asked, _BY_ID["all"]))
        groups = _groups(session, asked)
        view = ListView(
            title=_("Phiếu phản ánh"),
            search=_("Mã, số máy hoặc nội dung; không cần gõ dấu"),
            topics=(outbox.TICKET_FILED, outbox.TICKET_CHANGED, outbox.TRANSCRIPT_READY),
            asked=asked,
            found=found,
            columns=_COLUMNS if elsewhere else _columns(asked),
            draw=ticket_lines,
            filters=() if asked.fragment else _filters(session, asked),
            orders=tuple((order, str(text)) for order, text in _ORDERS),
            empty=_empty(asked),
            groups=groups,
            note=_("Không có trong nhóm “%(group)s”: đây là phiếu khớp ở mọi nhóm.", group=str(tab.text))
            if elsewhere and found.rows
            else "",
            waiting=groups[0].count,
        )
        return respond(view)


def find_list(session: Session) -> tuple[Asked, Page[TicketLine]]:
    """The list that the request's address asks for, as it stands now; for the way on from a ticket's page."""
    tab = _tab()
    asked = read_asked(_CHOICES, tab=tab.id, orders=tuple(Order), usual_order=tab.order)
    return replace(asked, path=url_for("tickets.index")), _find(session, asked, _filter(asked, tab))


def _find(session: Session, asked: Asked, wanted: TicketFilter) -> Page[TicketLine]:
    return listing.tickets(
        session,
        wanted,
        viewer=me(),
        order=asked.order,
        page=asked.page,
        size=asked.size,
        marked=context.repeats(),
    )


@needs(Permission.SEE_TICKETS)
def waiting() -> Response:
    """How many new tickets wait, as JSON: every page's title says so, and one tab of a browser asks."""
    with context.reading() as session:
        return jsonify(new=_counts(session, [_BY_ID["new"]])["new"])


def _tab() -> Tab:
    """The group asked for; a search or a state without one looks everywhere."""
    plain = read_asked({"state": frozenset(State), "tab": frozenset(_BY_ID)}, orders=(), usual_order=Order.NEWEST)
    everywhere = "all" if plain.q or plain.chosen["state"] else "new"
    return _BY_ID[plain.chosen["tab"] or everywhere]


def _filter(asked: Asked, tab: Tab) -> TicketFilter:
    """As the desk understands it; a state that was chosen wins over the group's."""
    wanted, chosen = tab.filter(me(), context.now()), asked.chosen
    if chosen["state"]:
        wanted = replace(wanted, states=frozenset({State(chosen["state"])}), is_open=None)
    if chosen["holder"]:
        free = chosen["holder"] == FREE
        wanted = replace(wanted, is_held=False) if free else replace(wanted, assignee_id=int(chosen["holder"]))
    least, most = LENGTHS.get(chosen["length"], (None, None))
    return replace(
        wanted,
        query=asked.q,
        category=chosen["category"],
        agency=chosen["agency"],
        urgent={"yes": True, "no": False}.get(chosen["urgent"]),
        flag=chosen["mark"],
        least_seconds=least,
        most_seconds=most,
        since=asked.since,
        until=asked.until,
    )


def _columns(asked: Asked) -> tuple[Column, ...]:
    """Those in which rows can differ: what the group or a filter makes the same in all of them is left out."""
    same = {name for name in ("category", "state", "holder") if asked.chosen[name]}
    same |= {"new": {"state", "holder"}, "mine": {"holder"}, "closed": {"due"}}.get(asked.tab, set())
    return tuple(column for column in _COLUMNS if column.id not in same)


def _filters(session: Session, asked: Asked) -> tuple[Filter, ...]:
    words = context.cities().get(context.settings().city)
    known = people.find_all_people(session)
    chosen = asked.chosen
    return (
        Filter(name="category", text=_("Lĩnh vực"), choices=_with(words.categories(language()), chosen["category"])),
        Filter(name="agency", text=_("Cơ quan"), choices=_with(words.agencies(language()), chosen["agency"])),
        Filter(
            name="holder",
            text=_("Người xử lý"),
            choices=((FREE, _("Chưa ai xử lý")), *((str(person.id), person.name) for person in known)),
        ),
        Filter(
            name="state", text=_("Trạng thái"), choices=tuple((state.value, labels.label(state)) for state in State)
        ),
        Filter(name="urgent", text=_("Độ khẩn"), choices=(("yes", _("Khẩn")), ("no", _("Không khẩn")))),
        Filter(
            name="length",
            text=_("Độ dài"),
            choices=(
                ("short", _("Dưới 10 giây")),
                ("medium", _("10 đến 60 giây")),
                ("long", _("Trên 1 phút")),
            ),
        ),
        Filter(
            name="mark",
            text=_("Lưu ý"),
            choices=((ANY, _("Có lưu ý bất kỳ")), *((name, str(text)) for name, text in labels.FLAGS.items())),
        ),
    )


def _with(choices: list[tuple[str, str]], chosen: str) -> tuple[tuple[str, str], ...]:
    """The choices, and the one that was asked for: an address may name what the city's file does not."""
    return (*choices, (chosen, chosen)) if chosen and chosen not in dict(choices) else tuple(choices)


def _groups(session: Session, asked: Asked) -> list[Group]:
    """The groups with how many stand in those where a number says what to do."""
    counts = _counts(session, [tab for tab in TABS if tab.counted])
    return [
        Group(id=tab.id, text=str(tab.text), href=asked.address(tab=tab.id), count=counts.get(tab.id)) for tab in TABS
    ]


def _counts(session: Session, tabs: list[Tab]) -> dict[str, str]:
    """How many stand in each; from a thousand on it says nothing more exact: every page pays for the counting."""
    groups = [tab.filter(me(), context.now()) for tab in tabs]
    found = listing.count_tickets(session, *groups, viewer=me(), most=_MOST_IN_TAB)
    return {
        tab.id: f"{count - 1}+" if count == _MOST_IN_TAB else str(count) for tab, count in zip(tabs, found, strict=True)
    }


def _empty(asked: Asked) -> Empty:
    if asked.narrowed:
        return Empty(
            icon="search",
            title=_("Không có phiếu nào khớp"),
            text=_("Thử bớt từ, bỏ bớt bộ lọc, hoặc xem “Tất cả”. Tìm được cả khi gõ không dấu."),
        )
    if asked.tab in {"new", "all"}:
        return Empty(
            icon="telephone-inbound",
            title=_("Chưa có phiếu nào"),
            text=_(
                "Khi người dân gọi 1022 và để lại lời phản ánh, phiếu hiện ở đây ngay khi họ gác máy, "
                "không cần tải lại trang."
            ),
        )
    return Empty(
        icon="check2-all",
        title=_("Không có phiếu nào ở nhóm này"),
        text=_("Phiếu chuyển sang nhóm này sẽ hiện ở đây."),
    )
