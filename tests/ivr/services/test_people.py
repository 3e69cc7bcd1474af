"""Accounts and sessions: limited before hashing, kept in the database, ended when they should be."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from ivr.model import Role, SignIn
from ivr.services import passwords, people
from ivr.services.attempts import Locked
from ivr.services.errors import NotFound
from ivr.services.people import PeopleError, Refused
from ivr.store import Store

PASSWORD = "đúng mật khẩu"


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at its least cost: its strength is the library's, not ours."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords.hash_of_nobody.cache_clear()


@pytest.fixture
def lan(store: Store, now: datetime) -> str:
    """The user name of an operator."""
    with store.transaction() as session:
        return people.create_person(session, "Lan", "Trần Thị Lan", Role.OPERATOR, PASSWORD, now).username


def sign_in(store: Store, now: datetime, password: str = PASSWORD, username: str = "lan") -> str | Refused | Locked:
    return people.sign_in(store, username, password, "10.0.0.1", now)


def token_of(answer: str | Refused | Locked) -> str:
    assert isinstance(answer, str)
    return answer


def test_in_and_out(store: Store, lan: str, now: datetime) -> None:
    token = token_of(sign_in(store, now, username=" LAN "))
    with store.reading() as session:
        found = people.find_session(session, token, now)
        assert found is not None
        assert (found.username, found.role) == ("lan", Role.OPERATOR)
        assert session.scalars(select(SignIn.token_sha256)).one() != token
    with store.transaction() as session:
        people.sign_out(session, token)
        people.sign_out(session, "no token")
    with store.reading() as session:
        assert people.find_session(session, token, now) is None


def test_a_session_ends_after_its_hours(store: Store, lan: str, now: datetime) -> None:
    token = token_of(people.sign_in(store, "lan", PASSWORD, "10.0.0.1", now, hours=8))
    with store.reading() as session:
        assert people.find_session(session, token, now + timedelta(hours=7, minutes=59)) is not None
        assert people.find_session(session, token, now + timedelta(hours=8)) is None
    sign_in(store, now + timedelta(hours=9))
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1  # the ended one is swept


@pytest.mark.parametrize(
    ("username", "password"), [("lan", "wrong"), ("nobody", PASSWORD), ("", ""), ("lan", "x" * 9999)]
)
def test_wrong_ones_are_refused_alike(store: Store, lan: str, now: datetime, username: str, password: str) -> None:
    assert sign_in(store, now, password, username) == Refused()


def test_a_disabled_person_is_out_at_once_and_stays_out(store: Store, lan: str, now: datetime) -> None:
    token = token_of(sign_in(store, now))
    with store.transaction() as session:
        people.set_active(session, people.get_person(session, lan), False)
    with store.reading() as session:
        assert people.find_session(session, token, now) is None
    assert sign_in(store, now) == Refused()


def test_the_limit_stands_before_hashing(
    store: Store, lan: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    verify = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda stored, given: hashed.append(given) or verify(stored, given))
    for _ in range(9):
        sign_in(store, now, "wrong")
    assert len(hashed) == 5
    assert sign_in(store, now) == Locked(until=now + timedelta(seconds=30))
    assert isinstance(sign_in(store, now + timedelta(seconds=31)), str)


def test_many_tries_at_once_cannot_outrun_the_limit(
    store: Store, lan: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    monkeypatch.setattr(passwords, "verify", lambda stored, given: bool(hashed.append(given)))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sign_in(store, now, "wrong"), range(24)))
    assert len(hashed) == sum(isinstance(answer, Refused) for answer in answers) == 5


def test_an_own_account_does_not_buy_guesses_at_others(store: Store, lan: str, now: datetime) -> None:
    answers = []
    for number in range(40):
        sign_in(store, now)
        answers.append(sign_in(store, now, "wrong", f"user{number}"))
    assert sum(isinstance(answer, Refused) for answer in answers) == 20


def test_accounts_are_made_once_and_soundly(store: Store, lan: str, now: datetime) -> None:
    with store.transaction() as session:
        for username, password in [
            ("lan", PASSWORD),
            ("LAN", PASSWORD),
            ("", PASSWORD),
            ("a b", PASSWORD),
            ("mai", "short"),
        ]:
            with pytest.raises(PeopleError):
                people.create_person(session, username, "", Role.OPERATOR, password, now)
        assert [person.username for person in people.find_all_people(session)] == ["lan"]


def test_the_first_administrator_is_made_once(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        password = people.ensure_first_admin(session, now)
        assert password is not None
    with store.transaction() as session:
        assert people.ensure_first_admin(session, now) is None
        admin = people.get_person(session, people.FIRST_ADMIN)
        assert (admin.role, admin.must_change_password) == (Role.ADMIN, True)
    assert isinstance(sign_in(store, now, password, people.FIRST_ADMIN), str)


def test_role_and_password_change(store: Store, lan: str, now: datetime) -> None:
    token = token_of(sign_in(store, now))
    with store.transaction() as session:
        people.set_role(session, people.get_person(session, lan), Role.SUPERVISOR)
    with store.reading() as session:
        found = people.find_session(session, token, now)
        assert found is not None
        assert found.role is Role.SUPERVISOR
    with store.transaction() as session:
        people.set_password(session, people.get_person(session, lan), "another password")
    with store.reading() as session:
        assert people.find_session(session, token, now) is None


def test_a_stored_hash_is_argon2id(store: Store, lan: str) -> None:
    with store.reading() as session:
        assert people.get_person(session, lan).password_hash.startswith("$argon2id$")


def test_the_last_administrator_is_neither_disabled_nor_demoted(store: Store, lan: str, now: datetime) -> None:
    with store.transaction() as session:
        people.ensure_first_admin(session, now)  # there is Lan already: nothing is made
        admin = people.create_person(session, "admin", "Quản trị", Role.ADMIN, PASSWORD, now)
        with pytest.raises(PeopleError, match="cuối cùng"):
            people.set_active(session, admin, False)
        with pytest.raises(PeopleError, match="cuối cùng"):
            people.set_role(session, admin, Role.SUPERVISOR)
        people.set_role(session, admin, Role.ADMIN)
        people.set_role(session, people.get_person(session, lan), Role.ADMIN)
        people.set_active(session, admin, False)
        with pytest.raises(PeopleError, match="cuối cùng"):
            people.set_active(session, people.get_person(session, lan), False)  # the other one is disabled
        assert people.get_person(session, lan).active


def test_of_two_administrators_who_disable_each_other_one_stays(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        for username in ("mot", "hai"):
            people.create_person(session, username, "", Role.ADMIN, PASSWORD, now)

    def disable(username: str) -> bool:
        try:
            with store.transaction() as session:
                people.set_active(session, people.get_person(session, username), False)
        except PeopleError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(disable, ("mot", "hai"))) == [False, True]


def test_an_account_is_renamed(store: Store, lan: str, now: datetime) -> None:
    token = token_of(sign_in(store, now))
    with store.transaction() as session:
        people.create_person(session, "mai", "Mai", Role.OPERATOR, PASSWORD, now)
        found = people.get_person(session, lan)
        for wrong in ("mai", "MAI", "", "a b"):
            with pytest.raises(PeopleError) as refused:
                people.rename(session, found, username=wrong, name="Lan")
            assert refused.value.field == "username"
        people.rename(session, found, username="Lan.Tran", name="  ")
        assert (found.username, found.name) == ("lan.tran", "lan.tran")
    with store.reading() as session:
        assert people.find_person(session, "lan") is None
        assert people.find_session(session, token, now) is not None
    assert isinstance(sign_in(store, now, username="LAN.TRAN"), str)


def test_a_user_name_is_the_same_however_it_is_composed(store: Store, now: datetime) -> None:
    decomposed = unicodedata.normalize("NFD", "thế\u200b")
    with store.transaction() as session:
        assert people.create_person(session, decomposed, "", Role.OPERATOR, PASSWORD, now).username == "thế"
        with pytest.raises(PeopleError):
            people.create_person(session, "THẾ", "", Role.OPERATOR, PASSWORD, now)
    for spelling in (decomposed, "thế", "thê\u0301", " Thế\x00 "):
        assert isinstance(sign_in(store, now, username=spelling), str)


def test_a_password_of_somebody_else_has_to_be_changed(store: Store, lan: str, now: datetime) -> None:
    with store.transaction() as session:
        found = people.get_person(session, lan)
        assert not found.must_change_password
        people.set_password(session, found, passwords.random_password(), must_change=True)
        assert found.must_change_password
        people.set_password(session, found, "another password")
        assert not found.must_change_password


def test_a_team_is_a_short_name_and_an_agency_one_of_the_citys(store: Store, lan: str, now: datetime) -> None:
    with store.transaction() as session:
        person = people.get_person(session, lan)
        assert (person.team, person.agency) == (None, None)
        people.set_team(session, person, " Tổ  Bắc ")
        people.set_agency(session, person, "so-xay-dung", {"so-xay-dung", "so-y-te"})
        with pytest.raises(PeopleError, match="so-phep-thuat"):
            people.set_agency(session, person, "so-phep-thuat", {"so-xay-dung"})
    with store.transaction() as session:
        person = people.get_person(session, lan)
        assert (person.team, person.agency) == ("Tổ Bắc", "so-xay-dung")
        people.set_team(session, person, "  ")
        people.set_agency(session, person, None, set())
        assert (person.team, person.agency) == (None, None)


def test_people_by_id(store: Store, lan: str, now: datetime) -> None:
    with store.transaction() as session:
        number = people.get_person(session, lan).id
        assert people.get_person_by_id(session, number).username == lan
        assert people.find_names(session, {number, 999}) == {number: "Trần Thị Lan"}
        people.set_preferences(session, number, language="en", theme=None)
        people.set_preferences(session, number, language=None, theme="dark")
        person = people.get_person_by_id(session, number)
        assert (person.language, person.theme) == ("en", "dark")
        with pytest.raises(NotFound, match="999"):
            people.get_person_by_id(session, 999)
