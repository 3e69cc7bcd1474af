"""Acts that people ask of operators' work: asked by a page, claimed and answered by ``watch``.

An act that is not claimed within :data:`PATIENCE` is withdrawn, so that it is never silently done later.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from ivr.callcentre.acts import Why
from ivr.callcentre.refusals import sentence
from ivr.errors import TongdaiError
from ivr.model import OperatorAct, Person, Wanted
from ivr.model.permissions import Permission
from ivr.services import rights
from ivr.services.errors import NotAllowed, NotFound
from ivr.store import insert_missing
from ivr.words import tr

PATIENCE = timedelta(seconds=2)
"""How long an act waits for ``watch``."""
KEPT = timedelta(days=30)
"""How long it stays known who asked for what."""
_OWN = frozenset({Wanted.SIGN_IN, Wanted.RING_AGAIN})
"""What only oneself may ask for."""
_ID = re.compile(r"[0-9A-Za-z-]{20,36}")


class ActRefused(TongdaiError):
    """The act was not done; the message says why and what to do."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(sentence(why))


def ask(
    session: Session,
    act_id: str,
    instance: str,
    person: Person,
    operator_id: int,
    wanted: Wanted,
    now: datetime,
    *,
    phone: str = "",
    reason: str = "",
) -> None:
    """Ask for an act; one that was asked for already stays as it is.

    :raises NotFound: there is no such operator.
    :raises NotAllowed: the person may not do that, or not to this operator.
    :raises TongdaiError: the id is none.
    """
    if operator_id == person.id:
        rights.require(person, Permission.ANSWER)
    else:
        require_steer(session, person, operator_id)
    if not _ID.fullmatch(act_id) or (wanted in _OWN and operator_id != person.id):
        raise TongdaiError(tr("Yêu cầu này không hợp lệ.", "This is no valid request."))
    values = {
        "id": act_id,
        "instance": instance,
        "person_id": person.id,
        "operator_id": operator_id,
        "wanted": wanted,
        "phone": phone[:128],
        "reason": reason[:64],
        "asked_at": now,
    }
    insert_missing(session, OperatorAct, values)


def require_steer(session: Session, person: Person, operator_id: int) -> Person:
    """Whom the person steers; raises :class:`NotFound` and :class:`NotAllowed`."""
    operator = session.get(Person, operator_id)
    if operator is None:
        raise NotFound("person", operator_id)
    if not rights.may_steer(person, operator):
        raise NotAllowed(
            "Anh/chị không điều hành ca của người này.",
            "You do not manage the work of this person.",
        )
    return operator


def is_answered(session: Session, act_id: str) -> bool:
    """Whether it was done.

    :raises ActRefused: it was refused.
    """
    act = session.get(OperatorAct, act_id)
    if act is None or act.answered_at is None:
        return False
    if act.refused is not None:
        raise ActRefused(act.refused)
    return True


def withdraw(session: Session, act_id: str, now: datetime) -> bool:
    """Take back an act that waits for too long; False where it is being done, or was."""
    open_ = (OperatorAct.id == act_id, OperatorAct.claimed_at.is_(None), OperatorAct.answered_at.is_(None))
    withdrawn = update(OperatorAct).where(*open_).values(answered_at=now, refused=Why.TOO_LATE)
    return session.scalar(withdrawn.returning(OperatorAct.id)) is not None


def has_open(session: Session, instance: str) -> bool:
    """Whether an act waits: asked often, so it costs one look into an index that is nearly always empty."""
    return session.scalar(_open(instance).limit(1)) is not None


def claim(session: Session, instance: str, now: datetime) -> Sequence[OperatorAct]:
    """The acts that wait, in the order in which they were asked for; they are this program's from now on.

    Those that waited for too long are answered so.
    """
    found = session.scalars(
        select(OperatorAct)
        .where(OperatorAct.id.in_(_open(instance)))
        .order_by(OperatorAct.asked_at, OperatorAct.id)
        .with_for_update(skip_locked=True)
    ).all()
    for act in found:
        act.claimed_at = now
        if act.asked_at < now - PATIENCE:
            act.answered_at, act.refused = now, Why.TOO_LATE
    session.flush()
    claimed = [act for act in found if act.answered_at is None]
    session.expunge_all()
    return claimed


def give_up(session: Session, instance: str, now: datetime) -> None:
    """Answer what an earlier ``watch`` claimed and did not answer: it died, and no page waits any more."""
    session.execute(
        update(OperatorAct)
        .where(OperatorAct.instance == instance, OperatorAct.answered_at.is_(None), OperatorAct.claimed_at.is_not(None))
        .values(answered_at=now, refused=Why.TOO_LATE)
    )


def answer(session: Session, act_id: str, why: Why | None, now: datetime) -> None:
    """Say what came of an act: None where it was done."""
    session.execute(update(OperatorAct).where(OperatorAct.id == act_id).values(answered_at=now, refused=why))


def prune(session: Session, now: datetime) -> None:
    """Forget old ones."""
    session.execute(delete(OperatorAct).where(OperatorAct.asked_at < now - KEPT))


def _open(instance: str) -> Select[str]:
    return select(OperatorAct.id).where(
        OperatorAct.instance == instance, OperatorAct.answered_at.is_(None), OperatorAct.claimed_at.is_(None)
    )
