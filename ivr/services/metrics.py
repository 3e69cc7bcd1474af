"""The hotline's figures for Prometheus, computed at each scrape: from rows, so that no process has to be up, and of the
calls that go on from what the watch process says."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.jobs import queue
from ivr.jobs.queue import Backlog
from ivr.model import CLOSED, Ticket, Transcript, clock
from ivr.services.marks import real
from ivr.services.transcribing import TRANSCRIBE
from ivr.store import Store, StoreAway

WINDOW = timedelta(hours=1)
"""The real-time factor is that of transcripts made within this time: an old machine's must not hide a new one's."""


class StoreCollector(Collector):
    """What is waiting and how fast it is heard. While the database is away only ``tongdai_store_up 0`` is reported."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def collect(self) -> Iterable[Metric]:
        """One reading transaction a scrape."""
        now = self._now()
        try:
            with self._store.reading() as session:
                found = [*_backlog(queue.backlog(session, TRANSCRIBE, now)), *_speed(session, now)]
                found += [_open_tickets(session), _overdue_tickets(session, now)]
        except StoreAway:
            found = []
        return [_gauge("store_up", "1 when the database answers.", float(bool(found))), *found]


class CallCollector(Collector):
    """Calls that go on, how many are taken, and how many were refused; nothing while the watch process is away."""

    def __init__(self, state: Callable[[], Mapping[str, Any] | None]) -> None:
        """``state``: what the hub says of itself."""
        self._state = state

    def collect(self) -> Iterable[Metric]:
        """One question a scrape."""
        state = self._state()
        yield _gauge("watch_up", "1 when the watch process answers.", float(state is not None))
        if state is None or not state["asterisk"]:
            return
        yield _gauge("calls_live", "Calls that go on.", state["live_calls"])
        yield _gauge("calls_limit", "Calls taken at once; further ones are refused.", state["calls_limit"])
        meaning = "Calls refused with 503 since Asterisk began, because there were too many."
        yield CounterMetricFamily("tongdai_calls_refused", meaning, value=state["calls_refused"])


def exposition(
    store: Store, now: Callable[[], datetime], state: Callable[[], Mapping[str, Any] | None] | None = None
) -> bytes:
    """The text a ``/metrics`` page serves (``text/plain; version=0.0.4``); ``state`` as :class:`CallCollector` has."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StoreCollector(store, now))
    if state is not None:
        registry.register(CallCollector(state))
    return generate_latest(registry)


def find_rtf(session: Session, now: datetime) -> float | None:
    """Seconds of decoding per second of audio in the last :data:`WINDOW`; None when nothing was heard in it."""
    sums = select(func.sum(Transcript.decode_seconds), func.sum(Transcript.audio_seconds))
    decoded, audio = session.execute(sums.where(Transcript.created_at > now - WINDOW)).one()
    return decoded / audio if audio else None


def _backlog(work: Backlog) -> list[Metric]:
    items = GaugeMetricFamily("tongdai_transcription_items", "Unfinished transcriptions by state.", labels=["state"])
    for state, count in (("waiting", work.waiting), ("claimed", work.claimed), ("parked", work.parked)):
        items.add_metric([state], count)
    oldest = "Age of the oldest transcription that is not done or parked."
    return [items, _gauge("transcription_oldest_seconds", oldest, work.oldest_seconds)]


def _speed(session: Session, now: datetime) -> list[Metric]:
    rtf = find_rtf(session, now)
    meaning = "Seconds of decoding per second of audio, last hour; absent when nothing was heard."
    return [] if rtf is None else [_gauge("transcription_rtf", meaning, rtf)]


def _open_tickets(session: Session) -> Metric:
    tickets = GaugeMetricFamily("tongdai_tickets_open", "Open tickets by state.", labels=["state"])
    rows = select(Ticket.state, func.count()).where(Ticket.state.not_in(CLOSED), real()).group_by(Ticket.state)
    for state, count in session.execute(rows):
        tickets.add_metric([state.value], count)
    return tickets


def _overdue_tickets(session: Session, now: datetime) -> Metric:
    late = session.scalar(select(func.count()).select_from(Ticket).where(clock.overdue_at(now), real())) or 0
    return _gauge("tickets_overdue", "Open tickets whose due time has passed while their clock ran.", late)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"tongdai_{name}", meaning, value=value)
