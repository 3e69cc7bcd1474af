"""Call-backs: people whom the desk owes a call. Who they are follows from calls and tickets; stored is what was done.

A call-back is named by the report in which it was asked for, or by the first of the calls in which the number did not
get through.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.model.base import Base, Choice, Instant
from ivr.model.people import Person

MOST_TRIES = 3
"""Calls in vain after which no further one is made."""


class CallBackOrigin(StrEnum):
    """Why somebody is to be called."""

    CUT = "cut"  # our or Asterisk's fault ended the call before anything was said
    ASKED = "asked"  # asked for a call in the menu
    RANG = "rang"  # wanted a person, and none came on
    MENU = "menu"  # left in the menu, in working hours
    AFTER_HOURS = "after_hours"  # left in the menu, when the desk was closed


class CallOutcome(StrEnum):
    """What came of a call that an operator made."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    ENGAGED = "engaged"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"  # wants no call


ENDING = frozenset({CallOutcome.REACHED, CallOutcome.WRONG_NUMBER, CallOutcome.REFUSED})
"""After these no further call is made; the others were made in vain, and :data:`MOST_TRIES` of them end it, too."""


class CallBack(Base):
    """What was done about one call-back."""

    __tablename__ = "call_backs"
    __table_args__ = (Index("ix_call_backs_settled", "number", "closed_at"),)

    ulid: Mapped[str] = mapped_column(String(26), primary_key=True)
    number: Mapped[str] = mapped_column(String(32))
    """Who was to be called (E.164): what the number did before ``closed_at`` is settled."""
    city: Mapped[str] = mapped_column(String(32))
    """In whose hours the next try is made."""
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    """When the next try makes sense: at another hour than the last."""
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    claimer: Mapped[Person | None] = relationship()
    tries: Mapped[list["CallBackTry"]] = relationship(order_by="CallBackTry.id")

    @property
    def in_vain(self) -> list["CallBackTry"]:
        """Calls that were not taken, in order; an outcome that was opened again is none of them."""
        return [each for each in self.tries if each.outcome not in ENDING]


class CallBackTry(Base):
    """A call that an operator made, and what came of it."""

    __tablename__ = "call_back_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    ulid: Mapped[str] = mapped_column(ForeignKey("call_backs.ulid", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[CallOutcome] = mapped_column(Choice(CallOutcome, 16))
    note: Mapped[str] = mapped_column(Text, default="")
    person: Mapped[Person] = relationship()
