"""Calls that no process holds while they wait or talk: what the sweep knows of them, and what it may not do."""

from datetime import timedelta

import pytest

from ivr.filing.sweep import sweep
from ivr.model import EndReason
from ivr.model.journal import Left
from ivr.model.tickets import Consent, Kind
from ivr.spool import Journal, read_journal
from ivr.testing.spool import NOW, UNIQUEID, Leavings, wav

SPOKEN = '{"seconds":5,"status":"HANGUP"}'


def leave(desk: Leavings, left: Left, *, consent: Consent | None = None) -> None:
    path = desk.journal()
    with Journal(desk.spool.folder, read_journal(path), going_on=True) as journal:
        if consent is not None:
            journal.consent(consent)
        journal.left(left)


def test_a_call_that_began_while_reports_were_filed_is_alive(desk: Leavings) -> None:
    """Filing hundreds of reports takes longer than a journal must stand still to be a dead call's."""
    leave(desk, Left(node="noi-may"))
    desk.age()
    now = NOW + timedelta(minutes=5)
    sweep(desk.settings, desk.store, desk.spool, now, set(), ask_again=lambda: {UNIQUEID})
    assert desk.calls() == []
    sweep(desk.settings, desk.store, desk.spool, now, {UNIQUEID}, ask_again=set)
    assert [call.end_reason for call in desk.calls()] == [EndReason.INTERRUPTED]


def test_what_the_keys_had_settled_is_the_reports_that_the_dialplan_took(desk: Leavings) -> None:
    """The server died while the caller waited; the dialplan says that it records, and asks nothing."""
    desk.lease()
    leave(
        desk,
        Left(node="noi-may", category="thai-do", kind="thai_do", confidential=True, urgent=True, consent_key="0"),
        consent=Consent.REFUSED,
    )
    desk.fallback(wav(5.0), end=SPOKEN)
    desk.sweep(live=set())
    (ticket,) = desk.tickets()
    assert (ticket.category, ticket.kind, ticket.confidential, ticket.urgent) == ("thai-do", Kind.THAI_DO, True, True)
    assert ticket.consent is Consent.NONE


@pytest.mark.parametrize(
    "line",
    [
        '{"line": "step", "node": "x"}',
        '{"line": "left", "node": "x", "consent": "strange"}',
        '{"line": "end", "reason": "strange", "at": "2026-03-03T09:30:00+07:00"}',
        '{"line": "notice"}',
        '{"line": 7}',
    ],
)
def test_a_line_that_nobody_can_read_costs_itself_alone(desk: Leavings, line: str) -> None:
    """As a newer version may have written it: its call is closed, and other calls' recordings are adopted."""
    desk.lease()
    path = desk.journal()
    with path.open("a") as file:
        file.write(line + "\n")
    desk.fallback(wav(5.0), uniqueid="1999.7", end=SPOKEN)
    report = desk.sweep(live=set())
    assert (report.adopted, report.filed, report.faults) == (1, 1, [])
    assert EndReason.INTERRUPTED in {call.end_reason for call in desk.calls()}
    assert desk.left() == []
