"""Work items: each done once or parked with its reason, whatever dies in between."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from ivr.jobs import queue
from ivr.jobs.queue import Claimed, LeaseLost
from ivr.model import CodeCounter, WorkItem, WorkState
from ivr.store import Store, make_engine
from ivr.testing.jobs import ScriptedHandler
from ivr.testing.jobs import claim as find_claim

KIND = "scripted"
TERMS = ScriptedHandler(kind=KIND, retry_seconds=30)


def add(store: Store, now: datetime, *subjects: str) -> None:
    with store.transaction() as session:
        for subject in subjects:
            queue.add(session, KIND, subject, now)


def claim(store: Store, now: datetime, owner: str = "a", lease: float = 60) -> Claimed:
    found = find_claim(store, KIND, owner, now, lease)
    assert found is not None
    return found


def item(store: Store, subject: str) -> WorkItem:
    with store.reading() as session:
        return session.scalars(select(WorkItem).where(WorkItem.subject == subject)).one()


def test_adding_twice_is_adding_once(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        assert queue.add(session, KIND, "1", now)
        assert not queue.add(session, KIND, "1", now)


def test_oldest_first_and_none_twice(store: Store, now: datetime) -> None:
    add(store, now, "1", "2")
    assert [claim(store, now, owner).subject for owner in "ab"] == ["1", "2"]
    assert find_claim(store, KIND, "c", now) is None
    assert find_claim(store, "other", "c", now) is None


def test_claims_are_exclusive_under_concurrency(store: Store, now: datetime) -> None:
    add(store, now, *(str(number) for number in range(60)))

    def work(owner: str) -> list[str]:
        with closing(Store(make_engine(store.engine.url.render_as_string(hide_password=False), busy=30))) as own:
            done = []
            while claimed := find_claim(own, KIND, owner, now):
                with own.transaction() as session:
                    queue.finish(session, claimed, now)
                done.append(claimed.subject)
        return done

    with ThreadPoolExecutor(4) as pool:
        done = [subject for subjects in pool.map(work, "abcd") for subject in subjects]
    assert sorted(done, key=int) == [str(number) for number in range(60)]


def test_an_expired_lease_is_claimed_by_the_next_and_lost_by_the_first(store: Store, now: datetime) -> None:
    add(store, now, "1")
    first = claim(store, now, "a", lease=60)
    assert find_claim(store, KIND, "b", now + timedelta(seconds=59)) is None
    second = claim(store, now + timedelta(seconds=61), "b")
    assert (second.subject, second.attempt) == ("1", 2)
    with pytest.raises(LeaseLost), store.transaction() as session:
        queue.finish(session, first, now)
    with pytest.raises(LeaseLost):
        queue.renew(store, first, now, 60)
    assert queue.fail(store, TERMS, first, "late", now) is WorkState.CLAIMED
    queue.release(store, first)
    assert item(store, "1").owner == "b"


def test_a_renewed_lease_holds(store: Store, now: datetime) -> None:
    add(store, now, "1")
    claimed = claim(store, now, lease=60)
    queue.renew(store, claimed, now + timedelta(seconds=50), 60)
    assert find_claim(store, KIND, "b", now + timedelta(seconds=100)) is None


def test_a_crash_between_effect_and_done_leaves_neither(store: Store, now: datetime) -> None:
    add(store, now, "1")
    claimed = claim(store, now)

    def crash() -> None:
        with store.transaction() as session:
            session.add(CodeCounter(year=1, next=1))
            session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    with store.reading() as session:
        assert session.get(CodeCounter, 1) is None
    with store.transaction() as session:
        session.add(CodeCounter(year=1, next=1))
        queue.finish(session, claimed, now)
    done = item(store, "1")
    assert (done.state, done.owner, done.done_at) == (WorkState.DONE, None, now)


def test_a_lost_lease_undoes_the_effect(store: Store, now: datetime) -> None:
    add(store, now, "1")
    first = claim(store, now, lease=1)
    claim(store, now + timedelta(seconds=2), "b")

    def write_late() -> None:
        with store.transaction() as session:
            session.add(CodeCounter(year=1, next=1))
            queue.finish(session, first, now)

    with pytest.raises(LeaseLost):
        write_late()
    with store.reading() as session:
        assert session.get(CodeCounter, 1) is None


def test_three_failures_park_with_the_reason(store: Store, now: datetime) -> None:
    add(store, now, "1", "2")
    for attempt in (1, 2):
        assert queue.fail(store, TERMS, claim(store, now), "no header", now) is WorkState.WAITING
        assert item(store, "1").error == "no header"
        queue.release(store, claim(store, now))  # the next item goes on meanwhile
        assert item(store, "1").attempt == attempt
        now += timedelta(seconds=61)
    assert queue.fail(store, TERMS, claim(store, now), "no header", now) is WorkState.PARKED
    assert item(store, "1").error == "no header"
    assert claim(store, now).subject == "2"


def test_what_kills_three_workers_is_parked(store: Store, now: datetime) -> None:
    add(store, now, "poison", "good")
    for _ in range(3):
        assert claim(store, now, lease=1).subject == "poison"
        now += timedelta(seconds=2)
    assert claim(store, now).subject == "good"
    parked = item(store, "poison")
    assert parked.state is WorkState.PARKED
    assert "3 times" in (parked.error or "")
    with store.transaction() as session:
        assert queue.retry_parked(session, KIND, now) == 1
    assert claim(store, now).subject == "poison"


@pytest.mark.parametrize("hours", [1, 2, 24])
def test_a_clock_that_ran_ahead_holds_nothing_back(store: Store, now: datetime, hours: int) -> None:
    ahead = now + timedelta(hours=hours)
    add(store, ahead, "1", "2")
    find_claim(store, KIND, "dead", ahead, 300)
    assert {claim(store, now, owner).subject for owner in "ab"} == {"1", "2"}


def test_backlog_counts_states_and_age(store: Store, now: datetime) -> None:
    with store.reading() as session:
        assert queue.backlog(session, KIND, now) == queue.Backlog(waiting=0, claimed=0, parked=0, oldest_seconds=0.0)
    add(store, now, "1", "2")
    claim(store, now)
    add(store, now + timedelta(seconds=5), "3")
    with store.reading() as session:
        assert queue.backlog(session, KIND, now + timedelta(seconds=10)) == queue.Backlog(
            waiting=2, claimed=1, parked=0, oldest_seconds=10.0
        )
