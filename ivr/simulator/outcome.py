"""The result of a call, read from the database, and how it differs from what a scenario expects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ivr.model.calls import Call, EndReason
from ivr.model.recordings import Recording
from ivr.model.tickets import Ticket
from ivr.simulator.values import Expected
from ivr.store import Store


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One ended call: prompts heard in order, how it ended, and the values of its tickets as they were spoken."""

    ulid: str
    heard: tuple[str, ...]
    end: EndReason | None
    tickets: tuple[Mapping[str, Any], ...]


def find_outcome(store: Store, caller_name: str, *, ulid: str = "") -> Outcome | None:
    """The ended call whose caller's name begins with ``caller_name`` (``ulid``: that one); None while there is none."""
    mine = Call.id == ulid if ulid else Call.caller_name.startswith(caller_name, autoescape=True)
    with store.reading() as session:
        call = session.scalar(
            select(Call)
            .where(mine, Call.end_reason.is_not(None))
            .options(selectinload(Call.steps))
            .order_by(Call.started_at.desc())
        )
        if call is None:
            return None
        reported = select(Ticket).where(Ticket.call_id == call.id).order_by(Ticket.created_at, Ticket.id)
        tickets = [(ticket, _recordings(session, ticket)) for ticket in session.scalars(reported)]
        return Outcome(
            ulid=call.id,
            heard=tuple(prompt for step in call.steps for prompt in step.prompts),
            end=call.end_reason,
            tickets=tuple(_values(ticket, recordings) for ticket, recordings in tickets),
        )


def differences(expected: Expected, outcome: Outcome) -> list[str]:
    """Every way in which the call went otherwise; empty when all is as it must be."""
    return list(_differences(expected, outcome))


def _differences(expected: Expected, outcome: Outcome) -> Iterator[str]:
    rest = iter(outcome.heard)
    for prompt in expected.heard:
        if prompt not in rest:  # consumes up to the prompt: order counts
            yield f"not heard in its place: {prompt}; heard: {' '.join(outcome.heard)}"
            break
    for prompt in expected.unheard:
        if prompt in outcome.heard:
            yield f"heard: {prompt}"
    if expected.end is not None and outcome.end is not expected.end:
        yield f"ended {outcome.end}, not {expected.end}"
    if expected.filed is None:
        return
    if len(outcome.tickets) != len(expected.filed):
        yield f"{len(outcome.tickets)} tickets, not {len(expected.filed)}: {outcome.tickets}"
        return
    for values, ticket in zip(expected.filed, outcome.tickets, strict=True):
        for name, wanted in values.items():
            yield from _difference(name, wanted, ticket[name])


def _recordings(session: Session, ticket: Ticket) -> Sequence[Recording]:
    return session.scalars(select(Recording).where(Recording.ulid == ticket.ulid)).all()


def _difference(name: str, wanted: Any, got: Any) -> Iterator[str]:
    match name:
        case "seconds":  # at least so much of what was said
            fine = got >= wanted
        case "flags":
            fine = set(wanted) <= set(got)
        case _:
            fine = got == wanted
    if not fine:
        yield f"{name} is {got!r}, not {wanted!r}"


def _values(ticket: Ticket, recordings: Sequence[Recording]) -> dict[str, Any]:
    """In the words of a scenario file: no null, flags of ticket and recording together."""
    return {
        "kind": ticket.kind.value,
        "category": ticket.category or "",
        "consent": ticket.consent.value,
        "contact": ticket.contact_kind.value,
        "number": ticket.contact_number or "",
        "publish": "unanswered" if ticket.publish is None else ticket.publish,
        "confidential": ticket.confidential,
        "urgent": ticket.urgent,
        "language": ticket.language,
        "flags": [*ticket.flags, *(flag for recording in recordings for flag in recording.flags)],
        "code": ticket.code is not None,
        "pin": ticket.pin_mac is not None,
        "seconds": sum(recording.seconds for recording in recordings),
        "recorded": bool(recordings),
    }
