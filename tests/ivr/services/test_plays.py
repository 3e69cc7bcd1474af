"""Listening leaves a row; who may not, may not."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ivr.model import Person, Recording, Role
from ivr.services import casework, plays
from ivr.services.errors import NotAllowed, NotFound, ReasonNeeded
from ivr.services.plays import Action
from ivr.spool import Sidecar
from ivr.store import Store


def grant(store: Store, sidecar: Sidecar, person: Person, now: datetime, action: str = "play", reason: str = "") -> str:
    with store.transaction() as session:
        return plays.grant(session, sidecar.ulid, person, action, reason, now, address="10.0.0.1")


def test_who_holds_the_ticket_needs_no_reason_others_type_one(
    store: Store, ticket_id: int, sidecar: Sidecar, operator: Person, supervisor: Person, now: datetime
) -> None:
    for person in (operator, supervisor):
        with pytest.raises(ReasonNeeded):
            grant(store, sidecar, person, now, reason=" . ")
    grant(store, sidecar, supervisor, now, reason="kiểm tra chất lượng")
    with store.transaction() as session:
        casework.change(session, ticket_id, operator, 1, now, assignee=operator.id)
    token = grant(store, sidecar, operator, now)
    with store.reading() as session:
        rows = plays.find_all_of(session, sidecar.ulid)
        assert [(row.person.username, row.reason, row.address) for row in rows] == [
            ("lan", "phiếu 260042174", "10.0.0.1"),
            ("hoa", "kiểm tra chất lượng", "10.0.0.1"),
        ]
        assert rows[0].token_sha256 != token


def test_a_token_serves_its_recording_for_a_while(
    store: Store, ticket_id: int, sidecar: Sidecar, operator: Person, now: datetime
) -> None:
    token = grant(store, sidecar, operator, now, reason="nghe lại")
    with store.transaction() as session:
        for seconds in (3.0, 9.5, 1.0):
            plays.heard(session, token, seconds)
    with store.reading() as session:
        found = plays.find(session, token, now + timedelta(hours=1))
        assert found is not None
        assert (found.recording_id, found.seconds, found.recording.key) == (
            sidecar.ulid,
            9.5,
            f"2026/09/15/{sidecar.ulid}.wav",
        )
        assert plays.find(session, token, now + plays.LASTS) is None
        assert plays.find(session, "none", now) is None


def test_downloads_are_for_supervisors(
    store: Store, ticket_id: int, sidecar: Sidecar, operator: Person, supervisor: Person, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        grant(store, sidecar, operator, now, Action.DOWNLOAD, "xin bản sao")
    grant(store, sidecar, supervisor, now, Action.DOWNLOAD, "gửi cơ quan")


def test_confidential_recordings_are_for_supervisors_and_the_holder(
    store: Store,
    ticket_id: int,
    sidecar: Sidecar,
    operator: Person,
    supervisor: Person,
    add_person: Callable[[str, Role], Person],
    now: datetime,
) -> None:
    with store.transaction() as session:
        casework.change(session, ticket_id, supervisor, 1, now, confidential=True, assignee=operator.id)
    grant(store, sidecar, operator, now)
    grant(store, sidecar, supervisor, now, reason="kiểm tra")
    with pytest.raises(NotAllowed):
        grant(store, sidecar, add_person("mai", Role.OPERATOR), now, reason="tò mò")


def test_an_erased_or_unknown_recording_is_not_found(
    store: Store, ticket_id: int, sidecar: Sidecar, supervisor: Person, now: datetime
) -> None:
    with store.transaction() as session:
        session.get_one(Recording, sidecar.ulid).erased_at = now
        for recording_id in (sidecar.ulid, "none"):
            with pytest.raises(NotFound):
                plays.grant(session, recording_id, supervisor, Action.PLAY, "kiểm tra", now)
    with pytest.raises(ValueError, match="copy"):
        grant(store, sidecar, supervisor, now, "copy", "kiểm tra")
