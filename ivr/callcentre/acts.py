"""What may be done by or happen to an operator, and what comes of it: done, or refused with the reason.

*Wishes* come from people and may be refused. *Facts* come from Asterisk and are followed wherever they make sense: what
Asterisk says of a call is true, whatever we thought.
"""

from dataclasses import dataclass
from enum import StrEnum

from ivr.callcentre.operators import Operator, Pause


class Why(StrEnum):
    """Why an act was refused."""

    NOT_SIGNED_IN = "not_signed_in"
    ALREADY = "already"
    IN_CALL = "in_call"
    NO_CALL = "no_call"
    OTHER_CALL = "other_call"
    NO_WRAP_UP = "no_wrap_up"
    NO_REASON = "no_reason"
    NO_TIME = "no_time"
    NO_PHONE = "no_phone"
    NO_CONNECTION = "no_connection"
    PHONE_TAKEN = "phone_taken"
    NO_EXCHANGE = "no_exchange"
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class Moved:
    """The act was done."""

    operator: Operator


@dataclass(frozen=True)
class Refused:
    """The act was not done."""

    operator: Operator
    """As before, but for the time that passed."""
    why: Why


Result = Moved | Refused


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Begin work at a telephone."""

    phone: str


@dataclass(frozen=True, kw_only=True)
class SignOut:
    """End work. ``forced``: by a supervisor, also during a call, then after it."""

    forced: bool = False


@dataclass(frozen=True)
class GetReady:
    """Take calls; in a wrap-up: finish it; during a talk: take back a pause that was asked for."""


@dataclass(frozen=True)
class TakePause:
    """Take no calls; during a call: after it."""

    pause: Pause


@dataclass(frozen=True)
class FinishWrapUp:
    """The paper work is done before its cap (F8)."""


@dataclass(frozen=True, kw_only=True)
class OfCall:
    """A fact of the operator's own leg in a call."""

    linkedid: str


class Rang(OfCall):
    """The telephone rings: a call of the queue, an own one, or a talk that comes back after a reload."""


@dataclass(frozen=True, kw_only=True)
class RingEnded(OfCall):
    """… no longer. ``missed``: it rang in vain; else the caller left or a colleague was quicker."""

    missed: bool = False


class Answered(OfCall):
    """Operator and citizen hear each other."""


class HoldBegan(OfCall):
    """The citizen hears music."""


class HoldEnded(OfCall):
    """The talk goes on."""


class TalkEnded(OfCall):
    """The operator's leg ended, or left the talk."""


@dataclass(frozen=True)
class LineLost:
    """The telephone's registration ended, or the page is gone."""


@dataclass(frozen=True)
class LineBack:
    """It registered anew."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What Asterisk lists after a gap: the operator's call now, empty for none."""

    linkedid: str = ""
    held: bool = False


Wish = SignIn | SignOut | GetReady | TakePause | FinishWrapUp
Fact = Rang | RingEnded | Answered | HoldBegan | HoldEnded | TalkEnded | LineLost | LineBack | Listed
Act = Wish | Fact
