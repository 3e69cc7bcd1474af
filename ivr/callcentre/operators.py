"""An operator at work: the states, and what is known in each.

States and what leaves them (:mod:`ivr.callcentre.moves` has the rules):

==================  =================================================================  ==============================
state               an act of a person, or a fact of the line                          by time
==================  =================================================================  ==============================
signed out          signs in                                                           –
ready               pauses, signs out · a ring, a talk                                 –
paused              gets ready, pauses otherwise, signs out · a ring of an own call    – (past its limit it is shown)
ringing             a talk, the end of the ring                                        the ring's limit
talking             the end of the talk · hold                                         –
hold                the end of the talk · the hold's end                               –
wrap-up             finishes, gets ready, pauses, signs out · a ring                   its cap
connection lost     the line is back, signs out · the end of the talk                  the grace
==================  =================================================================  ==============================

After a gap in Asterisk's events :class:`ivr.callcentre.acts.Listed` puts right whatever was missed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class OperatorState(StrEnum):
    """What an operator does."""

    SIGNED_OUT = "signed_out"
    READY = "ready"
    PAUSED = "paused"
    RINGING = "ringing"
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    CONNECTION_LOST = "connection_lost"


IN_CALL = frozenset({OperatorState.RINGING, OperatorState.TALKING, OperatorState.HOLD})
"""States with a call that Asterisk knows."""
TALKS = frozenset({OperatorState.TALKING, OperatorState.HOLD})


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Why an operator takes no calls, and for how long at most."""

    reason: str
    """Id of a reason the city knows, or one of ours below."""
    limit: timedelta | None = None


SIGNED_IN = Pause(reason="vao-ca")
"""Just signed in: headset and place first, the first call only when the operator says so."""
NO_ANSWER = Pause(reason="khong-nhac-may")
"""The telephone rang in vain too often; calls go to others until the operator is back."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How long things may last; a city's data."""

    wrap_up: timedelta = timedelta(seconds=60)
    """Cap of the paper work; none at 0."""
    grace: timedelta = timedelta(seconds=30)
    """How long a lost connection may stay away (LIVE §4)."""
    ring: timedelta = timedelta(seconds=20)
    """A ring that did not end by then ended without our hearing of it: above the queue's ``timeout``."""
    most_missed: int = 2
    """Rings in vain, one after another, that pause an operator."""


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One operator now."""

    state: OperatorState = OperatorState.SIGNED_OUT
    since: datetime
    phone: str = ""
    """Interface of the telephone chosen at sign-in."""
    linkedid: str = ""
    """The call of :data:`IN_CALL`, of a lost connection, and the one a wrap-up is about."""
    until: datetime | None = None
    """When time itself moves on."""
    pause: Pause | None = None
    """Of a paused operator."""
    next_pause: Pause | None = None
    """Asked for during a call: taken after it."""
    leaves: bool = False
    """Signs out when the call is done."""
    missed: int = 0
    """Rings in vain since the last answer."""
    before: OperatorState | None = None
    """What a lost connection interrupted."""

    @property
    def is_free(self) -> bool:
        """Whether the queue may ring."""
        return self.state is OperatorState.READY

    @property
    def is_on_duty(self) -> bool:
        """Whether a waiting caller will come to this operator: at work, and not resting."""
        return self.state not in (OperatorState.SIGNED_OUT, OperatorState.PAUSED, OperatorState.CONNECTION_LOST)

    def is_overdue(self, now: datetime) -> bool:
        """Whether a pause lasts longer than it may."""
        if self.state is not OperatorState.PAUSED or self.pause is None or self.pause.limit is None:
            return False
        return now > self.since + self.pause.limit
