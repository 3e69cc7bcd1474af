"""Any part of a number or a code finds its row, on both databases, alone and beside words."""

from datetime import datetime, timedelta

import pytest

from ivr.model import Call, Ticket
from ivr.services import intake, listing
from ivr.services.calls import record_call
from ivr.services.intake import refresh_search_copy
from ivr.services.listing import CallFilter, TicketFilter
from ivr.spool import Sidecar
from ivr.store import Store
from ivr.testing.spool import change, make_journal

REPORTS = {
    "260042174": ("+84905100001", "Đường Trần Cao Vân số 120 ngập nước"),
    "260042163": ("+842363881022", "Kiệt 45 Lê Độ đổ rác"),
    "250041205": ("+84914777888", "Đèn đường tắt trên cầu, gọi lại 0905100001"),
}
"""Code → the caller's number and what was said."""


@pytest.fixture
def filled(store: Store, sidecar: Sidecar, now: datetime) -> Store:
    """Three reports, each of a call of its own."""
    with store.transaction() as session:
        for number, (code, (caller, text)) in enumerate(REPORTS.items()):
            at = now + timedelta(minutes=number)
            ulid = f"{sidecar.ulid[:-1]}{number}"
            report = change(
                sidecar, ulid=ulid, code=code, caller_number=caller, started_at=at, reported_at=at, parts=()
            )
            ticket = session.get_one(Ticket, intake.file_report(session, report, None, at).ticket_id)
            ticket.content = text
            refresh_search_copy(ticket)
            if session.get(Call, ulid) is None:
                record_call(
                    session,
                    make_journal(ulid=ulid, instance="1022", city="da-nang", caller_number=caller, started_at=at),
                    at,
                )
    return store


FIRST, SECOND, THIRD = REPORTS


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("0905100001", {FIRST, THIRD}),  # the third says it
        ("905100001", {FIRST}),
        ("+84 905 100 001", {FIRST}),
        ("5100001", {FIRST}),
        ("05100001", {FIRST}),
        ("00001", {FIRST}),
        ("0001", {FIRST}),
        ("0905100", {FIRST, THIRD}),  # the beginning of a number
        ("3 881 022", {SECOND}),
        ("3881022", {SECOND}),
        ("(0236) 388–1022", {SECOND}),
        ("1022", {SECOND}),
        ("DN26–004217–4", {FIRST}),
        ("DN26-004217-4 DN26-004216-3", {FIRST, SECOND}),
        ("Mã: DN26-004217-4", {FIRST}),
        ("DN26-004217-4 khong co", {FIRST}),
        ("004217", {FIRST}),
        ("4217", {FIRST}),
        ("4217-4", {FIRST}),
        ("26-004217", {FIRST}),
        ("25-004217", set()),
        ("DN26-0042", {FIRST, SECOND}),
        ("trần cao vân 120", {FIRST}),
        ("120 lê độ", set()),
        ("0905100001 ngập", {FIRST}),
        ("0905100001 rác", set()),
        ("5100001 tran cao van", {FIRST}),
        ("tr\u1ea7n\u200bcao v\u00e2n", {FIRST}),
        ("tra\u0302\u0300n cao va\u0302n", {FIRST}),
        ("120", {FIRST}),
        ("%", set()),
        ("0905100009", set()),
    ],
)
def test_tickets(filled: Store, query: str, codes: set[str]) -> None:
    with filled.reading() as session:
        found = listing.tickets(session, TicketFilter(query=query), viewer=None)
        assert {row.code for row in found.rows} == codes
        assert found.total == len(codes)


@pytest.mark.parametrize(
    ("query", "callers"),
    [
        ("022", {"+842363881022"}),
        ("881022", {"+842363881022"}),
        ("3 881 022", {"+842363881022"}),
        ("(0236) 3 881 022", {"+842363881022"}),
        ("05100001", {"+84905100001"}),
        ("090510", {"+84905100001", "+84914777888"}),
        ("DN26–004217–4", {"+84905100001"}),
        ("lê độ", {"+842363881022"}),
        ("0236 388 1022 rác", {"+842363881022"}),
        ("0236 388 1022 ngập", set()),
    ],
)
def test_calls(filled: Store, query: str, callers: set[str]) -> None:
    with filled.reading() as session:
        found = listing.calls(session, CallFilter(query=query), viewer=None)
        assert {row.caller_number for row in found.rows} == callers
