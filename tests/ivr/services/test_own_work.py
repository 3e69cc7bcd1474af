"""What is a colleague's, what the citizen did not agree to, and what one has changed oneself."""

from collections.abc import Callable
from datetime import datetime

import pytest

from ivr.model import Person, Role, State, Ticket
from ivr.services import casework, correcting, rights
from ivr.services.errors import EmptyText, MoveRefused, NotAllowed, Stale
from ivr.services.transcripts import HeardText
from ivr.spool import Sidecar
from ivr.store import Store
from ivr.testing.heard import heard_text


@pytest.fixture
def ticket_id(ticket_id: int, hear_report: Callable[[HeardText], str]) -> int:
    """The usual report, heard."""
    hear_report(heard_text("ngập"))
    return ticket_id


def held_by(store: Store, ticket_id: int, holder: Person | None, state: State = State.DA_TIEP_NHAN) -> int:
    """Give it a holder and a state; its version."""
    with store.transaction() as session:
        ticket = session.get_one(Ticket, ticket_id)
        ticket.assignee_id, ticket.state = (holder.id if holder else None), state
        return ticket.version


def test_a_colleagues_ticket_is_moved_changed_and_corrected_by_who_may(
    store: Store,
    ticket_id: int,
    sidecar: Sidecar,
    operator: Person,
    supervisor: Person,
    add_person: Callable[[str, Role], Person],
    now: datetime,
) -> None:
    other = add_person("mai", Role.OPERATOR)
    version = held_by(store, ticket_id, other)
    acts: list[Callable[[Person], object]] = [
        lambda person: casework.move(session, ticket_id, State.DA_TRA_LOI, person, "đã trả lời", version, now),
        lambda person: casework.change(session, ticket_id, person, version, now, urgent=True),
        lambda person: correcting.correct_transcript(session, sidecar.ulid, "khác", person, 1, now),
    ]
    for act in acts:
        with pytest.raises(NotAllowed, match="Mai"), store.transaction() as session:
            act(operator)
    with store.transaction() as session:  # everybody may leave a note
        casework.note(session, ticket_id, "người dân gọi lại", operator, now)
    with store.transaction() as session:
        acts[2](supervisor)
        acts[0](supervisor)


def test_an_answer_is_published_where_the_citizen_agreed_and_by_who_may(
    store: Store, ticket_id: int, operator: Person, supervisor: Person, now: datetime
) -> None:
    version = held_by(store, ticket_id, operator, State.DA_TRA_LOI)
    with store.transaction() as session:
        session.get_one(Ticket, ticket_id).publish = True
    with pytest.raises(NotAllowed), store.transaction() as session:
        casework.move(session, ticket_id, State.CONG_KHAI, operator, "", version, now)
    for publish, confidential in ((False, False), (None, False), (True, True)):
        with store.transaction() as session:
            ticket = session.get_one(Ticket, ticket_id)
            ticket.publish, ticket.confidential = publish, confidential
            assert not rights.may_publish(supervisor, ticket)
        with pytest.raises(MoveRefused, match="không đồng ý công khai"), store.transaction() as session:
            casework.move(session, ticket_id, State.CONG_KHAI, supervisor, "", version, now)
    with store.transaction() as session:
        ticket = session.get_one(Ticket, ticket_id)
        ticket.publish, ticket.confidential = True, False
        assert casework.move(session, ticket_id, State.CONG_KHAI, supervisor, "", version, now).state is State.CONG_KHAI


def test_ones_own_earlier_change_is_not_in_the_way_and_not_told_as_a_colleagues(
    store: Store, ticket_id: int, operator: Person, supervisor: Person, now: datetime
) -> None:
    with store.transaction() as session:
        casework.take(session, ticket_id, operator, 1, now)
        casework.change(session, ticket_id, operator, 1, now, urgent=True)  # from the page as it stood before taking
        casework.change(session, ticket_id, operator, 1, now, category="ngap-nuoc")
    with pytest.raises(Stale, match="cửa sổ khác") as caught, store.transaction() as session:
        casework.move(session, ticket_id, State.CHO_BO_SUNG, operator, "hỏi thêm", 1, now)
    assert caught.value.own
    with store.transaction() as session:
        version = session.get_one(Ticket, ticket_id).version
        casework.change(session, ticket_id, supervisor, version, now, urgent=False)
    with pytest.raises(Stale, match="Hoa") as caught, store.transaction() as session:
        casework.change(session, ticket_id, operator, 1, now, urgent=True)
    assert not caught.value.own


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b"])
def test_a_correction_that_says_nothing_is_refused(
    store: Store, ticket_id: int, sidecar: Sidecar, operator: Person, now: datetime, text: str
) -> None:
    with pytest.raises(EmptyText), store.transaction() as session:
        correcting.correct_transcript(session, sidecar.ulid, text, operator, 1, now)
    with store.reading() as session:
        assert session.get_one(Ticket, ticket_id).content == "Ngập"


def test_a_free_ticket_is_everybodys_to_work_on(
    store: Store, file_report: Callable[..., int], operator: Person, now: datetime
) -> None:
    number = file_report(7)
    with store.transaction() as session:
        assert casework.change(session, number, operator, 1, now, urgent=True).urgent
