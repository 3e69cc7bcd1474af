"""What a list was asked for: read from the address, turned into a filter of the desk, written back into addresses."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import request

from console import context
from console.access import wants_fragment
from console.gettext import lazy_gettext as _l
from console.times import civil_day, find_day
from ivr.model import EndReason, Person, State
from ivr.model.civil import ZONE
from ivr.services.listing import PAGE, CallFilter, TicketFilter


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A group of tickets that one question asks for."""

    id: str
    text: object
    filter: Callable[[Person, datetime], TicketFilter]
    counted: bool = False


TABS = (
    Tab(
        id="new",
        text=_l("Mới"),
        filter=lambda me, now: TicketFilter(states=frozenset({State.MOI, State.MO_LAI})),
        counted=True,
    ),
    Tab(
        id="mine",
        text=_l("Của tôi"),
        filter=lambda me, now: TicketFilter(assignee_id=me.id, is_open=True),
        counted=True,
    ),
    Tab(id="late", text=_l("Quá hạn"), filter=lambda me, now: TicketFilter(overdue_at=now), counted=True),
    Tab(id="open", text=_l("Đang mở"), filter=lambda me, now: TicketFilter(is_open=True)),
    Tab(id="closed", text=_l("Đã đóng"), filter=lambda me, now: TicketFilter(is_open=False)),
    Tab(id="all", text=_l("Tất cả"), filter=lambda me, now: TicketFilter()),
)
_BY_ID = {tab.id: tab for tab in TABS}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What both lists can be asked for; ``start`` and ``end`` are civil days, both included."""

    path: str
    fragment: bool
    q: str
    start: date | None
    end: date | None
    page: int
    size: int

    @property
    def since(self) -> datetime | None:
        """The first moment of the period."""
        return datetime.combine(self.start, time(), ZONE) if self.start else None

    @property
    def until(self) -> datetime | None:
        """The first moment after the period."""
        return datetime.combine(self.end + timedelta(days=1), time(), ZONE) if self.end else None

    @property
    def _period(self) -> dict[str, str]:
        return {"from": civil_day(self.start), "to": civil_day(self.end)}

    def _address(self, **values: object) -> str:
        given = {name: str(value) for name, value in values.items() if value not in ("", None, 1)}
        return f"{self.path}?{urlencode(given)}" if given else self.path


@dataclass(frozen=True, kw_only=True)
class TicketsAsked(Asked):
    """What the tickets list was asked for."""

    tab: str
    state: str
    category: str

    @property
    def narrowed(self) -> bool:
        """Whether anything beside the tab narrows the list."""
        return bool(self.q or self.state or self.category or self.start or self.end)

    def filter(self, me: Person, now: datetime) -> TicketFilter:
        """As the desk understands it; a state that was chosen wins over the tab's."""
        wanted = _BY_ID[self.tab].filter(me, now)
        if self.state:
            wanted = replace(wanted, states=frozenset({State(self.state)}), is_open=None)
        return replace(wanted, query=self.q, category=self.category, since=self.since, until=self.until)

    def address(self, page: int, *, tab: str | None = None) -> str:
        """This list on another page or tab."""
        return self._address(
            tab=tab or self.tab,
            q=self.q,
            state=self.state if tab is None else "",
            category=self.category,
            **self._period,
            page=page,
        )


@dataclass(frozen=True, kw_only=True)
class CallsAsked(Asked):
    """What the calls list was asked for."""

    end_reason: str
    ticket: str

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.q or self.end_reason or self.ticket or self.start or self.end)

    def filter(self) -> CallFilter:
        """As the desk understands it."""
        return CallFilter(
            query=self.q,
            end_reason=EndReason(self.end_reason) if self.end_reason else None,
            with_ticket={"yes": True, "no": False}.get(self.ticket),
            since=self.since,
            until=self.until,
        )

    def address(self, page: int) -> str:
        """This list on another page."""
        return self._address(
            q=self.q,
            end=self.end_reason,
            ticket=self.ticket,
            **self._period,
            page=page,
        )


def read_tickets_asked() -> TicketsAsked:
    """From the request; what makes no sense is left out instead of refused: addresses are kept and shared."""
    tab, state = request.args.get("tab", ""), request.args.get("state", "")
    return TicketsAsked(
        **_common(),
        tab=tab if tab in _BY_ID else ("all" if state or request.args.get("q") else "new"),
        state=state if state in set(State) else "",
        category=request.args.get("category", "")[:64],
    )


def read_calls_asked() -> CallsAsked:
    """From the request, as :func:`read_tickets_asked`."""
    reason, ticket = request.args.get("end", ""), request.args.get("ticket", "")
    return CallsAsked(
        **_common(),
        end_reason=reason if reason in set(EndReason) else "",
        ticket=ticket if ticket in {"yes", "no"} else "",
    )


def _common() -> dict[str, Any]:
    today = context.now().astimezone(ZONE).date()
    return {
        "path": request.path,
        "fragment": wants_fragment() and request.headers.get("HX-History-Restore-Request") != "true",
        "q": request.args.get("q", "").strip()[:200],
        "start": find_day(request.args.get("from", ""), today),
        "end": find_day(request.args.get("to", ""), today),
        "size": PAGE,
        "page": min(max(request.args.get("page", 1, type=int) or 1, 1), 10_000),
    }
