"""A call's journal becomes its row and steps; recording it again, later or twice, only completes it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.desk import outbox
from ivr.model import Call, CallStep, EndReason
from ivr.model.text import clean
from ivr.spool import CallJournal, Step
from ivr.store import insert_missing


def record_call(session: Session, journal: CallJournal, now: datetime) -> None:
    """Bring the call's row to what its journal says; an earlier state of the journal takes nothing back.

    The first end stands, except that a real end replaces ``interrupted``, which is only the sweep's conclusion.
    """
    created = insert_missing(session, Call, _values(journal))
    call = session.get_one(Call, journal.ulid, with_for_update=True)
    known = session.scalar(select(func.count()).select_from(CallStep).where(CallStep.call_id == call.id)) or 0
    if created and journal.ended_at is None:
        outbox.announce(session, outbox.CALL_STARTED, call.id, {"city": call.city}, now=now)
    for number, step in enumerate(journal.steps[known:], start=known):
        session.add(_step(call.id, number, step))
    if len(journal.steps) >= known:
        call.language = journal.language
    if journal.ended_at is not None and call.end_reason in {None, EndReason.INTERRUPTED}:
        was_open = call.ended_at is None
        call.ended_at, call.end_reason = journal.ended_at, journal.end_reason
        if was_open:
            reason = journal.end_reason.value if journal.end_reason else None
            outbox.announce(session, outbox.CALL_ENDED, call.id, {"reason": reason}, now=now)
    session.flush()


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


def _step(call_id: str, number: int, step: Step) -> CallStep:
    return CallStep(
        call_id=call_id,
        seq=number,
        node=step.node[:64],
        kind=step.type[:32],
        at=step.at,
        prompts=list(step.prompts),
        keys=step.keys[:64],
        note=clean(step.note, 2000),
    )
