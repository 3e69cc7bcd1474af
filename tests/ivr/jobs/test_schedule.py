"""Work due by the clock: nothing lost while no worker lives, nothing twice by two workers or a clock set back."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from threading import Barrier, Event

import pytest
from sqlalchemy import select

from ivr.jobs import schedule
from ivr.jobs.schedule import Daily, Every, Missed, Schedule, make_due
from ivr.jobs.worker import Worker
from ivr.model import Outbox, ScheduleMark, WorkItem, WorkState
from ivr.services.handlers import make_handlers
from ivr.services.upkeep import UPKEEP
from ivr.store import Store, make_engine
from ivr.testing.jobs import ScriptedHandler

HOURLY = Schedule(name="hourly", rhythm=Every(timedelta(hours=1)), missed=Missed.LAST)
EACH_HOUR = Schedule(name="each-hour", rhythm=Every(timedelta(hours=1)), missed=Missed.EACH)
AT_SEVEN = Schedule(name="at-seven", rhythm=Daily(time(7, 0)), missed=Missed.EACH)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def handler(*schedules: Schedule, urgency: int = 0) -> ScriptedHandler:
    return ScriptedHandler(schedules=schedules, urgency=urgency)


def subjects(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.scalars(select(WorkItem.subject).order_by(WorkItem.id)))


def test_a_daily_time_is_the_hotlines_civil_time(now: datetime) -> None:
    seven = datetime(2026, 9, 15, 0, 0, tzinfo=UTC)  # 07:00 in Đà Nẵng
    daily = Daily(time(7, 0))
    assert daily.last(now) == seven
    assert daily.last(seven) == seven
    assert daily.last(seven - timedelta(seconds=1)) == seven - DAY
    assert daily.next(seven) == seven + DAY
    assert daily.next(seven - timedelta(seconds=1)) == seven


def test_a_period_is_counted_from_full_hours(now: datetime) -> None:
    rhythm = Every(timedelta(minutes=15))
    assert rhythm.last(now + timedelta(minutes=14)) == now
    assert rhythm.next(now) == now + timedelta(minutes=15)


def test_a_new_schedule_begins_with_its_next_occurrence(store: Store, now: datetime) -> None:
    assert make_due(store, [handler(AT_SEVEN)], now) == 0
    assert make_due(store, [handler(AT_SEVEN)], now + 20 * HOUR) == 0
    assert make_due(store, [handler(AT_SEVEN, urgency=3)], now + 22 * HOUR) == 1
    assert make_due(store, [handler(AT_SEVEN)], now + 22 * HOUR) == 0
    assert subjects(store) == ["at-seven 2026-09-16T00:00:00Z"]
    assert schedule.find_occurrence(subjects(store)[0]) == datetime(2026, 9, 16, tzinfo=UTC)
    assert schedule.find_occurrence("01K5CALL0000000000000000AA") is None
    with store.reading() as session:
        assert session.scalars(select(WorkItem.urgency)).all() == [3]


def test_days_without_a_worker_are_made_up_for(store: Store, now: datetime) -> None:
    make_due(store, [handler(AT_SEVEN, HOURLY)], now)
    assert make_due(store, [handler(AT_SEVEN, HOURLY)], now + 5 * DAY) == 6
    assert subjects(store) == [f"at-seven 2026-09-{day}T00:00:00Z" for day in range(16, 21)] + [
        "hourly 2026-09-20T02:00:00Z"  # one stands for the 120 that were missed
    ]


def test_more_than_one_transaction_takes_are_made_bit_by_bit(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "_MOST", 10)
    make_due(store, [handler(EACH_HOUR)], now)
    made = [make_due(store, [handler(EACH_HOUR)], now + DAY) for _ in range(4)]
    assert made == [10, 10, 4, 0]
    assert len(set(subjects(store))) == 24


def test_two_workers_at_once_make_each_once(store: Store, now: datetime) -> None:
    make_due(store, [handler(EACH_HOUR)], now)
    meet = Barrier(4)

    def look(_number: int) -> int:
        address = store.engine.url.render_as_string(hide_password=False)
        with closing(Store(make_engine(address, busy=60))) as own:
            meet.wait()
            return sum(make_due(own, [handler(EACH_HOUR)], now + hours * HOUR) for hours in range(1, 25))

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(look, range(4)))
    assert sum(made) == 24
    assert len(subjects(store)) == len(set(subjects(store))) == 24


def test_the_first_look_of_two_workers_makes_one_mark(store: Store, now: datetime) -> None:
    meet = Barrier(4)

    def look(_number: int) -> int:
        address = store.engine.url.render_as_string(hide_password=False)
        with closing(Store(make_engine(address, busy=60))) as own:
            meet.wait()
            return make_due(own, [handler(HOURLY)], now)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(look, range(4))) == 0
    with store.reading() as session:
        assert [mark.made_until for mark in session.scalars(select(ScheduleMark))] == [now]


@pytest.mark.parametrize("rule", [HOURLY, EACH_HOUR])
def test_a_clock_set_back_makes_nothing_twice(store: Store, now: datetime, rule: Schedule) -> None:
    make_due(store, [handler(rule)], now)
    assert make_due(store, [handler(rule)], now + HOUR) == 1
    for minutes in range(0, 90, 10):
        assert make_due(store, [handler(rule)], now - HOUR + timedelta(minutes=minutes)) == 0
    assert make_due(store, [handler(rule)], now + 2 * HOUR) == 1
    assert len(set(subjects(store))) == 2


def test_a_clock_that_ran_a_year_ahead_does_not_silence_a_schedule(store: Store, now: datetime) -> None:
    make_due(store, [handler(HOURLY)], now)
    assert make_due(store, [handler(HOURLY)], now + 365 * DAY) == 1
    assert make_due(store, [handler(HOURLY)], now) == 0
    assert make_due(store, [handler(HOURLY)], now + HOUR) == 1
    assert make_due(store, [handler(HOURLY)], now + HOUR) == 0


def test_what_was_made_and_the_mark_are_one_transaction(store: Store, now: datetime) -> None:
    """The machine dies between the two: neither stands, and all of it is made at the next look."""

    class Dying(ScriptedHandler):
        @property
        def urgency(self) -> int:  # read for every item that is made
            raise KeyboardInterrupt

        @urgency.setter
        def urgency(self, _value: int) -> None:
            """As every handler has one."""

    make_due(store, [handler(EACH_HOUR, AT_SEVEN)], now)
    with pytest.raises(KeyboardInterrupt):
        make_due(store, [handler(EACH_HOUR), Dying(schedules=(AT_SEVEN,))], now + DAY)
    assert subjects(store) == []
    assert make_due(store, [handler(EACH_HOUR, AT_SEVEN)], now + DAY) == 25


def test_items_done_long_ago_go_and_are_not_made_again(store: Store, now: datetime) -> None:
    make_due(store, [handler(AT_SEVEN)], now)
    worker = run_worker(store, handler(AT_SEVEN), now + DAY)
    assert worker.worked == ["at-seven 2026-09-16T00:00:00Z"]
    assert make_due(store, [handler(AT_SEVEN)], now + 40 * DAY) == 39
    assert "at-seven 2026-09-16T00:00:00Z" not in subjects(store)
    assert make_due(store, [handler(AT_SEVEN)], now + 40 * DAY) == 0


def run_worker(store: Store, doing: ScriptedHandler, now: datetime) -> ScriptedHandler:
    Worker(
        store=store,
        handlers={doing.kind: doing},
        owner="w",
        stop=Event(),
        now=lambda: now,
        monotonic=lambda: 0.0,
    ).run(once=True)
    return doing


def test_upkeep_runs_every_hour_by_itself(store: Store, now: datetime) -> None:
    clock = [now]
    worker = Worker(
        store=store,
        handlers=make_handlers(),
        owner="w",
        stop=Event(),
        now=lambda: clock[0],
        monotonic=lambda: clock[0].timestamp(),
    )
    worker.run(once=True)
    with store.transaction() as session:
        session.add(Outbox(at=now, topic="x", subject="old"))
    clock[0] = now + timedelta(days=3)
    worker.run(once=True)
    with store.reading() as session:
        items = session.execute(select(WorkItem.kind, WorkItem.state)).all()
        assert [tuple(item) for item in items] == [(UPKEEP, WorkState.DONE)]
        assert session.scalars(select(Outbox.subject)).all() == []
