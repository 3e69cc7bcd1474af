"""Each role may exactly what its permissions say, on free tickets, on their own and on those of others."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ivr.model import OFFERED_ROLES, EventKind, Kind, Person, Role, State, Ticket, TicketEvent
from ivr.model.permissions import GRANTS, Permission, Scope
from ivr.services import casework, correcting, plays, rights
from ivr.services.errors import NotAllowed
from ivr.services.transcripts import HeardText
from ivr.store import Store
from ivr.testing.heard import heard_text

RANK = {Role.OPERATOR: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2}
"""The ladder there was: each role might what those before it might."""
LEAST = {
    Permission.OWN_ACCOUNT: Role.OPERATOR,
    Permission.SEE_TICKETS: Role.OPERATOR,
    Permission.SEE_CALLS: Role.OPERATOR,
    Permission.CALL_BACK: Role.OPERATOR,
    Permission.ANSWER: Role.OPERATOR,
    Permission.LISTEN: Role.OPERATOR,
    Permission.TAKE: Role.OPERATOR,
    Permission.MOVE: Role.OPERATOR,
    Permission.NOTE: Role.OPERATOR,
    Permission.CHANGE: Role.OPERATOR,
    Permission.CORRECT: Role.OPERATOR,
    Permission.STEER: Role.SUPERVISOR,
    Permission.SEE_NUMBERS: Role.SUPERVISOR,
    Permission.SEE_CONFIDENTIAL: Role.SUPERVISOR,
    Permission.SEE_LISTENERS: Role.SUPERVISOR,
    Permission.DOWNLOAD: Role.SUPERVISOR,
    Permission.ASSIGN: Role.SUPERVISOR,
    Permission.SET_CONFIDENTIAL: Role.SUPERVISOR,
    Permission.SEE_HEALTH: Role.SUPERVISOR,
    Permission.WORK_FOR_OTHERS: Role.SUPERVISOR,
    Permission.PUBLISH: Role.SUPERVISOR,
    Permission.MANAGE_PEOPLE: Role.ADMIN,
    Permission.MANAGE_JOBS: Role.ADMIN,
}
HELD_BY = ("none", "self", "other")
Act = Callable[[Session, Ticket, Person, Person, datetime], object]
ACTS: dict[str, Act] = {
    "take": lambda s, t, me, other, now: casework.take(s, t.id, me, t.version, now),
    "move": lambda s, t, me, other, now: casework.move(
        s, t.id, State.CHO_BO_SUNG, me, "hỏi thêm địa chỉ", t.version, now
    ),
    "note": lambda s, t, me, other, now: casework.note(s, t.id, "đã gọi lại", me, now),
    "change": lambda s, t, me, other, now: casework.change(s, t.id, me, t.version, now, kind=Kind.GOP_Y),
    "give to another": lambda s, t, me, other, now: casework.change(
        s, t.id, me, t.version, now, assignee=other.id, urgent=True
    ),
    "give back": lambda s, t, me, other, now: casework.change(s, t.id, me, t.version, now, assignee=None),
    "confidential": lambda s, t, me, other, now: casework.change(
        s, t.id, me, t.version, now, confidential=not t.confidential
    ),
    "correct": lambda s, t, me, other, now: correcting.correct_transcript(s, t.ulid, "khác", me, 1, now),
    "listen": lambda s, t, me, other, now: plays.grant(s, t.ulid, me, "play", "kiểm tra", now),
    "listen without a reason": lambda s, t, me, other, now: plays.grant(s, t.ulid, me, "play", "", now),
    "download": lambda s, t, me, other, now: plays.grant(s, t.ulid, me, "download", "kiểm tra", now),
}


def is_allowed(act: str, role: Role, held_by: str, confidential: bool) -> bool:
    """The rule of each act."""
    supervisor = RANK[role] >= RANK[Role.SUPERVISOR]
    if confidential and not supervisor and held_by != "self":
        return False
    match act:
        case "take" | "give back":
            return supervisor or held_by != "other"
        case "move" | "change" | "correct":
            return supervisor or held_by != "other"
        case "give to another" | "confidential" | "download":
            return supervisor
        case "listen without a reason":
            return held_by == "self"
        case _:
            return True


class Undo(Exception):
    """Ends a transaction without a change."""


@contextmanager
def undone(store: Store) -> Iterator[Session]:
    """A session whose changes are never kept."""
    with suppress(Undo), store.transaction() as session:
        yield session
        raise Undo


@pytest.fixture
def ticket_id(ticket_id: int, hear_report: Callable[[HeardText], str]) -> int:
    """The usual report, heard."""
    hear_report(heard_text("ngập"))
    return ticket_id


def test_the_document_tells_the_table_as_it_is() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "console.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^\n]+) \|$", text, re.MULTILINE)
    told = {name: [mark == "yes" for mark in marks.split(" | ")] for name, marks in rows}
    assert told == {
        permission.value: [permission in GRANTS[role].permissions for role in Role] for permission in Permission
    }
    (scopes,) = re.findall(r"^\| \| \*\*scope\*\* \| ([^\n]+) \|$", text, re.MULTILINE)
    assert scopes.split(" | ") == [f"`{GRANTS[role].scope}`" for role in Role]


def test_the_table_names_every_role_and_every_permission() -> None:
    assert set(GRANTS) == set(Role)
    assert set(LEAST) == set(Permission)
    assert set(OFFERED_ROLES) == set(RANK)


@pytest.mark.parametrize("role", RANK)
@pytest.mark.parametrize("permission", Permission)
def test_a_permission_is_given_from_the_rank_it_had(role: Role, permission: Permission) -> None:
    assert rights.may(Person(role=role), permission) == (RANK[role] >= RANK[LEAST[permission]])
    assert GRANTS[role].scope is Scope.ALL


@pytest.mark.parametrize("role", RANK)
def test_every_act_on_every_ticket_is_allowed_to_whom_it_is(
    store: Store, ticket_id: int, add_person: Callable[[str, Role], Person], now: datetime, role: Role
) -> None:
    me, other = add_person("toi", role), add_person("khac", Role.OPERATOR)
    holder = {"none": None, "self": me.id, "other": other.id}
    for held_by in HELD_BY:
        for confidential in (False, True):
            for name, act in ACTS.items():
                with undone(store) as session:
                    ticket = session.get_one(Ticket, ticket_id)
                    ticket.state, ticket.assignee_id = State.DA_TIEP_NHAN, holder[held_by]
                    ticket.confidential = confidential
                    session.flush()
                    try:
                        act(session, ticket, me, other, now)
                    except NotAllowed:
                        allowed = False
                    else:
                        allowed = True
                    situation = (name, held_by, confidential)
                    assert allowed == is_allowed(name, role, held_by, confidential), situation


def test_a_role_without_a_permission_is_refused_and_nothing_happens(
    store: Store, ticket_id: int, add_person: Callable[[str, Role], Person], now: datetime
) -> None:
    officer, other = add_person("can bo", Role.AGENCY), add_person("khac", Role.OPERATOR)
    officer.agency = "so-xay-dung"
    with store.transaction() as session:
        ticket = session.get_one(Ticket, ticket_id)
        ticket.state, ticket.agency = State.DA_CHUYEN, "so-xay-dung"
    for name, act in ACTS.items():
        with undone(store) as session:
            ticket = session.get_one(Ticket, ticket_id)
            before = session.query(TicketEvent).count()
            if name in {"move", "note"}:
                act(session, ticket, officer, other, now)
                assert ticket.events[-1].kind in {EventKind.MOVED, EventKind.NOTE}
                continue
            if name == "give back":
                act(session, ticket, officer, other, now)  # held by no person: nothing differs
            else:
                with pytest.raises(NotAllowed):
                    act(session, ticket, officer, other, now)
            assert session.query(TicketEvent).count() == before
