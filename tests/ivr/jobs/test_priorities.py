"""Urgent first, then oldest; the index of claims serves this order on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from ivr.jobs import queue
from ivr.model import WorkItem, WorkState
from ivr.store import Store
from ivr.testing.jobs import ScriptedHandler

TEXT, PAPER = ScriptedHandler(kind="text"), ScriptedHandler(kind="paper")
BOTH = {handler.kind: handler for handler in (TEXT, PAPER)}


def claim_all(store: Store, handlers: dict[str, ScriptedHandler], now: datetime) -> list[str]:
    found = []
    while claimed := queue.claim(store, handlers, "w", now):
        found.append(f"{claimed.kind} {claimed.subject}")
    return found


def test_urgent_first_then_oldest_across_kinds(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        for kind, subject, urgency in (
            ("text", "1", queue.ROUTINE),
            ("paper", "2", queue.ROUTINE),
            ("text", "rescue", queue.URGENT),
            ("other", "of another worker", queue.URGENT),
            ("paper", "soon", 1),
            ("text", "second rescue", queue.URGENT),
        ):
            queue.add(session, kind, subject, now, urgency=urgency)
    assert claim_all(store, BOTH, now) == ["text rescue", "text second rescue", "paper soon", "text 1", "paper 2"]


def test_a_rescue_does_not_wait_behind_a_backlog(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        for number in range(300):
            queue.add(session, "text", str(number), now)
        queue.add(session, "text", "rescue", now + timedelta(minutes=5), urgency=queue.URGENT)
    claimed = queue.claim(store, BOTH, "w", now + timedelta(minutes=5))
    assert claimed is not None
    assert claimed.subject == "rescue"


def test_what_waits_is_raised_and_what_is_done_is_not(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        for subject in "123":
            queue.add(session, "text", subject, now)
    first = queue.claim(store, BOTH, "w", now)
    assert first is not None
    with store.transaction() as session:
        queue.finish(session, first, now)
        assert not queue.raise_urgency(session, "text", "1"), "it is done"
        assert queue.raise_urgency(session, "text", "3")
        assert not queue.raise_urgency(session, "text", "3"), "it is as urgent already"
        assert not queue.raise_urgency(session, "text", "none")
        assert not queue.raise_urgency(session, "paper", "2")
    assert claim_all(store, BOTH, now) == ["text 3", "text 2"]


def test_an_urgent_item_that_failed_lets_others_pass_until_its_pause_is_over(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        queue.add(session, "text", "1", now)
        queue.add(session, "text", "rescue", now, urgency=queue.URGENT)
    rescue = queue.claim(store, BOTH, "w", now)
    assert rescue is not None
    queue.fail(store, TEXT, rescue, "no header", now)
    second = queue.claim(store, BOTH, "w", now)
    assert second is not None
    assert second.subject == "1"
    queue.release(store, second)
    third = queue.claim(store, BOTH, "w", now + timedelta(seconds=31))
    assert third is not None
    assert third.subject == "rescue"


@pytest.mark.parametrize("analysed", [False, True])
def test_the_index_serves_the_claim(store: Store, now: datetime, analysed: bool) -> None:
    """Among 20,000 items that are done, what may be claimed is read in order, without a sort."""
    with store.transaction() as session:
        common = {"kind": "text", "not_before": now, "created_at": now, "attempt": 1}
        done = [{"subject": str(number), "state": WorkState.DONE, **common} for number in range(20_000)]
        waiting = [{"subject": f"w{number}", "state": WorkState.WAITING, **common} for number in range(200)]
        session.execute(WorkItem.__table__.insert(), done + waiting)  # type: ignore[attr-defined]
    if analysed or store.dialect == "postgresql":  # where autovacuum does it within a minute
        with store.transaction() as session:
            session.execute(text("ANALYZE"))
    first = select(WorkItem).where(queue.may_be_claimed(store.dialect, BOTH, now)).order_by(*queue.ORDER).limit(1)
    explain = "EXPLAIN QUERY PLAN " if store.dialect == "sqlite" else "EXPLAIN "
    with store.reading() as session:
        compiled = first.compile(session.connection(), compile_kwargs={"literal_binds": True})
        plan = "\n".join(" ".join(map(str, row)) for row in session.execute(text(explain + str(compiled))))
    assert "ix_work_items_next" in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert "Sort" not in plan, plan
