"""Two teams, two agencies: each sees and does only what is theirs, one by one and in lists, by the same rule."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.model import Base, Call, Person, Recording, Refusal, Role, State, Ticket, Transcript
from ivr.model.code import make_code
from ivr.model.permissions import GRANTS, Grant, Permission, Scope
from ivr.services import casework, correcting, listing, plays, rights, viewing
from ivr.services.errors import MoveRefused, NotFound
from ivr.services.listing import CallFilter, TicketFilter
from ivr.store import Store

TEAMS = ("Bắc", "Nam", None)
AGENCIES = ("so-xay-dung", "so-y-te", None)
NUMBER = "+84905123456"


@pytest.fixture(params=Scope)
def scope(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Scope:
    """A role that may everything, within this scope: nothing but the scope holds it back."""
    everything: Scope = request.param
    monkeypatch.setitem(GRANTS, Role.TEAM_LEAD, Grant(permissions=frozenset(Permission), scope=everything))
    return everything


@pytest.fixture
def people(store: Store, now: datetime) -> dict[str, Person]:
    """Somebody of each team and agency, each a viewer, and an operator of each team who holds tickets."""
    found = {}
    with store.transaction() as session:
        for team, agency in zip(TEAMS, AGENCIES, strict=True):
            for kind, role in (("viewer", Role.TEAM_LEAD), ("holder", Role.OPERATOR)):
                name = f"{kind} {team}"
                person = Person(
                    username=name, name=name, role=role, team=team, agency=agency, password_hash="-", created_at=now
                )
                session.add(person)
                found[name] = person
    return found


def add_ticket(session: Session, now: datetime, number: int, call: str | None = None, **given: Any) -> Ticket:
    """A ticket with its call, recording and transcript."""
    ulid = f"01K5CALL0000000000000{number:05d}"
    ticket = Ticket(
        ulid=ulid, call_id=call or ulid, code=make_code(2026, number + 1), city="da-nang", state=State.DA_TIEP_NHAN,
        content=f"Ngập số {number}", folded=f"ngap so {number}", contact_number=NUMBER, created_at=now, filed_at=now,
        **given,
    )  # fmt: skip
    session.add(ticket)
    if call is None:
        session.add(Call(id=ulid, city="da-nang", caller_number=NUMBER, started_at=now))
    recording = Recording(id=ulid, ulid=ulid, take=1, key=ulid, seconds=9, size=1, sha256="0", created_at=now)
    recording.transcript = Transcript(
        raw_text="ngập", tidy_text="Ngập", words=[], confidence=1, model="m", model_version="1", audio_seconds=9,
        decode_seconds=1, created_at=now,
    )  # fmt: skip
    session.add(recording)
    session.flush()
    return ticket


def belongs(viewer: Person, ticket: Ticket, scope: Scope) -> bool:
    """The rule in the words of the issue, written once more and apart."""
    if scope is Scope.ALL:
        return True
    if scope is Scope.OWN:
        return ticket.assignee_id == viewer.id
    if scope is Scope.AGENCY:
        return bool(viewer.agency) and ticket.agency == viewer.agency
    same_team = bool(viewer.team) and ticket.assignee is not None and ticket.assignee.team == viewer.team
    return ticket.assignee_id in (None, viewer.id) or same_team


def test_one_ticket_and_lists_are_seen_by_the_same_rule(
    store: Store, scope: Scope, people: dict[str, Person], now: datetime
) -> None:
    holders = [None, *people.values()]
    with store.transaction() as session:
        number = 0
        for holder in holders:
            for agency in AGENCIES:
                for confidential in (False, True):
                    number += 1
                    add_ticket(
                        session, now, number, agency=agency, confidential=confidential,
                        assignee_id=holder.id if holder else None,
                    )  # fmt: skip
    for name in (f"viewer {team}" for team in TEAMS):
        viewer = people[name]
        with store.reading() as session:
            every = session.scalars(select(Ticket)).all()
            expected = {ticket.id for ticket in every if belongs(viewer, ticket, scope)}
            assert {ticket.id for ticket in every if rights.may_see(viewer, ticket)} == expected
            assert {row.id for row in listing.tickets(session, viewer=viewer, size=999).rows} == expected
            assert listing.count_tickets(session, TicketFilter(), viewer=viewer) == (len(expected),)
            found = listing.tickets(session, TicketFilter(query="ngập"), viewer=viewer, size=999).rows
            assert {row.id for row in found} == expected
            ulids = {ticket.ulid for ticket in every if ticket.id in expected}
            assert {row.id for row in listing.calls(session, viewer=viewer, size=999).rows} == ulids
            history = listing.calls_of_number(session, NUMBER, viewer=viewer, limit=999)
            assert {row.id for row in history} == ulids
            if scope is not Scope.ALL:
                assert len(expected) < len(every)


def test_a_role_that_may_not_see_confidential_matters_sees_its_own(
    store: Store, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    seeing = Grant(permissions=frozenset(Permission) - {Permission.SEE_CONFIDENTIAL}, scope=Scope.TEAM)
    monkeypatch.setitem(GRANTS, Role.TEAM_LEAD, seeing)
    viewer, mate = people["viewer Bắc"], people["holder Bắc"]
    with store.transaction() as session:
        for number, holder in enumerate((None, viewer, mate), start=1):
            add_ticket(session, now, number, confidential=True, assignee_id=holder.id if holder else None)
    with store.reading() as session:
        seen = {row.holder for row in listing.tickets(session, viewer=viewer).rows}
        assert seen == {viewer.name}
        assert [t.assignee_id for t in session.scalars(select(Ticket)) if rights.may_see(viewer, t)] == [viewer.id]


def test_calls_follow_their_tickets(store: Store, scope: Scope, people: dict[str, Person], now: datetime) -> None:
    viewer, mate, stranger = people["viewer Bắc"], people["viewer Bắc"], people["holder Nam"]
    with store.transaction() as session:
        mixed = add_ticket(session, now, 1, assignee_id=stranger.id, agency="so-y-te")
        add_ticket(session, now, 2, mixed.call_id, assignee_id=mate.id, agency="so-xay-dung")
        add_ticket(session, now, 3, assignee_id=stranger.id, agency="so-y-te")
        session.add(Call(id="nothing pressed", city="da-nang", started_at=now))
        call_ids = [mixed.call_id, "01K5CALL000000000000000003", "nothing pressed"]
    expected = {
        Scope.ALL: call_ids,
        Scope.TEAM: [call_ids[0], call_ids[2]],  # a call without a ticket is as free as a ticket that no person took
        Scope.AGENCY: [call_ids[0]],
        Scope.OWN: [call_ids[0]],
    }[scope]
    with store.reading() as session:
        rows = {row.id: row for row in listing.calls(session, viewer=viewer).rows}
        assert set(rows) == set(expected)
        for call_id in call_ids:
            if call_id in expected:
                assert viewing.get_call(session, call_id, viewer).call.id == call_id
            else:
                with pytest.raises(NotFound):
                    viewing.get_call(session, call_id, viewer)
        seen = viewing.get_call(session, call_ids[0], viewer)
        own = ["Ngập số 2"] if scope is not Scope.ALL else ["Ngập số 1", "Ngập số 2"]
        assert [ticket.content for ticket in seen.tickets] == own
        assert not seen.has_confidential
        assert [ticket.content for ticket in rows[call_ids[0]].tickets] == own
        with_ticket = listing.calls(session, CallFilter(with_ticket=False), viewer=viewer).rows
        assert [row.id for row in with_ticket] == [call_id for call_id in expected if call_id == "nothing pressed"]


Act = Callable[[Session, Ticket, Person, datetime], object]
ACTS: dict[str, Act] = {
    "see": lambda s, t, me, now: viewing.get_ticket(s, t.ulid, me),
    "see the call": lambda s, t, me, now: viewing.get_call(s, t.call_id, me),
    "see the recording": lambda s, t, me, now: viewing.get_recording(s, t.ulid, me),
    "take": lambda s, t, me, now: casework.take(s, t.id, me, t.version, now),
    "move": lambda s, t, me, now: casework.move(s, t.id, State.CHO_BO_SUNG, me, "hỏi thêm", t.version, now),
    "refuse": lambda s, t, me, now: casework.move(
        s, t.id, State.TU_CHOI, me, "gọi thử", t.version, now, refusal=Refusal.QUAY_ROI
    ),
    "note": lambda s, t, me, now: casework.note(s, t.id, "đã gọi lại", me, now),
    "change": lambda s, t, me, now: casework.change(s, t.id, me, t.version, now, urgent=True, assignee=me.id),
    "correct": lambda s, t, me, now: correcting.correct_transcript(s, t.ulid, "khác", me, 1, now),
    "listen": lambda s, t, me, now: plays.grant(s, t.ulid, me, "play", "kiểm tra", now),
    "download": lambda s, t, me, now: plays.grant(s, t.ulid, me, "download", "kiểm tra", now),
}


def everything(session: Session) -> dict[str, int]:
    """How many rows each table has, and the versions of all tickets and transcripts."""
    counts = {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }
    counts["versions"] = sum(session.scalars(select(Ticket.version)))
    counts["transcript versions"] = sum(session.scalars(select(Transcript.version)))
    return counts


@pytest.mark.parametrize("act", ACTS)
def test_nothing_can_be_done_to_what_is_foreign(
    store: Store, scope: Scope, people: dict[str, Person], now: datetime, act: str
) -> None:
    sides = [(TEAMS[side], AGENCIES[side]) for side in (0, 1)]
    with store.transaction() as session:
        tickets = [
            add_ticket(session, now, number, assignee_id=people[f"holder {team}"].id, agency=agency)
            for number, (team, agency) in enumerate(sides, start=1)
        ]
        if scope is Scope.OWN:
            for ticket, (team, _agency) in zip(tickets, sides, strict=True):
                ticket.assignee_id = people[f"viewer {team}"].id
        session.flush()
        before = everything(session)
        for side, (team, _agency) in enumerate(sides):
            viewer, foreign = people[f"viewer {team}"], tickets[1 - side]
            if scope is Scope.ALL:
                continue
            with pytest.raises(NotFound):
                ACTS[act](session, foreign, viewer, now)
            session.expire_all()
            assert everything(session) == before, "refused, and something happened all the same"
        ACTS[act](session, tickets[0], people["viewer Bắc"], now)  # the own one: the act itself is sound


def test_a_foreign_ticket_cannot_be_named_as_the_one_that_stands(
    store: Store, scope: Scope, people: dict[str, Person], now: datetime
) -> None:
    viewer = people["viewer Bắc"]
    with store.transaction() as session:
        own = add_ticket(session, now, 1, assignee_id=viewer.id, agency="so-xay-dung")
        foreign = add_ticket(session, now, 2, assignee_id=people["holder Nam"].id, agency="so-y-te")
        assert foreign.code is not None
        named = viewing.find_ticket_by_code(session, foreign.code, viewer)
        assert named == (foreign if scope is Scope.ALL else None)
        if scope is not Scope.ALL:
            with pytest.raises(MoveRefused):
                casework.move(session, own.id, State.TRUNG, viewer, "", own.version, now, duplicate_of=foreign.id)


def test_a_recording_whose_ticket_is_lost_is_for_who_sees_all(
    store: Store, scope: Scope, people: dict[str, Person], now: datetime
) -> None:
    with store.transaction() as session:
        lost = Recording(id="lost", ulid="lost", take=1, key="lost", seconds=9, size=1, sha256="0", created_at=now)
        session.add(lost)
        session.flush()
        if scope is Scope.ALL:
            assert viewing.get_recording(session, "lost", people["viewer Bắc"]) == (lost, None)
        else:
            with pytest.raises(NotFound):
                viewing.get_recording(session, "lost", people["viewer Bắc"])
