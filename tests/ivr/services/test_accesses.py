"""A reason serves for a while, a copy and a number are asked for each time, and everything can be looked through."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ivr.model import Person, Recording, Role, Ticket
from ivr.services import accesses, people, plays, reveals
from ivr.services.accesses import Access, AccessFilter
from ivr.services.errors import NotAllowed, ReasonNeeded
from ivr.services.plays import Action
from ivr.store import Store

A_WHILE = timedelta(minutes=15)


@pytest.fixture
def recordings(store: Store, file_report: Callable[..., int]) -> list[str]:
    """Ids of the recordings of three reports."""
    numbers = [file_report(number) for number in range(3)]
    with store.reading() as session:
        return [session.get_one(Recording, session.get_one(Ticket, number).ulid).id for number in numbers]


def grant(
    store: Store, recording: str, person: Person, now: datetime, reason: str = "", action: Action = Action.PLAY
) -> None:
    with store.transaction() as session:
        plays.grant(session, recording, person, action, reason, now, lasting=A_WHILE)


def test_a_reason_for_listening_serves_for_a_while_from_when_it_was_typed(
    store: Store, recordings: list[str], supervisor: Person, operator: Person, now: datetime
) -> None:
    first, second, third = recordings
    grant(store, first, supervisor, now, "kiểm tra chất lượng")
    grant(store, second, supervisor, now + timedelta(minutes=10))
    with pytest.raises(ReasonNeeded):  # it is hers alone
        grant(store, second, operator, now + timedelta(minutes=10))
    with pytest.raises(ReasonNeeded):  # serving did not make it last longer
        grant(store, third, supervisor, now + A_WHILE)
    grant(store, third, supervisor, now + A_WHILE, "người dân hỏi lại")
    with store.reading() as session:
        standing = plays.find_standing_reason(session, supervisor, now + A_WHILE, A_WHILE)
        assert standing == ("người dân hỏi lại", now + A_WHILE)
        assert [play.reason for play in plays.find_all_of(session, second)] == ["kiểm tra chất lượng"]


def test_a_copy_is_asked_for_each_time_and_its_reason_serves_nothing_else(
    store: Store, recordings: list[str], supervisor: Person, now: datetime
) -> None:
    grant(store, recordings[0], supervisor, now, "kiểm tra chất lượng")
    for _ in range(2):
        with pytest.raises(ReasonNeeded, match="tải"):
            grant(store, recordings[0], supervisor, now, action=Action.DOWNLOAD)
        grant(store, recordings[0], supervisor, now, "gửi cơ quan", Action.DOWNLOAD)
    with store.reading() as session:
        standing = plays.find_standing_reason(session, supervisor, now, A_WHILE)
        assert standing is not None
        assert standing[0] == "kiểm tra chất lượng"


def test_the_holder_too_gives_a_reason_for_a_copy(
    store: Store, recordings: list[str], supervisor: Person, now: datetime
) -> None:
    with store.transaction() as session:
        session.query(Ticket).where(Ticket.ulid == recordings[0]).one().assignee_id = supervisor.id
    grant(store, recordings[0], supervisor, now)
    with pytest.raises(ReasonNeeded):
        grant(store, recordings[0], supervisor, now, action=Action.DOWNLOAD)


def test_a_number_is_revealed_for_a_reason_and_a_while(
    store: Store, recordings: list[str], supervisor: Person, operator: Person, now: datetime
) -> None:
    with store.transaction() as session:
        with pytest.raises(ReasonNeeded, match="số điện thoại"):
            reveals.reveal(session, recordings[0], supervisor, " . ", now)
        with pytest.raises(NotAllowed):
            reveals.reveal(session, recordings[0], operator, "gọi lại", now)
        reveals.reveal(session, recordings[0], supervisor, "gọi lại cho người dân", now, address="10.0.0.1")
    with store.reading() as session:
        soon, late = now + timedelta(minutes=14), now + A_WHILE
        assert reveals.is_revealed(session, recordings[0], supervisor, soon, A_WHILE)
        assert not reveals.is_revealed(session, recordings[0], supervisor, late, A_WHILE)
        assert not reveals.is_revealed(session, recordings[1], supervisor, soon, A_WHILE)
        assert not reveals.is_revealed(session, recordings[0], operator, soon, A_WHILE)


def test_everything_is_looked_through_newest_first_and_narrowed(
    store: Store, recordings: list[str], supervisor: Person, operator: Person, now: datetime
) -> None:
    minute = timedelta(minutes=1)
    grant(store, recordings[0], operator, now, "người dân hỏi")
    grant(store, recordings[1], supervisor, now + minute, "kiểm tra")
    grant(store, recordings[1], supervisor, now + 2 * minute, "thanh tra", Action.DOWNLOAD)
    with store.transaction() as session:
        reveals.reveal(session, recordings[2], supervisor, "gọi lại", now + 3 * minute)
    with store.reading() as session:

        def found(size: int = 50, page: int = 1, **wanted: object) -> list[tuple[str, str, str]]:
            rows = accesses.find(session, AccessFilter(**wanted), viewer=supervisor, page=page, size=size).rows  # type: ignore[arg-type]
            return [(row.access, row.name, row.reason) for row in rows]

        every = [
            ("number", "Hoa", "gọi lại"),
            ("download", "Hoa", "thanh tra"),
            ("play", "Hoa", "kiểm tra"),
            ("play", "Lan", "người dân hỏi"),
        ]
        assert found() == every
        assert found(size=3) + found(size=3, page=2) == every
        assert found(access=Access.PLAY) == every[2:]
        assert found(access=Access.NUMBER) == every[:1]
        assert found(person_id=operator.id) == every[3:]
        assert found(since=now + minute, until=now + 3 * minute) == every[1:3]
        assert found(code="DN26-000000-0") == []
        line = accesses.find(session, AccessFilter(), viewer=supervisor).rows[0]
        assert (line.ulid, line.at, line.length) == (recordings[2], now + 3 * minute, None)
        with pytest.raises(NotAllowed):
            accesses.find(session, AccessFilter(), viewer=operator)


def test_a_team_lead_sees_the_accesses_to_the_teams_tickets(
    store: Store, recordings: list[str], operator: Person, add_person: Callable[[str, Role], Person], now: datetime
) -> None:
    lead, other = add_person("bac", Role.TEAM_LEAD), add_person("mai", Role.OPERATOR)
    with store.transaction() as session:
        people.set_team(session, session.get_one(Person, lead.id), "Bắc")
        people.set_team(session, session.get_one(Person, operator.id), "Bắc")
        for recording, holder in zip(recordings, (operator, other, None), strict=True):
            ticket = session.query(Ticket).where(Ticket.ulid == recording).one()
            ticket.assignee_id = holder.id if holder else None
    for recording in recordings:
        grant(store, recording, other, now, "hỗ trợ đồng nghiệp")
    with store.transaction() as session:
        session.query(Ticket).where(Ticket.ulid == recordings[2]).delete()
    with store.reading() as session:
        viewer = session.get_one(Person, lead.id)
        assert {row.ulid for row in accesses.find(session, AccessFilter(), viewer=viewer).rows} == {recordings[0]}
