"""Lists: newest first, filtered, counted; search folds, the same on both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from ivr.model import Call, EndReason, Kind, Person, Recording, State, Ticket, Transcript
from ivr.services import intake, listing
from ivr.services.calls import record_call
from ivr.services.errors import NotFound
from ivr.services.intake import refresh_search_copy
from ivr.services.listing import CallFilter, TicketFilter
from ivr.spool import Sidecar, Step
from ivr.store import Store
from ivr.testing.spool import change, make_journal

TEXTS = [
    "Đường Nguyễn Trãi, phường Hòa Cường, bị ngập",
    "Ngã tư Nguyễn Huệ với đường Trần Phú, trại gà hôi",
    "Hoà Khánh mất điện 100%",
    "",
]


@pytest.fixture
def tickets(store: Store, sidecar: Sidecar, now: datetime) -> list[int]:
    """Four tickets, a minute apart, each with a text of its own; the last is confidential, from an unknown number."""
    made = []
    with store.transaction() as session:
        for number, text in enumerate(TEXTS):
            last = number == 3
            report = change(
                sidecar,
                ulid=f"{sidecar.ulid[:-1]}{number}",
                code="260042174" if number == 0 else None,
                caller_number=None if last else f"+8490512345{number}",
                started_at=now + timedelta(minutes=number),
                reported_at=now + timedelta(minutes=number),
                kind=Kind.THAI_DO if last else Kind.PHAN_ANH,
                confidential=last,
                urgent=number == 2,
                category="ha-tang" if number < 2 else "rac",
                parts=(),
            )
            filed = intake.file_report(session, report, None, now, now + timedelta(hours=number + 1))
            ticket = session.get_one(Ticket, filed.ticket_id)
            ticket.content = text
            refresh_search_copy(ticket)
            made.append(ticket.id)
    return made


def found(store: Store, wanted: TicketFilter, viewer: Person | None = None) -> list[str]:
    with store.reading() as session:
        page = listing.tickets(session, wanted, viewer=viewer)
        assert page.total == len(page.rows)
        return [row.content for row in page.rows]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("duong nguyen trai", [1, 0]),  # the words, anywhere: trại and Trãi are one when folded
        ('"duong nguyen trai"', [0]),
        ("đường Nguyễn Trãi ngập", [0]),
        ("DUONG   NGUYEN, TRAI ngap", [0]),
        ("Hoà", [2, 0]),
        ("Hòa", [2, 0]),
        ("100%", [2]),
        ("%", []),
        ("_", []),
        ("' OR 1=1 --", []),
        ("DN26-004217-4", [0]),
        ("260042174", [0]),
        ("0905123451", [1]),
        ("0905 123 452", [2]),
        ("không có gì", []),
        ("nga hue", [1]),
        ("ngay", []),
        ("hoi", [1]),
        ("oi", []),  # not inside of words
        ("duo ngu", [1, 0]),  # beginnings
        ('"nguyen tr"', [0]),
        ('"trai nguyen"', []),
        ('ngap" OR "hoa', []),
        ("ngap* NOT (hoa)", []),
        ("Hoà & !ngập | <-> :*", [0]),
        ("ticket_search MATCH", []),
        ("   ", [3, 2, 1, 0]),
    ],
)
def test_search(store: Store, tickets: list[int], query: str, numbers: list[int]) -> None:
    assert found(store, TicketFilter(query=query)) == [TEXTS[number] for number in numbers]


def test_filters(store: Store, tickets: list[int], operator: Person, now: datetime) -> None:
    with store.transaction() as session:
        session.get_one(Ticket, tickets[0]).state = State.DA_TRA_LOI
        session.get_one(Ticket, tickets[1]).assignee_id = operator.id
    minute = timedelta(minutes=1)
    for wanted, numbers in [
        (TicketFilter(states=frozenset({State.MOI})), [3, 2, 1]),
        (TicketFilter(is_open=True), [3, 2, 1]),
        (TicketFilter(is_open=False), [0]),
        (TicketFilter(category="rac"), [3, 2]),
        (TicketFilter(kind=Kind.THAI_DO), [3]),
        (TicketFilter(urgent=True), [2]),
        (TicketFilter(urgent=False), [3, 1, 0]),
        (TicketFilter(assignee_id=operator.id), [1]),
        (TicketFilter(city="hai-phong"), []),
        (TicketFilter(since=now + minute, until=now + 3 * minute), [2, 1]),
        (TicketFilter(overdue_at=now + timedelta(hours=2, minutes=1)), [1]),
        (TicketFilter(query="nguyen", category="ha-tang", is_open=True), [1]),
    ]:
        assert found(store, wanted) == [TEXTS[number] for number in numbers], wanted


def test_confidential_tickets_are_not_listed_for_other_operators(
    store: Store, tickets: list[int], operator: Person, supervisor: Person
) -> None:
    assert len(found(store, TicketFilter(), supervisor)) == 4
    assert found(store, TicketFilter(), operator) == [TEXTS[2], TEXTS[1], TEXTS[0]]
    with store.reading() as session:
        confidential = session.get_one(Ticket, tickets[3]).ulid
        rows = listing.calls(session, viewer=operator).rows
        assert [row.id for row in rows if not row.tickets] == [confidential]
    with store.transaction() as session:
        session.get_one(Ticket, tickets[3]).assignee_id = operator.id
    assert len(found(store, TicketFilter(), operator)) == 4


def test_pages(store: Store, tickets: list[int]) -> None:
    with store.reading() as session:
        first = listing.tickets(session, viewer=None, size=3)
        second = listing.tickets(session, viewer=None, size=3, page=2)
        beyond = listing.tickets(session, viewer=None, size=3, page=9)
        everything, nothing = TicketFilter(), TicketFilter(city="hai-phong")
        assert listing.count_tickets(session, everything, nothing, viewer=None) == (4, 0)
        assert listing.count_tickets(session, everything, viewer=None, most=3) == (3,)
    assert [row.id for row in (*first.rows, *second.rows)] == tickets[::-1]
    assert (first.total, first.pages, first.total_is_exact, list(beyond.rows)) == (4, 2, True, [])


def test_a_line_tells_of_holder_recording_and_transcript(store: Store, tickets: list[int], operator: Person) -> None:
    with store.transaction() as session:
        ticket = session.get_one(Ticket, tickets[0])
        ticket.assignee_id, ticket.flags = operator.id, ["hung_up"]
        session.add(heard := recording(ticket.ulid, ticket.created_at))
        session.add(recording(session.get_one(Ticket, tickets[1]).ulid, ticket.created_at))
        session.flush()
        session.add(transcript(heard.id, ticket.created_at))
    with store.reading() as session:
        lines = listing.tickets(session, viewer=None).rows
        shown = [(line.holder, line.recorded, line.heard, line.flags) for line in lines]
        assert shown[2:] == [(None, True, False, ()), (operator.name, True, True, ("hung_up",))]
        assert shown[:2] == [(None, False, False, ())] * 2
        assert len({*lines, *listing.tickets(session, viewer=None).rows}) == len(lines)  # equal ones are drawn once


def recording(ulid: str, at: datetime) -> Recording:
    return Recording(
        id=ulid, ulid=ulid, take=1, key=f"{ulid}.wav", seconds=3.0, size=48_044, sha256="00" * 32, created_at=at
    )


def transcript(ulid: str, at: datetime) -> Transcript:
    return Transcript(
        recording_id=ulid, raw_text="", tidy_text="", words=[], confidence=0.0, model="m", model_version="1",
        audio_seconds=3.0, decode_seconds=1.0, created_at=at,
    )  # fmt: skip


def test_calls_and_their_tickets(store: Store, tickets: list[int], now: datetime) -> None:
    silent = make_journal(
        ulid="01K5CALLSILENT000000000000",
        instance="1022",
        city="da-nang",
        caller_number="+84905123451",
        started_at=now + timedelta(hours=1),
        steps=(Step(node="chao", type="say", at=now),),
        ended_at=now + timedelta(hours=1, minutes=1),
        end_reason=EndReason.HUNG_UP,
    )
    with store.transaction() as session:
        record_call(session, silent, now)
    with store.reading() as session:

        def ids(wanted: CallFilter) -> list[str]:
            page = listing.calls(session, wanted, viewer=None)
            assert page.total == len(page.rows)
            return [row.id[-1] if row.tickets else "silent" for row in page.rows]

        assert ids(CallFilter()) == ["silent", "3", "2", "1", "0"]
        assert ids(CallFilter(query="0905123451")) == ["silent", "1"]
        assert ids(CallFilter(query="3451")) == ["silent", "1"]
        assert ids(CallFilter(query="451")) == ["silent", "1"]
        assert ids(CallFilter(query="51")) == []  # a house number
        assert ids(CallFilter(query="nguyễn trãi ngập")) == ["0"]
        assert ids(CallFilter(query="anonymous")) == []
        assert ids(CallFilter(end_reason=EndReason.HUNG_UP)) == ["silent"]
        assert ids(CallFilter(with_ticket=False)) == ["silent"]
        assert ids(CallFilter(with_ticket=True, city="da-nang", until=now + timedelta(minutes=2))) == ["1", "0"]
        history = listing.calls_of_number(session, "+84905123451", viewer=None)
        assert history[0].id == silent.ulid
        assert [len(row.tickets) for row in history] == [0, 1]
        assert [step.node for step in listing.get_call(session, silent.ulid).steps] == ["chao"]


def test_a_call_with_two_reports_is_one_line(
    store: Store, tickets: list[int], sidecar: Sidecar, operator: Person, supervisor: Person, now: datetime
) -> None:
    with store.transaction() as session:
        call = session.get_one(Call, session.get_one(Ticket, tickets[1]).ulid)
        further = change(
            sidecar, ulid="01K5CALLFURTHER00000000000", call=call.id, code="260042182", parts=(), confidential=True,
            caller_number=call.caller_number, started_at=call.started_at, reported_at=now + timedelta(minutes=9),
        )  # fmt: skip
        ticket = session.get_one(Ticket, intake.file_report(session, further, None, now, None).ticket_id)
        ticket.content = "Cột điện nghiêng"
        refresh_search_copy(ticket)
    with store.reading() as session:

        def lines(viewer: Person | None, **wanted: Any) -> dict[str, list[str]]:
            page = listing.calls(session, CallFilter(**wanted), viewer=viewer)
            assert page.total == len(page.rows) == len({row.id for row in page.rows})
            return {row.id: [ticket.content for ticket in row.tickets] for row in page.rows}

        both = [TEXTS[1], "Cột điện nghiêng"]
        assert lines(None)[call.id] == lines(supervisor)[call.id] == both
        assert lines(operator)[call.id] == [TEXTS[1]]
        for query in ("DN26-004218-2", "260042182", "cột điện", "nguyen hue tran phu", "0905123451"):
            assert lines(None, query=query) == {call.id: both}, query
        assert lines(operator, query="DN26-004218-2") == lines(operator, query="cột điện") == {}
        assert lines(None, with_ticket=True)[call.id] == both
        assert len(lines(None, with_ticket=True)) == len(tickets)
        assert lines(None, with_ticket=False) == {}
        assert call.caller_number is not None
        (line,) = listing.calls_of_number(session, call.caller_number, viewer=None, limit=1)
        assert (line.id, [ticket.content for ticket in line.tickets]) == (call.id, both)
        assert [ticket.content for ticket in listing.tickets_of_call(session, call.id)] == both
        found = listing.tickets(session, TicketFilter(query="0905123451"), viewer=None).rows
        assert {ticket.content for ticket in found} == set(both)
        pages = [listing.calls(session, viewer=None, size=2, page=page) for page in (1, 2)]
        assert [row.id[-1] for page in pages for row in page.rows] == ["3", "2", "1", "0"]
    with store.transaction() as session:
        session.get_one(Ticket, tickets[1]).confidential = True
    with store.reading() as session:
        assert lines(operator)[call.id] == []
        assert call.id in lines(operator, with_ticket=False)


def test_single_things(store: Store, tickets: list[int], sidecar: Sidecar, now: datetime) -> None:
    with store.reading() as session:
        ticket = listing.get_ticket(session, tickets[0])
        assert listing.find_ticket_of_report(session, ticket.ulid) is ticket
        assert listing.find_ticket_by_code(session, "dn26-004217-4") is ticket
        assert listing.find_ticket_by_code(session, "") is None
        assert listing.recordings_of_report(session, ticket.ulid) == []
        assert listing.find_call(session, "none") is None
        for get, key in [(listing.get_ticket, 999), (listing.get_call, "none"), (listing.get_recording, "none")]:
            with pytest.raises(NotFound):
                get(session, key)  # type: ignore[operator]
