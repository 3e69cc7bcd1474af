"""A call's journal becomes its row and steps; recording it again, later or twice, only completes it.

Statements are prepared once and run beside the session's unit of work: every call comes here twice.
"""

from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from ivr.model import Base, Call, CallStep, EndReason
from ivr.model.journal import CallJournal, Step
from ivr.model.report import CallFacts
from ivr.model.text import clean
from ivr.model.tickets import Consent
from ivr.services import outbox
from ivr.store import insert_all_missing, insert_new

_CALLS = Base.metadata.tables[Call.__tablename__]
_STEPS = Base.metadata.tables[CallStep.__tablename__]
_COUNT = select(func.count()).select_from(_STEPS).where(_STEPS.c.call_id == _CALLS.c.id).scalar_subquery()
_FIND = (
    select(
        _CALLS.c.language,
        _CALLS.c.ended_at,
        _CALLS.c.end_reason,
        _CALLS.c.consent,
        _CALLS.c.notice_heard,
        _COUNT.label("steps"),
    )
    .where(_CALLS.c.id == bindparam("ulid"))
    .with_for_update()
)
_CHANGING = ("language", "ended_at", "end_reason", "consent", "notice_heard", "notice_seconds")
_CHANGE = update(_CALLS).where(_CALLS.c.id == bindparam("ulid")).values({name: bindparam(name) for name in _CHANGING})

_COLUMNS = {"ulid": "id"}
"""Facts whose column has another name."""
_LONGEST = {"caller_raw": 128, "caller_name": 128, "called": 64, "uniqueid": 64, "linkedid": 64, "instance": 64}
"""Characters of what comes from outside."""


class _Known(NamedTuple):
    """The row as it stands, with its number of steps."""

    language: str
    ended_at: datetime | None
    end_reason: EndReason | None
    consent: Consent | None
    notice_heard: dict[str, float]
    steps: int


def record_call(session: Session, journal: CallJournal, now: datetime) -> None:
    """Bring the call's row to what its journal says; an earlier state of the journal takes nothing back.

    The first end stands, except that a real end replaces ``interrupted``, which is only the sweep's conclusion, and
    that a call which the dialplan took over was not hung up by its caller, though it looked so to our server.
    """
    known = None if journal.ended_at is None else _find(session, journal.ulid)  # one that begins has no row yet
    if known is None:
        known = _insert(session, journal, now)
    _add_steps(session, journal, known.steps)
    ended_at, reason = known.ended_at, known.end_reason
    taken_over = (reason, journal.end_reason) == (EndReason.HUNG_UP, EndReason.FAILED)
    if journal.ended_at is not None and (reason in {None, EndReason.INTERRUPTED} or taken_over):
        ended_at, reason = journal.ended_at, journal.end_reason
    newer = len(journal.steps) >= known.steps
    language = journal.language if newer else known.language
    consent = journal.consent if newer and journal.consent is not None else known.consent
    heard = {**known.notice_heard, **journal.notice_heard} if newer else known.notice_heard
    if (language, ended_at, reason, consent, heard) != known[:5]:
        seconds = heard.get(language)
        values = dict(zip(_CHANGING, (language, ended_at, reason, consent, heard, seconds), strict=True))
        session.connection().execute(_CHANGE, {"ulid": journal.ulid, **values})
    if known.ended_at is None and ended_at is not None:
        data = {"reason": reason.value if reason else None}
        outbox.announce(session, outbox.CALL_ENDED, journal.ulid, data, now=now)


def find_call_on_line(session: Session, uniqueid: str) -> CallJournal | None:
    """The first call that Asterisk named so, without its steps; None where its row is not known."""
    asked = select(Call).where(Call.uniqueid == uniqueid).order_by(Call.started_at).limit(1)
    call = session.scalars(asked).first()
    if call is None:
        return None
    return CallJournal(
        facts=_facts_of(call),
        language=call.language,
        notice_heard=call.notice_heard,
        consent=call.consent,
        ended_at=call.ended_at,
        end_reason=call.end_reason,
    )


def is_over(session: Session, call_id: str | None) -> bool:
    """Whether a call has ended, or is not known, or there is none."""
    call = None if call_id is None else session.get(Call, call_id)
    return call is None or call.ended_at is not None


def _insert(session: Session, journal: CallJournal, now: datetime) -> _Known:
    """The new row of a call, or the one that exists after all."""
    if insert_new(session, Call, values_of(journal.facts) | {"language": journal.language}) is not None:
        if journal.ended_at is None:
            outbox.announce(session, outbox.CALL_STARTED, journal.ulid, {"city": journal.facts.city}, now=now)
        return _Known(language=journal.language, ended_at=None, end_reason=None, consent=None, notice_heard={}, steps=0)
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


def values_of(facts: CallFacts) -> dict[str, Any]:
    """The columns of a call's row that its facts fill, made safe to show."""
    values = {_COLUMNS.get(field.name, field.name): getattr(facts, field.name) for field in fields(CallFacts)}
    return values | {name: clean(values[name], most) for name, most in _LONGEST.items()}


def _facts_of(call: Call) -> CallFacts:
    return CallFacts(**{field.name: getattr(call, _COLUMNS.get(field.name, field.name)) for field in fields(CallFacts)})


def _step(call_id: str, number: int, step: Step) -> dict[str, Any]:
    return {
        "call_id": call_id,
        "seq": number,
        "node": step.node[:64],
        "kind": step.type[:32],
        "at": step.at,
        "prompts": list(step.prompts),
        "heard": list(step.heard),
        "keys": step.keys[:64],
        "note": clean(step.note, 2000) if step.note else "",
    }
