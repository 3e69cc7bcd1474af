"""Who was offered to a queue becomes rows: recorded streams in one go and with a restart in their middle."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select

from ivr.callcentre.segments import timeline_of
from ivr.callcentre.visits import Outcome, Visit, visits_of
from ivr.model import Call, QueueVisit
from ivr.services.line_calls import read_course
from ivr.store import Store
from ivr.testing.recorded_events import PHONES, START, moment, recorded, replayed, streams
from ivr.watch.exchange import Exchange

NAME = "1022"
NOW = moment(60)


class Listed:
    """An Asterisk that lists no channel, in place of the connection."""

    authenticated = True

    async def ask(self, _action: object, *, many: bool) -> list[dict[str, str]]:
        return [{"Response": "Success"}] * many


async def follow(store: Store, *batches: Sequence[Mapping[str, Any]]) -> None:
    """Each batch by a ``watch`` of its own; the last begins when its events are there."""
    for events in batches:
        exchange = Exchange(store, NAME, lambda: NOW, phones=PHONES)
        if events is batches[0]:
            await exchange.resync(cast("Any", Listed()))
        for event in events:
            exchange.take(cast("Mapping[str, str]", event))
        if events is not batches[0]:
            await exchange.resync(cast("Any", Listed()))
        await exchange.write()


def rows_of(store: Store) -> list[tuple[str, Visit]]:
    with store.reading() as session:
        rows = session.scalars(select(QueueVisit).order_by(QueueVisit.linkedid, QueueVisit.seq)).all()
    return [
        (
            row.linkedid,
            Visit(
                queue=row.queue, uniqueid="", joined_at=row.joined_at, outcome=row.outcome, rounds=row.rounds,
                waited=timedelta(seconds=row.waited), answered_by=row.answered_by, answered_at=row.answered_at,
            ),
        )
        for row in rows
    ]  # fmt: skip


def plain(visit: Visit) -> Visit:
    """What is stored of a visit."""
    return Visit(
        queue=visit.queue, uniqueid="", joined_at=visit.joined_at, outcome=visit.outcome, rounds=visit.rounds,
        waited=visit.waited, answered_by=visit.answered_by, answered_at=visit.answered_at,
    )  # fmt: skip


def expected(name: str) -> list[tuple[str, Visit]]:
    calls = sorted(replayed(name).calls.values(), key=lambda call: call.linkedid)
    return [
        (call.linkedid, plain(visit))
        for call in calls
        for visit in visits_of(call, timeline_of(call, phones=PHONES, now=NOW))
    ]


@pytest.mark.parametrize("name", streams())
def test_visits_become_rows(store: Store, name: str) -> None:
    asyncio.run(follow(store, list(recorded(name))))
    assert rows_of(store) == expected(name)


@pytest.mark.parametrize("name", ["answered", "timeout-overflow", "ring-no-answer"])
def test_a_restart_in_the_middle_changes_nothing(store: Store, name: str) -> None:
    events = list(recorded(name))
    asyncio.run(follow(store, events[: len(events) // 2], events[len(events) // 2 :]))
    assert [visit.outcome for _, visit in rows_of(store)] == [visit.outcome for _, visit in expected(name)]


def test_the_page_of_a_call_knows_its_visits(store: Store) -> None:
    asyncio.run(follow(store, list(recorded("abandoned"))))
    ((linkedid, visit),) = rows_of(store)
    assert visit.outcome is Outcome.ABANDONED
    call = Call(id="01ARZ3NDEKTSV4RRFFQ69G5FAV", instance=NAME, linkedid=linkedid, city="da-nang", started_at=START)
    with store.transaction() as session:
        session.add(call)
    with store.reading() as session:
        assert [each.outcome for each in read_course(session, call).visits] == [Outcome.ABANDONED]
