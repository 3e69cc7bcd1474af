"""One worker, several kinds: each item is settled once, parking is announced, a lost lease keeps nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.jobs import queue
from ivr.jobs.attempt import Attempt
from ivr.jobs.handler import Effect
from ivr.jobs.worker import Worker
from ivr.model import CodeCounter, Outbox, WorkItem, WorkState
from ivr.store import Store, StoreAway
from ivr.testing.jobs import ScriptedHandler, claim


@dataclass
class Shop:
    """A queue, a clock to be turned by hand, and a worker of the kinds that a test names."""

    store: Store
    clock: datetime
    monotonic: float = 0.0
    stop: Event = field(default_factory=Event)

    def worker(self, *handlers: ScriptedHandler, store: Store | None = None) -> Worker:
        return Worker(
            store=store or self.store,
            handlers={handler.kind: handler for handler in handlers},
            owner="w",
            stop=self.stop,
            now=lambda: self.clock,
            monotonic=lambda: self.monotonic,
        )

    def add(self, kind: str, *subjects: str, urgency: int = queue.ROUTINE) -> None:
        with self.store.transaction() as session:
            for subject in subjects:
                queue.add(session, kind, subject, self.clock, urgency=urgency)

    def later(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)
        self.monotonic += seconds

    def item(self, subject: str) -> WorkItem:
        with self.store.reading() as session:
            return session.scalars(select(WorkItem).where(WorkItem.subject == subject)).one()

    def outbox(self) -> list[str]:
        with self.store.reading() as session:
            return list(session.scalars(select(Outbox.subject).order_by(Outbox.id)))


@pytest.fixture
def shop(store: Store, now: datetime) -> Shop:
    return Shop(store=store, clock=now)


def writes(subject: str) -> Effect:
    """An effect that is seen afterwards."""

    def write(session: Session, now: datetime) -> None:
        session.add(Outbox(at=now, topic="test", subject=subject))
        session.flush()

    return write


def fails(_attempt: Attempt) -> Effect:
    raise ZeroDivisionError("no such number")


def test_one_worker_does_two_kinds_and_leaves_others(shop: Shop) -> None:
    text = ScriptedHandler(kind="text", during=lambda attempt: writes(f"heard {attempt.item.subject}"))
    paper = ScriptedHandler(kind="paper", during=lambda attempt: writes(f"printed {attempt.item.subject}"))
    shop.add("text", "1", "2")
    shop.add("paper", "3")
    shop.add("other", "4")
    shop.worker(text, paper).run(once=True)
    assert (text.worked, paper.worked) == (["1", "2"], ["3"])
    assert shop.outbox() == ["heard 1", "heard 2", "printed 3"]
    assert [shop.item(subject).state for subject in "1234"] == [*[WorkState.DONE] * 3, WorkState.WAITING]


def test_each_kind_has_its_own_tries_pause_and_lease(shop: Shop) -> None:
    hasty = ScriptedHandler(kind="hasty", tries=2, retry_seconds=10, during=fails)
    slow = ScriptedHandler(kind="slow", tries=4, retry_seconds=100, lease_seconds=500)
    slow.during = lambda attempt: fails(attempt) if attempt.item.attempt == 1 else writes("done")
    shop.add("hasty", "h")
    shop.add("slow", "s")
    worker = shop.worker(hasty, slow)
    worker.run(once=True)
    assert shop.item("h").not_before == shop.clock + timedelta(seconds=10)
    assert shop.item("s").not_before == shop.clock + timedelta(seconds=100)
    assert shop.item("s").error == "ZeroDivisionError: no such number"
    shop.later(11)
    worker.run(once=True)
    assert (shop.item("h").state, hasty.given_up) == (WorkState.PARKED, ["h"])
    shop.later(100)
    seen: list[datetime | None] = []
    slow.during = lambda attempt: seen.append(shop.item("s").until) or writes("done")
    worker.run(once=True)
    assert seen == [shop.clock + timedelta(seconds=500)]
    assert (shop.item("s").state, shop.item("s").error) == (WorkState.DONE, None)


def announce_parking(session: Session, item: WorkItem, error: str, now: datetime) -> None:
    session.add(Outbox(at=now, topic="test", subject=item.subject, data={"error": error}))


def test_parking_and_its_announcement_are_one_transaction(shop: Shop) -> None:
    handler = ScriptedHandler(tries=1, during=fails, parking=announce_parking)
    shop.add("scripted", "1")
    shop.worker(handler).run(once=True)
    assert shop.item("1").state is WorkState.PARKED
    assert shop.outbox() == ["1"]


def test_where_parking_is_not_committed_its_announcement_is_not(shop: Shop) -> None:
    """The database goes away in the middle: neither stands, and the next worker parks it again."""

    def breaks(session: Session, item: WorkItem, error: str, now: datetime) -> None:
        announce_parking(session, item, error, now)
        session.flush()
        raise KeyboardInterrupt

    shop.add("scripted", "1")
    with pytest.raises(KeyboardInterrupt):
        shop.worker(ScriptedHandler(tries=1, during=fails, parking=breaks)).step()
    assert (shop.item("1").state, shop.outbox()) == (WorkState.CLAIMED, [])
    shop.later(61)
    shop.worker(ScriptedHandler(tries=1, parking=announce_parking)).run(once=True)
    assert shop.item("1").state is WorkState.PARKED
    assert shop.outbox() == ["1"]
    assert "died 1 times" in str(shop.item("1").error)


def test_what_kills_workers_is_parked_at_the_next_claim_and_announced(shop: Shop) -> None:
    handler = ScriptedHandler(parking=announce_parking)
    shop.add("scripted", "poison", "good")
    for _ in range(3):
        claimed = claim(shop.store, "scripted", "dead", shop.clock)
        assert claimed is not None
        assert claimed.subject == "poison"
        shop.later(61)
    shop.worker(handler).run(once=True)
    assert handler.given_up == ["poison"]
    assert handler.worked == ["good"]
    assert shop.outbox() == ["poison"]


def test_an_announcement_that_fails_parks_the_item_all_the_same(shop: Shop) -> None:
    def breaks(session: Session, item: WorkItem, error: str, now: datetime) -> None:
        announce_parking(session, item, error, now)
        session.add(CodeCounter(year=None, next=None))

    shop.add("scripted", "1", "2")
    handler = ScriptedHandler(tries=1, during=fails, parking=breaks)
    shop.worker(handler).run(once=True)
    assert handler.worked == ["1", "2"], "the queue moves on"
    assert [shop.item(subject).state for subject in "12"] == [WorkState.PARKED] * 2
    assert shop.outbox() == [], "nothing half said"


def test_a_lost_lease_keeps_nothing_of_the_effect(shop: Shop) -> None:
    def overtaken(_attempt: Attempt) -> Effect:
        shop.later(61)
        assert claim(shop.store, "scripted", "other", shop.clock, 600) is not None
        return writes("late")

    shop.add("scripted", "1")
    assert shop.worker(ScriptedHandler(during=overtaken)).step()
    assert shop.outbox() == []
    assert (shop.item("1").owner, shop.item("1").attempt) == ("other", 2)


def test_an_effect_that_fails_costs_a_try_and_leaves_nothing(shop: Shop) -> None:
    def half(_attempt: Attempt) -> Effect:
        def write(session: Session, now: datetime) -> None:
            writes("half")(session, now)
            raise ValueError("the other half")

        return write

    shop.add("scripted", "1")
    shop.worker(ScriptedHandler(during=half)).step()
    assert shop.outbox() == []
    assert (shop.item("1").state, shop.item("1").error) == (WorkState.WAITING, "ValueError: the other half")


def test_a_beat_keeps_the_lease_and_ends_the_work_on_a_stop(shop: Shop) -> None:
    def long(attempt: Attempt) -> Effect:
        for _ in range(5):
            shop.later(30)
            assert claim(shop.store, "scripted", "other", shop.clock) is None
            attempt.beat()
        shop.stop.set()
        attempt.beat()
        raise AssertionError("the beat ends it")

    shop.add("scripted", "1")
    shop.worker(ScriptedHandler(during=long)).run()
    item = shop.item("1")
    assert (item.state, item.attempt, item.owner) == (WorkState.WAITING, 0, None)


def test_watched_work_without_a_beat_is_stuck(shop: Shop) -> None:
    seen: list[bool] = []

    def silent(attempt: Attempt) -> Effect:
        shop.later(100)
        seen.append(worker.is_stuck())  # not watched: it may wait as long as it likes
        with attempt.watched():
            shop.later(60)
            seen.append(worker.is_stuck())
            shop.later(4)
            seen.append(worker.is_stuck())
        seen.append(worker.is_stuck())
        return writes("done")

    shop.add("scripted", "1")
    worker = shop.worker(ScriptedHandler(during=silent))
    worker.step()
    assert seen == [False, False, True, False]


class AbsentStore(Store):
    """The shop's store, away whenever ``away`` says so."""

    def __init__(self, store: Store, away: Callable[[], bool]) -> None:
        super().__init__(store.engine)
        self._away = away

    def transaction(self) -> AbstractContextManager[Session]:
        if self._away():
            raise StoreAway("away")
        return super().transaction()


def test_a_database_that_goes_away_costs_no_work(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.jobs.attempt.AWAY", 0.01)
    handler = ScriptedHandler(during=lambda attempt: writes(attempt.item.subject))
    refusals = iter([True, True])
    absent = AbsentStore(shop.store, lambda: bool(handler.worked) and next(refusals, False))
    shop.add("scripted", "1")
    shop.worker(handler, store=absent).run(once=True)
    assert (handler.worked, shop.outbox()) == (["1"], ["1"])


def test_parked_items_are_tried_again_as_often_as_at_first(shop: Shop) -> None:
    handler = ScriptedHandler(tries=2, retry_seconds=0, during=fails)
    shop.add("scripted", "1", "2")
    shop.worker(handler).run(once=True)
    assert handler.given_up == ["1", "2"]
    with shop.store.transaction() as session:
        assert queue.retry_parked(session, "other", shop.clock) == 0
        assert queue.retry_item(session, shop.item("1").id, shop.clock)
        assert not queue.retry_item(session, shop.item("1").id, shop.clock), "it is not parked any more"
        assert not queue.retry_item(session, 4711, shop.clock)
    shop.worker(handler).run(once=True)
    assert handler.worked == ["1", "1", "2", "2", "1", "1"]
    assert handler.given_up == ["1", "2", "1"]
    with shop.store.transaction() as session:
        assert queue.retry_parked(session, "scripted", shop.clock) == 2
    handler.during = lambda attempt: writes(attempt.item.subject)
    shop.worker(handler).run(once=True)
    assert [shop.item(subject).state for subject in "12"] == [WorkState.DONE] * 2
