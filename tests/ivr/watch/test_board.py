"""The board: news add up to the whole, what Asterisk says is on it at once, and an absent part is said."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest

from ivr.asterisk.ami import Ami
from ivr.callcentre.segments import SegmentKind
from ivr.callcentre.visits import Outcome
from ivr.city.desk import Desk
from ivr.model import Call
from ivr.services.queue_figures import read_today
from ivr.settings import load_settings
from ivr.store import Store, StoreAway
from ivr.testing.queue_rows import QUEUE, add_visit
from ivr.testing.recorded_events import PHONES, START, moment, recorded, streams
from ivr.watch.board import Board
from ivr.watch.browsers import Browsers
from ivr.watch.desk import OperatorDesk
from ivr.watch.desk_rows import DeskRows
from ivr.watch.exchange import Exchange

NAME = "1022"
Plain = dict[str, Any]


class Listed:
    """An Asterisk that lists no channel, in place of the connection."""

    authenticated = True

    async def ask(self, _action: object, *, many: bool) -> list[dict[str, str]]:
        return [{"Response": "Success"}] * many


class Page:
    """What a page makes of the news that it hears."""

    def __init__(self, store: Store) -> None:
        self.now = START
        self.connected = True
        self.heard: list[Plain] = []
        self.exchange = Exchange(store, NAME, lambda: self.now, phones=PHONES)
        self.desk = OperatorDesk(
            DeskRows(store, NAME, lambda: self.now), lambda: self.now,
            read=lambda: (Desk(), {}), on_own=lambda _event: None, browsers=Browsers(load_settings(), lambda: self.now),
        )  # fmt: skip
        self.board = Board(
            store, NAME, self.exchange, self.desk, lambda: self.now,
            is_connected=lambda: self.connected, publish=self.heard.append,
        )  # fmt: skip

    async def begin(self) -> None:
        await self.exchange.resync(cast("Ami", Listed()))

    def take(self, events: Sequence[Mapping[str, Any]]) -> None:
        for event in events:
            self.now = max(self.now, moment(float(event["Timestamp"]) - START.timestamp()))
            self.exchange.take(cast("Mapping[str, str]", event))

    async def look(self) -> None:
        self.board.tell()
        await self.board.read_rows()
        self.board.tell()

    @property
    def shown(self) -> Plain:
        """The news so far, one after another."""
        calls: Plain = {}
        rest: Plain = {"known": False, "figures": {}}
        for news in self.heard:
            rest |= {name: news[name] for name in ("known", "figures") if name in news}
            calls |= news.get("calls", {})
        return {**rest, "calls": {linkedid: call for linkedid, call in calls.items() if call is not None}}


def whole(page: Page) -> Plain:
    snapshot = page.board.snapshot()
    return {name: snapshot[name] for name in ("known", "figures", "calls")}


@pytest.mark.parametrize("name", streams())
def test_news_add_up_to_the_whole_wherever_one_looks(lite_store: Store, name: str) -> None:
    """Each recorded stream, looked at after every third event: a page that heard all stands as a new one would."""

    async def live() -> None:
        page, events = Page(lite_store), list(recorded(name))
        await page.begin()
        for place in range(0, len(events), 3):
            page.take(events[place : place + 3])
            await page.look()
            await page.exchange.write()
            assert page.shown == whole(page)
        numbers = [news["number"] for news in page.heard]
        assert numbers == list(range(1, len(numbers) + 1))

    asyncio.run(live())


def test_a_call_is_where_the_events_say(lite_store: Store) -> None:
    """Menu, queue, ring, talk, and gone."""

    async def live() -> None:
        page, stood = Page(lite_store), []
        await page.begin()
        for event in recorded("answered"):
            page.take([event])
            await page.look()
            stood += [(call["stands"], call["queue"], call["phones"]) for call in page.shown["calls"].values()]
        assert [each for at, each in enumerate(stood) if not at or stood[at - 1] != each] == [
            ("menu", "", []),
            ("queue", "dv", []),
            ("ring", "dv", []),
            ("talk", "dv", ["PJSIP/op1"]),
            ("menu", "", []),  # the operator has hung up
        ]
        assert page.shown["calls"] == {}

    asyncio.run(live())


def test_who_waits_again_has_waited_since_the_beginning(lite_store: Store) -> None:
    events = [event for event in recorded("timeout-overflow") if event["Event"] != "Hangup"]
    (join,) = (event for event in events if event["Event"] == "QueueCallerJoin")
    again = {**join, "Timestamp": str(float(events[-1]["Timestamp"]) + 5)}  # behind the offer of another way

    async def live() -> None:
        page = Page(lite_store)
        await page.begin()
        page.take([*events, again])
        await page.look()
        (call,) = page.shown["calls"].values()
        assert call["stands"] == SegmentKind.QUEUE
        waited = float(again["Timestamp"]) - call["since"]
        first = float(next(event["Timestamp"] for event in events if event["Event"] == "QueueCallerAbandon"))
        assert waited == pytest.approx(first - float(join["Timestamp"]), abs=0.01)  # both rounds, without the offer

    asyncio.run(live())


@pytest.mark.parametrize(("number", "shown", "withheld"), [("+84905123456", "0905 ••• 456", False), (None, "", True)])
def test_whose_call_it_is_comes_from_our_menus_row_and_a_withheld_number_stays_so(
    lite_store: Store, number: str | None, shown: str, *, withheld: bool
) -> None:
    events = list(recorded("answered"))[:4]
    linkedid = str(next(event["Linkedid"] for event in events if "Linkedid" in event))

    async def live() -> None:
        page = Page(lite_store)
        await page.begin()
        page.take(events)
        await page.look()
        (before,) = page.shown["calls"].values()
        assert (before["call"], before["number"], before["withheld"]) == ("", "", False)
        with lite_store.transaction() as session:
            session.add(
                Call(
                    id="01K5CALL000000000000000001", instance=NAME, city="da-nang", linkedid=linkedid,
                    caller_number=number, started_at=START,
                )
            )  # fmt: skip
        await page.look()
        (after,) = page.shown["calls"].values()
        assert (after["call"], after["number"], after["withheld"]) == ("01K5CALL000000000000000001", shown, withheld)

    asyncio.run(live())


def test_what_asterisk_does_not_say_any_more_is_said_to_be_unknown(lite_store: Store) -> None:
    async def live() -> None:
        page = Page(lite_store)
        await page.look()
        assert page.shown["known"] is False
        await page.begin()
        await page.look()
        assert page.shown["known"] is True
        page.connected = False
        await page.look()
        assert page.heard[-1]["known"] is False

    asyncio.run(live())


def test_without_a_database_the_calls_go_on(lite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> Plain:
        raise StoreAway("away")

    async def live() -> None:
        page = Page(lite_store)
        await page.begin()
        await page.look()
        figures = page.shown["figures"]
        monkeypatch.setattr("ivr.watch.board.read_today", away)
        page.take(list(recorded("answered"))[:4])
        await page.look()
        assert len(page.shown["calls"]) == 1
        assert page.shown["figures"] == figures

    asyncio.run(live())


def test_a_database_that_does_not_answer_holds_no_call_back(lite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def stuck(*_: object) -> Plain:
        assert answered.wait(60)
        return {}

    async def live() -> None:
        page = Page(lite_store)
        await page.begin()
        monkeypatch.setattr("ivr.watch.board.read_today", stuck)
        reading = asyncio.create_task(page.board.read_rows())
        try:
            page.take(list(recorded("answered"))[:4])
            page.board.tell()
            assert len(page.shown["calls"]) == 1
        finally:
            answered.set()
            await reading

    asyncio.run(live())


def test_nothing_new_is_no_news(lite_store: Store) -> None:
    async def live() -> None:
        page = Page(lite_store)
        await page.begin()
        await page.look()
        before = len(page.heard)
        await page.look()
        assert len(page.heard) == before

    asyncio.run(live())


def test_the_day_begins_at_midnight_in_vietnam_and_the_figures_are_those_of_the_formulas(store: Store) -> None:
    now = START + timedelta(hours=3)  # 11:00
    midnight = START - timedelta(hours=8)
    given = [
        (midnight - timedelta(seconds=1), Outcome.ANSWERED, 5),
        (midnight, Outcome.ANSWERED, 20),
        (START, Outcome.ANSWERED, 21),
        (START, Outcome.ABANDONED, 3),
        (START, Outcome.ABANDONED, 30),
        (START, Outcome.OVERFLOWED, 45),
        (START, Outcome.CALL_BACK, 45),
        (START, Outcome.WAITING, 7),
    ]
    for at, (joined, outcome, waited) in enumerate(given):
        add_visit(store, f"call.{at}", joined_at=joined, outcome=outcome, waited=waited)
    with store.reading() as session:
        counts = read_today(session, NAME, now)[QUEUE]
    assert (counts.offered, counts.answered, counts.abandoned) == (7, 2, 2)
    assert (counts.overflowed, counts.called_back, counts.waiting) == (1, 1, 1)
    assert (counts.answered_in_time, counts.abandoned_in_time, counts.abandoned_at_once) == (1, 1, 1)
    assert (counts.waited, counts.longest_wait) == (timedelta(seconds=41), timedelta(seconds=45))
