"""What a waiting caller is promised and offered: an estimate where figures carry it, another way than a long wait."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.callcentre.queues import Member, Queue

LEAST_ANSWERED = 10
"""Answered calls of the last hour that carry an estimate; with fewer, none is spoken."""
LOOKED_BACK = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Handled:
    """One answered call of this queue."""

    answered_at: datetime
    took: timedelta
    """Talk, hold and wrap-up."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What earlier calls say about a caller who is about to wait, and about the queue."""

    handled: tuple[Handled, ...] = ()
    """Calls that the queue answered within :data:`LOOKED_BACK`."""
    repeat: bool = False
    """Waited in vain a short while ago, and has talked with no person since."""
    called_back: bool = False
    """We called this number a short while ago, and were missed."""
    on_duty: int | None = None
    """Operators who take callers of the queue; None where none is signed in for it."""


def estimate(place: int, *, on_duty: int, handled: Iterable[Handled], now: datetime) -> timedelta | None:
    """How long the caller at ``place`` will wait: place × AHT of the last hour / operators on duty.

    None where nothing carries it: fewer than :data:`LEAST_ANSWERED` answers in the last hour, or no operator.
    Asterisk's own ``holdtime`` is a moving average of past waits and is not used (LIVE §7).
    """
    recent = [call.took for call in handled if now - LOOKED_BACK < call.answered_at <= now]
    if len(recent) < LEAST_ANSWERED or on_duty < 1 or place < 1:
        return None
    return place * sum(recent, timedelta(0)) / len(recent) / on_duty


def spoken_minutes(wait: timedelta) -> int:
    """The estimate as it is spoken: whole minutes, rounded up, at least 1."""
    return max(1, -(-wait // timedelta(minutes=1)))


class Reason(StrEnum):
    """Why a caller is offered another way."""

    NO_OPERATOR = "no_operator"  # none on duty
    FULL = "full"
    TOO_LONG = "too_long"


class Choice(StrEnum):
    """What is offered."""

    REPORT = "report"  # leave a report, as in branch 1
    CALL_BACK = "call_back"  # be called back, keeping the place
    WAIT = "wait"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Another way than waiting."""

    reason: Reason
    choices: tuple[Choice, ...]
    asks_recording: bool
    """The caller refused to be recorded: before a report is taken that is asked again, and a no is a no."""
    asks_number: bool
    """The number is withheld: for a call-back it must be given."""


def overflow(
    queue: Queue,
    members: Sequence[Member],
    *,
    waited: timedelta | None,
    waiting: int,
    refused_recording: bool,
    withheld: bool,
) -> Offer | None:
    """Whether a caller is offered another way; None: goes on waiting, or may join.

    :param members: of this queue, see :func:`ivr.callcentre.queues.members_of`.
    :param waited: since joining, or since the last offer; None for who has not joined yet.
    :param waiting: how many stand in the queue, this caller not counted.
    """
    reason = _reason(queue, members, waited, waiting)
    if reason is None:
        return None
    choices = (Choice.REPORT, Choice.CALL_BACK)
    return Offer(
        reason=reason,
        choices=(*choices, Choice.WAIT) if reason is Reason.TOO_LONG else choices,
        asks_recording=refused_recording,
        asks_number=withheld,
    )


def _reason(queue: Queue, members: Sequence[Member], waited: timedelta | None, waiting: int) -> Reason | None:
    if not any(member.operator.is_on_duty for member in members):
        return Reason.NO_OPERATOR
    if waited is None:
        full = queue.most_waiting is not None and waiting >= queue.most_waiting
        return Reason.FULL if full else None
    return Reason.TOO_LONG if waited >= queue.overflow_after else None
