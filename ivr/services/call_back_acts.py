"""What an operator does about a call-back: take it in hand, give it back, say what came of the call."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.errors import TongdaiError
from ivr.model import CallBack, CallBackTry, CallOutcome, Person
from ivr.model.call_backs import ENDING, MOST_TRIES
from ivr.model.permissions import Permission
from ivr.model.text import clean
from ivr.services import outbox, reveals, rights
from ivr.services.call_backs import CityOf, Owed, add_desk_hours, holder_of
from ivr.store import insert_missing
from ivr.words import tr

LONGEST_NOTE = 1_000
_AGAIN = {CallOutcome.NO_ANSWER: 1.0, CallOutcome.ENGAGED: 1 / 6}
"""Hours of the desk after which another try makes sense: who did not answer is called at another hour."""


class CallBackRefused(TongdaiError):
    """This call-back cannot be taken or settled so; the message says why and what to do."""


def claim(session: Session, owed: Owed, person: Person, now: datetime, *, address: str = "") -> CallBack:
    """Take it in hand, which shows its number; one that is in hand of the same person already stays so.

    :raises CallBackRefused: another has it, the person has another one, or it is too early for another try.
    """
    rights.require(person, Permission.CALL_BACK)
    _require_free_hands(session, owed.ulid, person, now)
    insert_missing(session, CallBack, {"ulid": owed.ulid, "number": owed.number, "city": owed.city})
    row = _lock(session, owed.ulid)
    if row is None or row.closed_at is not None:
        raise CallBackRefused(tr("Cuộc gọi lại này đã xong.", "This call-back is settled."))
    holder = holder_of(row, now)
    if holder is not None and holder.id != person.id:
        raise CallBackRefused(tr(f"{holder.name} đang gọi số này.", f"{holder.name} is calling this number."))
    if row.not_before is not None and row.not_before > now:
        raise CallBackRefused(
            tr(
                "Vừa gọi mà không gặp: xin gọi lại vào giờ khác, như ghi trong danh sách.",
                "This number was called in vain just now: try at another hour, as the list says.",
            )
        )
    if holder is None:
        reveals.reveal_to_call(session, owed.call_id or owed.ulid, person, now, address=address)
    row.claimed_by, row.claimed_at = person.id, now
    outbox.announce(session, outbox.CALL_BACK_CHANGED, owed.ulid, now=now)
    return row


def release(session: Session, ulid: str, person: Person, now: datetime) -> None:
    """Give it back without a call.

    :raises CallBackRefused: the person does not have it.
    """
    row = _own(session, ulid, person)
    row.claimed_by = row.claimed_at = None
    outbox.announce(session, outbox.CALL_BACK_CHANGED, ulid, now=now)


def record(
    session: Session, ulid: str, person: Person, outcome: CallOutcome, note: str, now: datetime, *, city_of: CityOf
) -> CallBack:
    """Say what came of the call; with an ending outcome, or the third call in vain, it is settled.

    :raises CallBackRefused: the person does not have it, or says too much.
    """
    row = _own(session, ulid, person)
    text = clean(note, len(note)).strip()
    if len(text) > LONGEST_NOTE:
        raise CallBackRefused(
            tr(f"Ghi chú dài quá {LONGEST_NOTE} ký tự.", f"The note is longer than {LONGEST_NOTE} characters.")
        )
    session.add(CallBackTry(ulid=ulid, person_id=person.id, at=now, outcome=outcome, note=text))
    session.flush()
    session.refresh(row, ["tries"])
    row.claimed_by = row.claimed_at = None
    if outcome in ENDING or len(row.in_vain) >= MOST_TRIES:
        row.closed_at, row.not_before = now, None
    else:
        row.not_before = add_desk_hours(city_of(row.city), now, _AGAIN[outcome])
    outbox.announce(session, outbox.CALL_BACK_CHANGED, ulid, now=now)
    return row


def reopen(session: Session, ulid: str, person: Person, now: datetime) -> None:
    """Undo that it was settled: whoever is still owed a call is on the list again.

    :raises CallBackRefused: it is not settled, or somebody else settled it.
    """
    rights.require(person, Permission.CALL_BACK)
    row = _lock(session, ulid)
    if row is None or row.closed_at is None:
        raise CallBackRefused(tr("Cuộc gọi lại này chưa xong.", "This call-back is not settled."))
    if row.tries[-1].person_id != person.id and not rights.may(person, Permission.WORK_FOR_OTHERS):
        raise CallBackRefused(
            tr(
                "Chỉ người đã ghi kết quả hoặc trưởng ca được mở lại.",
                "Only who recorded the outcome or a supervisor may open it again.",
            )
        )
    row.closed_at = row.not_before = None
    outbox.announce(session, outbox.CALL_BACK_CHANGED, ulid, now=now)


def _require_free_hands(session: Session, ulid: str, person: Person, now: datetime) -> None:
    held = session.scalars(select(CallBack).where(CallBack.claimed_by == person.id, CallBack.ulid != ulid))
    if any(holder_of(row, now) for row in held):
        raise CallBackRefused(
            tr(
                "Anh/chị đang nhận một cuộc gọi lại khác: xin ghi kết quả hoặc trả lại trước.",
                "You have another call-back in hand: record its outcome or give it back first.",
            )
        )


def _own(session: Session, ulid: str, person: Person) -> CallBack:
    """The call-back that the person has in hand; one taken long ago too, while no other has taken it."""
    rights.require(person, Permission.CALL_BACK)
    row = _lock(session, ulid)
    if row is None or row.claimed_by != person.id:
        raise CallBackRefused(
            tr(
                "Cuộc gọi lại này không còn do anh/chị nhận. Xin tải lại danh sách.",
                "You do not have this call-back in hand any more. Load the list again.",
            )
        )
    return row


def _lock(session: Session, ulid: str) -> CallBack | None:
    """What was done about it, while no other changes it; None where nothing was."""
    return session.scalars(select(CallBack).where(CallBack.ulid == ulid).with_for_update()).one_or_none()
