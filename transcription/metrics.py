"""Figures of transcription for Prometheus, computed from the tables: any process of any machine tells the same.

Every worker writes them to ``run/transcription.prom`` in the home folder, the form node_exporter's textfile collector
reads; ``tongdai worker --metrics`` prints them.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import structlog
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr import jobs
from ivr.model.recordings import Transcript
from ivr.settings import Settings
from ivr.store import Store, StoreAway

WINDOW = timedelta(hours=1)
EVERY = 15.0  # seconds between two writings

_log = structlog.get_logger(__name__)


def metrics(session: Session, now: datetime) -> bytes:
    """Backlog and age of the oldest item; recordings, seconds of speech and of work of the last hour; their RTF."""
    registry = CollectorRegistry()

    def gauge(name: str, text: str, value: float) -> None:
        Gauge(f"tongdai_transcribe_{name}", text, registry=registry).set(value)

    backlog = jobs.backlog(session, jobs.TRANSCRIBE, now)
    gauge("waiting", "Recordings waiting for a worker", backlog.waiting)
    gauge("claimed", "Recordings a worker is hearing", backlog.claimed)
    gauge("parked", "Recordings given up after three tries", backlog.parked)
    gauge("oldest_seconds", "Age of the oldest recording without its text", backlog.oldest_seconds)
    totals = select(func.count(), func.sum(Transcript.audio_seconds), func.sum(Transcript.decode_seconds))
    count, spoken, worked = session.execute(totals.where(Transcript.created_at > now - WINDOW)).one()
    gauge("hour_recordings", "Recordings heard in the last hour", count)
    gauge("hour_audio_seconds", "Seconds of speech heard in the last hour", spoken or 0.0)
    gauge("hour_decode_seconds", "Seconds of recogniser work in the last hour", worked or 0.0)
    gauge("hour_rtf", "Seconds of work per second of speech, last hour", worked / spoken if spoken else 0.0)
    return generate_latest(registry)


def metrics_file(settings: Settings) -> Path:
    """Where workers leave the figures."""
    return settings.run / "transcription.prom"


def keep_metrics_file(settings: Settings, store: Store, stop: Event, now: Callable[[], datetime]) -> None:
    """Write the figures every :data:`EVERY` seconds until asked to stop; trouble costs one writing, nothing else."""
    target = metrics_file(settings)
    scratch = target.with_name(f".{target.name}.{os.getpid()}")  # several workers write the same figures
    while True:
        try:
            with store.reading() as session:
                text = metrics(session, now())
            target.parent.mkdir(parents=True, exist_ok=True)
            scratch.write_bytes(text)
            scratch.replace(target)
        except (StoreAway, OSError) as error:
            _log.warning("worker.metrics_away", error=str(error))
        if stop.wait(EVERY):
            return
