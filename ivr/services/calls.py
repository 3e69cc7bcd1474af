"""A call's journal becomes its row and steps; recording it again, later or twice, only completes it.

Statements are prepared once and run beside the session's unit of work: every call comes here twice.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from ivr.model import Base, Call, CallStep, EndReason
from ivr.model.text import clean
from ivr.services import outbox
from ivr.spool import CallJournal, Step
from ivr.store import insert_all_missing, insert_new

_CALLS = Base.metadata.tables[Call.__tablename__]
_STEPS = Base.metadata.tables[CallStep.__tablename__]
_COUNT = select(func.count()).select_from(_STEPS).where(_STEPS.c.call_id == _CALLS.c.id).scalar_subquery()
_FIND = (
    select(_CALLS.c.language, _CALLS.c.ended_at, _CALLS.c.end_reason, _COUNT.label("steps"))
    .where(_CALLS.c.id == bindparam("ulid"))
    .with_for_update()
)
_CHANGE = (
    update(_CALLS)
    .where(_CALLS.c.id == bindparam("ulid"))
    .values({name: bindparam(name) for name in ("language", "ended_at", "end_reason")})
)


class _Known(NamedTuple):
    """The row as it stands, with its number of steps."""

    language: str
    ended_at: datetime | None
    end_reason: EndReason | None
    steps: int


def record_call(session: Session, journal: CallJournal, now: datetime) -> None:
    """Bring the call's row to what its journal says; an earlier state of the journal takes nothing back.

    The first end stands, except that a real end replaces ``interrupted``, which is only the sweep's conclusion.
    """
    known = None if journal.ended_at is None else _find(session, journal.ulid)  # one that begins has no row yet
    if known is None:
        known = _insert(session, journal, now)
    _add_steps(session, journal, known.steps)
    ended_at, reason = known.ended_at, known.end_reason
    if journal.ended_at is not None and reason in {None, EndReason.INTERRUPTED}:
        ended_at, reason = journal.ended_at, journal.end_reason
    language = journal.language if len(journal.steps) >= known.steps else known.language
    if (language, ended_at, reason) != known[:3]:
        values = {"ulid": journal.ulid, "language": language, "ended_at": ended_at, "end_reason": reason}
        session.connection().execute(_CHANGE, values)
    if known.ended_at is None and ended_at is not None:
        data = {"reason": reason.value if reason else None}
        outbox.announce(session, outbox.CALL_ENDED, journal.ulid, data, now=now)


def _insert(session: Session, journal: CallJournal, now: datetime) -> _Known:
    """The row of a call nobody has told of yet, or the one that stands after all."""
    if insert_new(session, Call, _values(journal)) is not None:
        if journal.ended_at is None:
            outbox.announce(session, outbox.CALL_STARTED, journal.ulid, {"city": journal.city}, now=now)
        return _Known(language=journal.language, ended_at=None, end_reason=None, steps=0)
    known = _find(session, journal.ulid)
    if known is None:
        raise LookupError(journal.ulid)  # calls are never deleted: the row that was in the way is there
    return known


def _find(session: Session, ulid: str) -> _Known | None:
    row = session.connection().execute(_FIND, {"ulid": ulid}).first()
    return None if row is None else _Known._make(row)


def _add_steps(session: Session, journal: CallJournal, known: int) -> None:
    """Whoever recorded the same call meanwhile has added the same steps."""
    rows = [_step(journal.ulid, number, step) for number, step in enumerate(journal.steps[known:], start=known)]
    insert_all_missing(session, CallStep, rows)


def _values(journal: CallJournal) -> dict[str, Any]:
    return {
        "id": journal.ulid,
        "city": journal.city,
        "caller_raw": clean(journal.caller_raw, 128),
        "caller_number": journal.caller_number,
        "caller_name": clean(journal.caller_name, 128),
        "called": clean(journal.called, 64),
        "uniqueid": clean(journal.uniqueid, 64),
        "linkedid": clean(journal.linkedid, 64),
        "started_at": journal.started_at,
        "language": journal.language,
    }


def _step(call_id: str, number: int, step: Step) -> dict[str, Any]:
    return {
        "call_id": call_id,
        "seq": number,
        "node": step.node[:64],
        "kind": step.type[:32],
        "at": step.at,
        "prompts": list(step.prompts),
        "keys": step.keys[:64],
        "note": clean(step.note, 2000) if step.note else "",
    }
