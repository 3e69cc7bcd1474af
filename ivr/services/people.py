"""People of the console: accounts and signed-in browsers (a random token, of which the SHA-256 is kept)."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Select, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ivr.model import Person, Role, SignIn
from ivr.model.text import clean
from ivr.services import attempts, outbox, passwords
from ivr.services.attempts import LimitKind, Locked
from ivr.services.errors import NotFound, PeopleError
from ivr.store import Store, insert_missing, serialise
from ivr.words import tr

FIRST_ADMIN = "admin"
"""User name of the administrator that set-up makes."""
_SLOWEST, _FASTEST = 0.5, 2.0
"""Bounds of the speed at which recordings are played."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """User name and password do not belong together, or the account is disabled; which one is not said."""


def create_person(
    session: Session,
    username: str,
    name: str,
    role: Role,
    password: str,
    now: datetime,
    *,
    must_change: bool = False,
) -> Person:
    """Make an account; raises :class:`PeopleError` for a user name that is taken or empty, or a bad password.

    :param must_change: somebody else chose the password: the first sign-in asks for another.
    """
    username = _username(username)
    passwords.check(password, username, name)
    values = {
        "username": username,
        "name": clean(name, 128) or username,
        "role": role,
        "password_hash": passwords.hash_password(password),
        "must_change_password": must_change,
        "created_at": now,
    }
    if not insert_missing(session, Person, values):
        raise taken(username)
    return get_person(session, username)


def taken(username: str) -> PeopleError:
    """The error of a user name that somebody has already."""
    said = tr(f"Tên đăng nhập {username} đã có.", f"The user name {username} is taken.")
    return PeopleError(said, "username")


def rename(session: Session, person: Person, *, username: str, name: str) -> None:
    """Give an account another user name and name; its work and its sign-ins stay."""
    username = _username(username)
    try:
        with session.begin_nested():
            person.username = username
            person.name = clean(name, 128) or username
            session.flush()
    except IntegrityError as error:
        raise taken(username) from error


def set_queues(person: Person, queues: Collection[str]) -> None:
    """Whose callers a person answers; none given is all, also those of queues that come later."""
    person.queues = sorted(set(queues)) or None


def set_password(session: Session, person: Person, password: str, *, must_change: bool = False) -> None:
    """Change the password and sign the person out everywhere; raises :class:`PeopleError` for a bad one."""
    passwords.check(password, person.username, person.name)
    person.password_hash = passwords.hash_password(password)
    person.must_change_password = must_change
    _end_sign_ins(session, person)


def set_role(session: Session, person: Person, role: Role) -> None:
    """Change what a person may do, from their next request on; the last administrator stays one."""
    if role is not Role.ADMIN:
        _keep_an_administrator(session, person, "role")
    person.role = role
    session.flush()


def set_team(session: Session, person: Person, team: str | None) -> None:
    """Put a person into a team, by its free short name; None or blanks: into none."""
    person.team = clean(team or "", 64) or None
    session.flush()


def set_agency(session: Session, person: Person, agency: str | None, known: Collection[str]) -> None:
    """Say that a person works at an agency; None: at none.

    :param known: ids of the city's agencies.
    :raises PeopleError: the city has no such agency.
    """
    if agency is not None and agency not in known:
        raise PeopleError(
            tr(
                f"Thành phố không có cơ quan “{agency}”. Xin chọn trong danh mục cơ quan.",
                f"The city has no agency “{agency}”. Choose one of its list.",
            )
        )
    person.agency = agency
    session.flush()


def set_preferences(session: Session, person_id: int, *, language: str | None, theme: str | None) -> None:
    """Keep a person's language and theme; None leaves the one that is kept."""
    person = get_person_by_id(session, person_id)
    person.language = language or person.language
    person.theme = theme or person.theme
    session.flush()


def set_player(session: Session, person_id: int, *, speed: float, skips: bool) -> None:
    """Keep how a person listens to recordings: the speed, and whether silences are left out."""
    person = get_person_by_id(session, person_id)
    person.player_speed = min(max(speed, _SLOWEST), _FASTEST)
    person.player_skips = skips
    session.flush()


def set_active(session: Session, person: Person, active: bool) -> None:
    """Disable an account (its work stays, its sign-ins end) or enable it again; the last administrator stays."""
    if not active:
        _keep_an_administrator(session, person, "active")
    person.active = active
    if not active:
        _end_sign_ins(session, person)


def find_person(session: Session, username: str) -> Person | None:
    """The account of a user name, disabled ones too."""
    return session.scalar(select(Person).where(Person.username == _key(username)))


def get_person(session: Session, username: str) -> Person:
    """The same; raises :class:`ivr.services.errors.NotFound`."""
    person = find_person(session, username)
    if person is None:
        raise NotFound("person", username)
    return person


def get_person_by_id(session: Session, person_id: int) -> Person:
    """The account with this id; raises :class:`ivr.services.errors.NotFound`."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person", person_id)
    return person


def find_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Names of the people with these ids."""
    found = select(Person.id, Person.name).where(Person.id.in_(ids))
    return {row.id: row.name for row in session.execute(found)}


def find_all_people(session: Session) -> list[Person]:
    """Every account, by user name."""
    return list(session.scalars(select(Person).order_by(Person.username)))


def ensure_first_admin(session: Session, now: datetime) -> str | None:
    """Make the first administrator where there is no account yet; its password, to be printed once."""
    serialise(session, "first-admin")
    if session.scalar(select(func.count()).select_from(Person)):
        return None
    password = passwords.random_password()
    create_person(session, FIRST_ADMIN, "Quản trị", Role.ADMIN, password, now, must_change=True)
    return password


def sign_in(
    store: Store, username: str, password: str, source: str, now: datetime, *, hours: float = 12, address: str = ""
) -> str | Refused | Locked:
    """A new session's token for the cookie, or why not.

    The one verb that opens its transactions itself: hashing takes a quarter of a second, in which no database may be
    held. The try is counted as a failure first, so that many tries at once cannot outrun the limit.

    :param source: where the try comes from, for the limit.
    :raises StoreAway: the database is away.
    """
    username = _key(username)
    with store.transaction() as session:
        locked = attempts.check(session, LimitKind.LOGIN, source=source, target=username, now=now)
        if locked is not None:
            return locked
        attempts.failed(session, LimitKind.LOGIN, source=source, target=username, now=now)
        person = find_person(session, username)
    right = passwords.verify(person.password_hash if person else passwords.hash_of_nobody(), password)
    if not right or person is None or not person.active:
        return Refused()
    with store.transaction() as session:
        attempts.succeeded(session, LimitKind.LOGIN, source=source, target=username, counted_at=now)
        token = secrets.token_urlsafe(32)
        session.execute(delete(SignIn).where(SignIn.expires_at <= now))
        session.add(
            SignIn(
                token_sha256=token_hash(token),
                person_id=person.id,
                created_at=now,
                seen_at=now,
                expires_at=now + timedelta(hours=hours),
                address=clean(address or source, 64),
            )
        )
    return token


def find_session(session: Session, token: str, now: datetime) -> Person | None:
    """Who is signed in with this token; None for none, an expired one, or a disabled person."""
    found: Person | None = session.scalar(_signed_in(select(Person), token, now))
    return found


def find_reader(session: Session, token: str, now: datetime) -> tuple[Person, int] | None:
    """The same, with the newest change that a page may hear of: every page asks both, and asks once."""
    row = session.execute(_signed_in(select(Person, outbox.NEWEST), token, now)).one_or_none()
    return None if row is None else (row[0], row[1])


def _signed_in(asked: Select[Any], token: str, now: datetime) -> Select[Any]:
    found = asked.join(SignIn, SignIn.person_id == Person.id)
    return found.where(SignIn.token_sha256 == token_hash(token), SignIn.expires_at > now, Person.active)


def sign_out(session: Session, token: str) -> None:
    """End one session; a token that is none is no error."""
    session.execute(delete(SignIn).where(SignIn.token_sha256 == token_hash(token)))


def token_hash(token: str) -> str:
    """What is kept of a random token: who reads the table cannot sign in with it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _key(raw: str) -> str:
    """A user name as it is kept and looked up: composed, in small letters, without invisible signs."""
    return clean(raw, 64).casefold()[:64]


def _username(raw: str) -> str:
    username = _key(raw)
    if not username or any(sign.isspace() for sign in username):
        said = tr("Tên đăng nhập không được trống hoặc có dấu cách.", "A user name is not empty and has no spaces.")
        raise PeopleError(said, "username")
    return username


def _keep_an_administrator(session: Session, person: Person, field: Literal["role", "active"]) -> None:
    """Refuse to lose the last one: no person could manage accounts any more. Two at once wait for each other."""
    if person.role is not Role.ADMIN or not person.active:
        return
    serialise(session, "administrators")
    others = select(func.count()).where(Person.role == Role.ADMIN, Person.active, Person.id != person.id)
    if not session.scalar(others):
        raise PeopleError(
            tr(
                f"{person.name} là quản trị viên cuối cùng. Hãy giao vai trò quản trị cho người khác trước.",
                f"{person.name} is the last administrator. Make somebody else an administrator first.",
            ),
            field,
        )


def _end_sign_ins(session: Session, person: Person) -> None:
    session.execute(delete(SignIn).where(SignIn.person_id == person.id))
    session.flush()
