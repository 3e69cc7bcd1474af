"""A status for who knows code and digits; guesses cost growing pauses, by phone and web together."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from ivr.model import Attempt, ContactKind, State, Ticket
from ivr.model.code import make_code
from ivr.recordings import FiledAudio
from ivr.secrets import pin_mac
from ivr.services import attempts, intake, lookup
from ivr.services.attempts import Limit, LimitKind, Locked
from ivr.services.lookup import Status, WrongStatus
from ivr.settings import load_settings
from ivr.spool import Sidecar
from ivr.store import Store
from ivr.testing.spool import change

CODE = "260042174"


def mac(ulid: str, pin: str) -> str:
    return f"{ulid[-2:]}:{pin}"


def ask(store: Store, secret: str, now: datetime, *, code: str = CODE, source: str = "+84905123456") -> object:
    with store.transaction() as session:
        return lookup.find_status(session, code, secret, source, now, pin_mac=mac)


@pytest.fixture
def ticket_id(store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime) -> int:
    """The usual report, filed and due in an hour."""
    with store.transaction() as session:
        return intake.file_report(session, sidecar, audio, now, now + timedelta(hours=1)).ticket_id


def test_code_and_last_four_digits_tell_the_state(store: Store, ticket_id: int, now: datetime) -> None:
    found = ask(store, "3456", now)
    assert isinstance(found, Status)
    assert (found.ticket_id, found.state, found.overdue) == (ticket_id, State.MOI, False)
    late = ask(store, "3456", now + timedelta(hours=2), code="DN26-004217-4")
    assert isinstance(late, Status)
    assert late.overdue


def test_a_pin_instead_of_a_number(store: Store, sidecar: Sidecar, now: datetime) -> None:
    anonymous = change(
        sidecar, caller_number=None, contact_kind=ContactKind.NONE, pin_mac=mac(sidecar.ulid, "0042"), parts=()
    )
    with store.transaction() as session:
        intake.file_report(session, anonymous, None, now)
    assert isinstance(ask(store, "0042", now), Status)
    assert isinstance(ask(store, "0043", now), WrongStatus)


def test_the_instances_key_makes_the_mac(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = load_settings(home=tmp_path_factory.mktemp("home"))
    own = partial(pin_mac, settings)
    assert own("A", "0042") == own("A", "0042") != own("B", "0042")


@pytest.mark.parametrize("secret", ["3455", "", "456", "03456", "none", "３４５６"])
def test_other_digits_tell_nothing(store: Store, ticket_id: int, now: datetime, secret: str) -> None:
    assert ask(store, secret, now) == WrongStatus()


@pytest.mark.parametrize("code", ["260042182", "260042175", "", "abc"])
def test_other_codes_tell_nothing(store: Store, ticket_id: int, now: datetime, code: str) -> None:
    assert ask(store, "3456", now, code=code) == WrongStatus()


def test_a_closed_or_waiting_ticket_is_not_overdue(store: Store, ticket_id: int, now: datetime) -> None:
    for state in (State.DA_TRA_LOI, State.CHO_BO_SUNG):
        with store.transaction() as session:
            session.get_one(Ticket, ticket_id).state = state
        found = ask(store, "3456", now + timedelta(days=9))
        assert isinstance(found, Status)
        assert not found.overdue


def test_guessing_one_code_from_many_numbers_is_stopped(store: Store, ticket_id: int, now: datetime) -> None:
    for number in range(5):
        assert ask(store, "0000", now, source=f"+8490000000{number}") == WrongStatus()
    assert ask(store, "3456", now, source="+84911111111") == Locked(until=now + timedelta(seconds=30))
    assert isinstance(ask(store, "3456", now + timedelta(seconds=31), source="+84911111111"), Status)
    assert ask(store, "0000", now + timedelta(seconds=32), source="+84911111112") == WrongStatus()  # forgotten


def test_trying_many_codes_from_one_number_is_stopped_even_with_a_right_one(
    store: Store, ticket_id: int, now: datetime
) -> None:
    for code in ("260042182", "260042190", "260042208", "260042216", "260042224"):
        ask(store, "0000", now, code=code)
    assert isinstance(ask(store, "3456", now), Locked)
    assert isinstance(ask(store, "3456", now, source="web:10.0.0.1"), Status)
    assert isinstance(ask(store, "3456", now), Locked)


def test_the_pause_grows_and_ends(store: Store, ticket_id: int, now: datetime) -> None:
    pauses = []
    for _ in range(12):
        while isinstance(answer := ask(store, "0000", now), Locked):
            pauses.append((answer.until - now).total_seconds())
            now = answer.until + timedelta(microseconds=1)
    assert [round(pause) for pause in pauses] == [30, 60, 120, 240, 480, 900, 900]
    assert isinstance(ask(store, "3456", now + timedelta(hours=13)), Status)


def test_callers_without_a_number_share_a_wider_limit(store: Store, ticket_id: int, now: datetime) -> None:
    for number in range(30):
        assert ask(store, "0000", now, code=make_code(2026, 100 + number), source=attempts.ANONYMOUS) == WrongStatus()
    assert ask(store, "3456", now, source=attempts.ANONYMOUS) == Locked(until=now + timedelta(seconds=10))
    assert isinstance(ask(store, "3456", now), Status)


def test_a_clock_that_ran_ahead_locks_nobody_out(store: Store, ticket_id: int, now: datetime) -> None:
    for _ in range(5):
        ask(store, "0000", now + timedelta(hours=3))
    assert isinstance(ask(store, "3456", now), Status)


def test_a_limit_in_figures() -> None:
    limit = Limit(free=3, pause=timedelta(seconds=10), most=timedelta(minutes=1))
    assert [limit.after(failures).seconds for failures in range(2, 9)] == [0, 10, 20, 40, 60, 60, 60]
    assert limit.after(10_000).seconds == 60


def test_old_failures_are_pruned(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        attempts.failed(session, LimitKind.LOGIN, source="a", target="b", now=now)
        attempts.prune(session, now + timedelta(hours=25))
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0
