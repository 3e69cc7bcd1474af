"""Calls on the line become rows: recorded streams, restarts at any place, an absent database, joined and cut calls."""

import asyncio
import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ivr.asterisk.ami import Ami, AmiAway
from ivr.asterisk.queue_events import EventReader
from ivr.callcentre.calls import CallBook
from ivr.callcentre.segments import Timeline, timeline_of
from ivr.model import LineCall
from ivr.store import Store, StoreAway
from ivr.testing.recorded_events import PHONES, START, moment, recorded, replayed, streams
from ivr.watch.exchange import LINGER, Exchange

NAME = "1022"
NOW = moment(60)
Given = Mapping[str, Any]
Row = tuple[str, str, datetime, datetime | None, bool, list[tuple[str, datetime, datetime, list[str]]]]


class Listing:
    """What Asterisk would list after these events, in place of the connection."""

    authenticated = True

    def __init__(self, events: Sequence[Given]) -> None:
        reader, book = EventReader(), CallBook()
        names: dict[str, str] = {}
        for event in events:
            value = reader.read(event, now=NOW)
            if value is not None:
                book.apply(value)
            if isinstance(event.get("Uniqueid"), str) and isinstance(event.get("Channel"), str):
                names.setdefault(event["Uniqueid"], event["Channel"])
        self._answer = [{"Response": "Success"}] + [
            {
                "Uniqueid": uniqueid,
                "Linkedid": call.linkedid,
                "Channel": names.get(uniqueid, "PJSIP/unknown-1"),
                "BridgeId": book._bridge_of(uniqueid),  # what its own list says is what we take for true
            }
            for call in book.calls.values()
            for uniqueid in sorted(call.channels)
        ]

    async def ask(self, _action: object, *, many: bool) -> list[dict[str, str]]:
        assert many
        return self._answer


def exchange_of(store: Store, *, now: datetime = NOW) -> Exchange:
    return Exchange(store, NAME, lambda: now, phones=PHONES)


async def begin(exchange: Exchange, before: Sequence[Given] = ()) -> None:
    await exchange.resync(cast("Ami", Listing(before)))


def rows_of(store: Store) -> list[Row]:
    with store.reading() as session:
        calls = session.scalars(select(LineCall).options(selectinload(LineCall.segments)).order_by(LineCall.linkedid))
        return [
            (
                call.linkedid,
                call.direction.value,
                call.began_at,
                call.ended_at,
                call.cut,
                [(part.kind.value, part.began_at, part.ended_at, part.phones) for part in call.segments],
            )
            for call in calls
        ]


def row_of(timeline: Timeline) -> Row:
    return (
        timeline.linkedid,
        timeline.direction.value,
        timeline.began,
        None if timeline.is_open else timeline.ended,
        timeline.cut,
        [(part.kind.value, part.began, part.ended, list(part.phones)) for part in timeline.segments],
    )


def expected(book: CallBook, *, now: datetime = NOW) -> list[Row]:
    calls = sorted(book.calls.values(), key=lambda call: call.linkedid)
    return [row_of(timeline_of(call, phones=PHONES, now=now)) for call in calls]


@pytest.mark.parametrize("name", streams())
def test_a_recorded_stream_becomes_the_rows_of_its_calls(store: Store, name: str) -> None:
    async def test() -> None:
        exchange = exchange_of(store)
        await begin(exchange)
        for event in recorded(name):
            exchange.take(cast("Mapping[str, str]", event))
        await exchange.write()

    asyncio.run(test())
    assert rows_of(store) == expected(replayed(name))
    for *_rest, segments in rows_of(store):
        for (_kind, _began, ended, _phones), (_next, began, *_others) in itertools.pairwise(segments):
            assert ended == began, "stretches leave no gap"


@pytest.mark.parametrize("name", ["answered", "attended-transfer", "callback-placeholder", "operator-reload-resume"])
def test_a_restart_at_any_event_changes_nothing(lite_store: Store, name: str) -> None:
    """Whatever was written before it is read again; what Asterisk lists agrees."""
    events = list(recorded(name))

    async def test(place: int) -> None:
        first, second = exchange_of(lite_store), exchange_of(lite_store)
        await begin(first)
        for event in events[:place]:
            first.take(cast("Mapping[str, str]", event))
        await first.write()
        await begin(second, events[:place])
        for event in events[place:]:
            second.take(cast("Mapping[str, str]", event))
        await second.write()

    for place in range(1, len(events)):
        asyncio.run(test(place))
        assert rows_of(lite_store) == expected(replayed(name)), f"after {place} events"
        with lite_store.transaction() as session:
            for call in session.scalars(select(LineCall)):
                session.delete(call)


def test_calls_that_asterisk_joins_are_one_row(store: Store) -> None:
    counted: list[int] = []

    async def test() -> None:
        exchange = exchange_of(store)
        await begin(exchange)
        for event in recorded("attended-transfer"):
            exchange.take(cast("Mapping[str, str]", event))
            await exchange.write()
            counted.append(len(rows_of(store)))

    asyncio.run(test())
    assert max(counted) == 2  # the word of two operators
    assert counted[-1] == 1


def test_while_the_database_is_away_nothing_is_forgotten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def away() -> Iterator[Session]:
        raise StoreAway("away")
        yield

    async def test() -> None:
        exchange = exchange_of(store)
        await begin(exchange)
        with monkeypatch.context() as patch:
            patch.setattr(store, "transaction", away)
            for event in recorded("answered"):
                exchange.take(cast("Mapping[str, str]", event))
                await exchange.write()
        assert rows_of(store) == []
        await exchange.write()

    asyncio.run(test())
    assert rows_of(store) == expected(replayed("answered"))


def test_a_database_that_is_away_at_the_start_is_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def away() -> Iterator[Session]:
        raise StoreAway("away")
        yield

    async def test() -> None:
        exchange = Exchange(store, NAME, lambda: NOW, phones=PHONES, every=0.01)
        events = list(recorded("answered"))
        with monkeypatch.context() as patch:
            patch.setattr(store, "reading", away)
            await begin(exchange)
            for event in events:
                exchange.take(cast("Mapping[str, str]", event))
            await exchange.write()
        following = asyncio.create_task(exchange.follow(cast("Ami", Listing(()))))
        while not rows_of(store):  # noqa: ASYNC110  # the thread that writes has no event to wait for
            await asyncio.sleep(0.02)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    asyncio.run(asyncio.wait_for(test(), 60))
    assert rows_of(store) == expected(replayed("answered"))


def test_an_asterisk_that_leaves_before_it_lists_its_calls_is_asked_again(lite_store: Store) -> None:
    """The database came back in the moment in which the manager went: the writing goes on."""
    events = list(recorded("answered"))

    class Leaves(Listing):
        asked = 0

        async def ask(self, action: object, *, many: bool) -> list[dict[str, str]]:
            self.asked += 1
            if self.asked == 1:
                raise AmiAway("away")
            return await super().ask(action, many=many)

    async def test() -> None:
        exchange = Exchange(lite_store, NAME, lambda: NOW, phones=PHONES, every=0.01)
        for event in events:
            exchange.take(cast("Mapping[str, str]", event))
        following = asyncio.create_task(exchange.follow(cast("Ami", Leaves(()))))
        while not rows_of(lite_store):  # noqa: ASYNC110  # the thread that writes has no event to wait for
            await asyncio.sleep(0.02)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    asyncio.run(asyncio.wait_for(test(), 60))
    assert rows_of(lite_store) == expected(replayed("answered"))


def test_a_login_and_a_late_question_read_the_stored_calls_once(lite_store: Store) -> None:
    events = list(recorded("answered"))

    async def test() -> None:
        first = exchange_of(lite_store)
        await begin(first)
        for event in events[:-4]:
            first.take(cast("Mapping[str, str]", event))
        await first.write()
        second = Exchange(lite_store, NAME, lambda: NOW, phones=PHONES, every=0)
        following = asyncio.create_task(second.follow(cast("Ami", Listing(events[:-4]))))
        await asyncio.gather(*(begin(second, events[:-4]) for _ in range(3)))
        for event in events[-4:]:
            second.take(cast("Mapping[str, str]", event))
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    asyncio.run(asyncio.wait_for(test(), 60))
    assert rows_of(lite_store) == expected(replayed("answered"))


def test_what_is_new_at_the_end_is_written(store: Store) -> None:
    async def test() -> None:
        exchange = exchange_of(store)
        await begin(exchange)
        following = asyncio.create_task(exchange.follow(cast("Ami", Listing(()))))
        await asyncio.sleep(0)
        for event in recorded("answered"):
            exchange.take(cast("Mapping[str, str]", event))
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    asyncio.run(test())
    assert rows_of(store) == expected(replayed("answered"))


def test_a_restart_of_asterisk_cuts_what_went_on_and_nothing_that_came_after(store: Store) -> None:
    """The greeting of the new connection may come behind the question for the list: it counts first."""
    events = list(recorded("asterisk-killed"))
    told = [event for event in events if event["Event"] != "FullyBooted"]
    last = float(str(told[-1]["Timestamp"]))
    booted = {"Event": "FullyBooted", "Uptime": "2", "Timestamp": f"{last + 10:.6f}"}

    async def test() -> None:
        exchange = exchange_of(store)
        await begin(exchange)
        for event in told:
            exchange.take(cast("Mapping[str, str]", event))
        await exchange.write()

        class Restarted(Listing):
            async def ask(self, action: object, *, many: bool) -> list[dict[str, str]]:
                exchange.take(booted)
                return await super().ask(action, many=many)

        await exchange.resync(cast("Ami", Restarted(())))
        await exchange.write()

    asyncio.run(test())
    ((_linkedid, _direction, _began, ended, cut, _segments),) = rows_of(store)
    assert cut
    assert ended is not None
    assert abs(ended.timestamp() - last) < 0.01


def test_a_call_that_is_over_is_forgotten_and_its_row_stays(store: Store) -> None:
    clock = [moment(20)]

    async def test() -> None:
        exchange = Exchange(store, NAME, lambda: clock[0], phones=PHONES)
        await begin(exchange)
        for event in recorded("answered"):
            exchange.take(cast("Mapping[str, str]", event))
        await exchange.write()
        clock[0] += LINGER + timedelta(minutes=1)
        await exchange.write()
        await exchange.write()
        assert not exchange._book.calls

    asyncio.run(test())
    assert len(rows_of(store)) == 1


def test_two_hotlines_on_one_database_keep_their_calls_apart(store: Store) -> None:
    async def test() -> None:
        for name in ("1022", "thu"):
            exchange = Exchange(store, name, lambda: NOW, phones=PHONES)
            await begin(exchange)
            for event in recorded("answered"):
                exchange.take(cast("Mapping[str, str]", event))
            await exchange.write()

    asyncio.run(test())
    assert len(rows_of(store)) == 2


def test_a_callers_number_that_ends_lines_ends_no_call(store: Store) -> None:
    """In the list a field that a number repeats is the true one where Asterisk writes it behind the number."""
    events = list(recorded("answered"))

    class Hostile(Listing):
        async def ask(self, action: object, *, many: bool) -> list[dict[str, Any]]:  # type: ignore[override]
            listed = await super().ask(action, many=many)
            return [{**line, "Uniqueid": ["9.9", line["Uniqueid"]]} if "Uniqueid" in line else line for line in listed]

    async def test() -> None:
        exchange = exchange_of(store, now=START + timedelta(seconds=5))
        await begin(exchange)
        for event in events[: len(events) // 2]:
            exchange.take(cast("Mapping[str, str]", event))
        await exchange.resync(cast("Ami", Hostile(events[: len(events) // 2])))
        await exchange.write()

    asyncio.run(test())
    assert rows_of(store)[0][3] is None, "the call goes on"
