"""Housekeeping: rows whose use has ended are forgotten every hour, so that small tables stay small."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ivr.jobs.attempt import Attempt
from ivr.jobs.handler import Effect, Handler
from ivr.jobs.schedule import Every, Missed, Schedule
from ivr.model import SignIn, WorkItem
from ivr.services import attempts, operator_acts, outbox

UPKEEP = "upkeep"
"""Kind of the items that stand for one hour's housekeeping."""
OUTBOX_DAYS = 2
"""A hub that was away longer takes a snapshot anyway."""


class UpkeepHandler(Handler):
    """Every hour; one time is as good as several that were missed."""

    kind = UPKEEP
    schedules = (Schedule(name=UPKEEP, rhythm=Every(timedelta(hours=1)), missed=Missed.LAST),)

    def work(self, attempt: Attempt) -> Effect:
        """All of it is the effect: a few deletions by index."""
        return prune

    def parked(self, session: Session, item: WorkItem, error: str, now: datetime) -> None:
        """The list of jobs shows it, and the next hour does the same work: no page waits for it."""


def prune(session: Session, now: datetime) -> None:
    """Forget old changes, failed tries, acts and ended sessions."""
    outbox.prune(session, now - timedelta(days=OUTBOX_DAYS))
    attempts.prune(session, now)
    operator_acts.prune(session, now)
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
