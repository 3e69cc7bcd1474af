"""Calls that go on, operators at work and the day's figures, sent to pages as they change: whole once, then the news.

Each piece of news has a number; a page that misses one fetches the whole anew. What changes within a quarter of a
second is one piece. A page knows what stands here and asks no database.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from ulid import ULID

from ivr.callcentre.board import OnLine
from ivr.callcentre.figures import DEFAULT_LEVEL, Counts
from ivr.callcentre.operators import IN_CALL
from ivr.callcentre.segments import Direction
from ivr.model.numbers import masked
from ivr.services.line_calls import Citizen, find_citizens
from ivr.services.operators import AtWork
from ivr.services.queue_figures import read_today
from ivr.store import Store, StoreAway
from ivr.watch.desk import OperatorDesk
from ivr.watch.exchange import Exchange

EVERY = 0.25
"""Seconds between two looks."""
ROWS_EVERY = 2.0
"""Seconds between two questions to the database: whose calls these are, and the figures of the day."""

_log = structlog.get_logger(__name__)

Plain = dict[str, Any]
"""As JSON has it; moments are seconds since 1970."""


class Board:
    """What pages are to show. Owned by the event loop; rows are read on a thread."""

    def __init__(
        self,
        store: Store,
        instance: str,
        exchange: Exchange,
        desk: OperatorDesk,
        now: Callable[[], datetime],
        *,
        is_connected: Callable[[], bool],
        publish: Callable[[Plain], None],
    ) -> None:
        """``is_connected``: whether Asterisk's events arrive; ``publish`` takes each piece of news."""
        self._store, self._instance, self._now = store, instance, now
        self._exchange, self._desk = exchange, desk
        self._is_connected, self._publish = is_connected, publish
        self._run, self._number = str(ULID()), 0
        self._known = False
        self._calls: dict[str, OnLine] = {}
        self._citizens: dict[str, Citizen] = {}
        self._named: set[str] = set()
        """linkedids of calls whose citizen became known and was not sent yet."""
        self._operators: dict[int, Plain] = {}
        self._figures: Plain = {}
        self._told_figures: Plain = {}

    def snapshot(self) -> Plain:
        """Everything that stands on the board."""
        return {
            **self._head(),
            "known": self._known,
            "calls": {linkedid: self._plain(call) for linkedid, call in self._calls.items()},
            "operators": self._operators,
            "figures": self._figures,
        }

    async def follow(self) -> None:
        """Tell what is new until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            self.tell()

    async def follow_rows(self) -> None:
        """Read whose calls these are and the day's figures until cancelled; however long it takes, calls go on."""
        while True:
            await self.read_rows()
            await asyncio.sleep(ROWS_EVERY)

    def tell(self) -> None:
        """Tell what is new since the last time, if anything is."""
        renamed = {linkedid: self._plain(self._calls[linkedid]) for linkedid in self._named if linkedid in self._calls}
        changed = {**renamed, **self._take_calls()}
        self._named = set()
        news: Plain = {"calls": changed} if changed else {}
        if operators := self._take_operators():
            news["operators"] = operators
        if self._told_figures != self._figures:
            self._told_figures = news["figures"] = self._figures
        known = self._is_connected() and self._exchange.is_synced
        if known != self._known:
            self._known = news["known"] = known
        if news:
            self._number += 1
            self._publish({**self._head(), **news})

    async def read_rows(self) -> None:
        """Ask the database once; while it is away the old names and figures stand."""
        nameless = [
            linkedid
            for linkedid, call in self._calls.items()
            if call.direction is Direction.INBOUND and linkedid not in self._citizens
        ]
        try:
            citizens, self._figures = await asyncio.to_thread(self._read, nameless)
        except StoreAway as error:
            _log.warning("board.store_away", error=str(error).partition("\n")[0])
            return
        named = {linkedid: citizen for linkedid, citizen in citizens.items() if linkedid in self._calls}
        self._citizens |= named
        self._named |= set(named)

    def _head(self) -> Plain:
        return {"run": self._run, "number": self._number, "at": self._now().timestamp()}

    def _take_calls(self) -> dict[str, Plain | None]:
        changed: dict[str, Plain | None] = {}
        for linkedid, call in self._exchange.take_news().items():
            if call is not None and call != self._calls.get(linkedid):
                self._calls[linkedid] = call
                changed[linkedid] = self._plain(call)
            elif call is None and self._calls.pop(linkedid, None) is not None:
                self._citizens.pop(linkedid, None)
                changed[linkedid] = None
        return changed

    def _take_operators(self) -> dict[int, Plain | None]:
        changed: dict[int, Plain | None] = {}
        for number, each in self._desk.take_news().items():
            if each is None:
                if self._operators.pop(number, None) is not None:
                    changed[number] = None
            elif (plain := plain_operator(each, reachable=self._desk.is_reachable(each))) != self._operators.get(
                number
            ):
                self._operators[number] = changed[number] = plain
        return changed

    def _read(self, nameless: list[str]) -> tuple[dict[str, Citizen], Plain]:
        with self._store.reading() as session:
            citizens = find_citizens(session, self._instance, nameless) if nameless else {}
            return citizens, _plain_figures(read_today(session, self._instance, self._now()))

    def _plain(self, call: OnLine) -> Plain:
        citizen = self._citizens.get(call.linkedid)
        return {
            "direction": call.direction.value,
            "stands": call.stands.value,
            "since": call.since.timestamp(),
            "began": call.began.timestamp(),
            "queue": call.queue,
            "phones": list(call.phones),
            "call": citizen.ulid if citizen else "",
            "number": masked(citizen.number) if citizen and citizen.number else "",
            "withheld": citizen is not None and citizen.number is None,
            "trial": citizen is not None and citizen.trial,
        }


def plain_operator(each: AtWork, *, reachable: bool) -> Plain:
    """What pages show of an operator; telephones and reasons are words of theirs."""
    operator = each.operator
    return {
        "name": each.name,
        "state": operator.state.value,
        "since": operator.since.timestamp(),
        "until": operator.until.timestamp() if operator.until else None,
        "phone": operator.phone,
        "call": operator.linkedid if operator.state in IN_CALL else "",
        "about": operator.linkedid,
        "reason": operator.pause.reason if operator.pause else "",
        "limit": operator.pause.limit.total_seconds() if operator.pause and operator.pause.limit else None,
        "next": operator.next_pause.reason if operator.next_pause else "",
        "leaves": operator.leaves,
        "reachable": reachable,
    }


def _plain_figures(counts: Mapping[str, Counts]) -> Plain:
    """Sums of all queues, and the two ratios made of them; None where there is nothing to divide by."""
    total = sum(counts.values(), Counts())
    return {
        "offered": total.offered,
        "answered": total.answered,
        "abandoned": total.abandoned,
        "overflowed": total.overflowed,
        "called_back": total.called_back,
        "level": DEFAULT_LEVEL.of(total),
        "asa": None if total.asa is None else total.asa.total_seconds(),
        "longest": total.longest_wait.total_seconds(),
    }
