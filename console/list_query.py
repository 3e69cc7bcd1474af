"""What a list was asked for: read from the address, and written back into addresses.

What makes no sense is left out instead of refused, for addresses are kept and shared; a day that is none is said
(:attr:`Asked.faults`), because somebody has just typed it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from flask import request

from console import context
from console.access import wants_fragment
from console.gettext import gettext as _
from console.times import civil_day, find_day
from ivr.model.civil import ZONE
from ivr.services.list_filters import Order
from ivr.services.listing import PAGE

MOST_PAGES = 10_000
LONGEST_QUERY = 200
Known = Collection[str] | Callable[[str], bool]
"""The values a choice may have, or whether it may have one."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a list can be asked for; ``start`` and ``end`` are civil days, both included."""

    path: str
    fragment: bool
    q: str
    start: date | None
    end: date | None
    typed: tuple[str, str]
    """The two days as they stand in the address."""
    page: int
    size: int
    tab: str = ""
    chosen: Mapping[str, str]
    """What was chosen of each filter; empty where nothing was."""
    order: Order
    usual_order: Order
    """The order of this group where none was asked for."""

    def __hash__(self) -> int:
        return hash(self.address(self.page))  # equal ones have one address; a mapping has no hash

    @property
    def since(self) -> datetime | None:
        """The first moment of the period."""
        return datetime.combine(self.start, time(), ZONE) if self.start else None

    @property
    def until(self) -> datetime | None:
        """The first moment after the period."""
        return datetime.combine(self.end + timedelta(days=1), time(), ZONE) if self.end else None

    @property
    def filtered(self) -> bool:
        """Whether a filter narrows the list; a search does not count."""
        return any(self.chosen.values()) or any(self.typed)

    @property
    def narrowed(self) -> bool:
        """Whether anything beside the group narrows the list."""
        return bool(self.q) or self.filtered

    @property
    def faults(self) -> list[str]:
        """Sentences on days that filter nothing, or leave nothing."""
        said = [
            _("“%(day)s” không phải là ngày có cuộc gọi (dd/mm/yyyy): chưa lọc theo ngày này.", day=text)
            for text, day in zip(self.typed, (self.start, self.end), strict=True)
            if text and day is None
        ]
        if self.start and self.end and self.start > self.end:
            said.append(_("“Từ ngày” đứng sau “đến ngày”: không có gì khớp."))
        return said

    def address(self, page: int = 1, *, tab: str | None = None, order: Order | None = None) -> str:
        """This list on another page, in another group or order."""
        moved = tab is not None and tab != self.tab
        ordered = self.order if order is None else order
        given = {
            "tab": self.tab if tab is None else tab,
            "q": self.q,
            **self.chosen,
            "from": civil_day(self.start) or self.typed[0],
            "to": civil_day(self.end) or self.typed[1],
            "sort": "" if moved or ordered is self.usual_order else ordered.value,
            "page": "" if page == 1 else str(page),
        }
        if moved:
            given["state"] = ""  # a state is a group of its own
        return self._written(given)

    @property
    def cleared(self) -> str:
        """This list without its filters."""
        return self._written({"tab": self.tab, "q": self.q})

    def _written(self, given: Mapping[str, str]) -> str:
        kept = {name: value for name, value in given.items() if value}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path


def read_asked(choices: Mapping[str, Known], *, tab: str = "", orders: Collection[Order], usual_order: Order) -> Asked:
    """From the request.

    :param choices: the list's filters by their names in the address.
    :param orders: those the list has.
    """
    today = context.now().astimezone(ZONE).date()
    typed = (_given("from", 40), _given("to", 40))
    order = _given("sort", 16)
    return Asked(
        path=request.path,
        fragment=wants_fragment() and request.headers.get("HX-History-Restore-Request") != "true",
        q=_given("q", LONGEST_QUERY),
        start=find_day(typed[0], today),
        end=find_day(typed[1], today),
        typed=typed,
        size=PAGE,
        page=min(max(request.args.get("page", 1, type=int) or 1, 1), MOST_PAGES),
        tab=tab,
        chosen={name: _known(_given(name, 64), known) for name, known in choices.items()},
        order=Order(order) if order in set(orders) else usual_order,
        usual_order=usual_order,
    )


def _given(name: str, longest: int) -> str:
    return request.args.get(name, "").strip()[:longest]


def _known(value: str, known: Known) -> str:
    holds = known(value) if callable(known) else value in known
    return value if value and holds else ""
