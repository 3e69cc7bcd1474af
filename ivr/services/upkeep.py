"""Housekeeping: rows whose use has ended are forgotten, so that small tables stay small."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ivr.model import SignIn
from ivr.services import attempts, outbox

OUTBOX_DAYS = 2
"""A hub that was away longer takes a snapshot anyway."""


def prune(session: Session, now: datetime) -> None:
    """Forget old changes, failed tries and ended sessions; cheap, meant to be called every hour or so."""
    outbox.prune(session, now - timedelta(days=OUTBOX_DAYS))
    attempts.prune(session, now)
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
