"""The outbox: in order, never a used id again."""

from datetime import datetime, timedelta

from ivr.services import outbox
from ivr.store import Store


def test_read_after_and_last(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        assert outbox.last(session) == 0
        for number in range(5):
            outbox.announce(session, outbox.TICKET_FILED, f"T{number}", {"id": number}, now=now)
    with store.reading() as session:
        first = outbox.read(session, 0, limit=2)
        rest = outbox.read(session, first[-1].id)
        assert [row.subject for row in (*first, *rest)] == ["T0", "T1", "T2", "T3", "T4"]
        assert outbox.last(session) == rest[-1].id


def test_pruned_ids_never_come_back(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        outbox.announce(session, outbox.CALL_STARTED, "C1", now=now)
        outbox.announce(session, outbox.CALL_STARTED, "C2", now=now + timedelta(days=1))
    with store.transaction() as session:
        newest = outbox.last(session)
        assert outbox.prune(session, now + timedelta(hours=1)) == 1
        assert outbox.prune(session, now + timedelta(days=2)) == 1
    with store.transaction() as session:
        outbox.announce(session, outbox.CALL_STARTED, "C3", now=now)
        session.flush()
        assert outbox.last(session) > newest
