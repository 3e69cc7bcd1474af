"""``tongdai user``: accounts of the people who sign in to the console."""

import argparse
import getpass
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from ivr.command import Command
from ivr.errors import TongdaiError
from ivr.model import OFFERED_ROLES, Person, Role
from ivr.model.labels import label
from ivr.services import passwords, people
from ivr.settings import Settings
from ivr.store import Store, open_store
from ivr.words import tr


def configure(parser: argparse.ArgumentParser) -> None:
    """``add``, ``list``, ``password``, ``role``, ``rename``, ``disable``, ``enable``."""
    verbs = parser.add_subparsers(required=True, metavar=tr("VIỆC", "WHAT"))
    roles = ", ".join(f"{role.value} ({label(role)})" for role in OFFERED_ROLES)

    adding = _verb(verbs, "add", _add, tr("Thêm tài khoản.", "Add an account."))
    adding.add_argument("--name", default="", help=tr("Họ tên hiển thị.", "Name as it is shown."))
    adding.add_argument(
        "--role", choices=[role.value for role in OFFERED_ROLES], default=Role.OPERATOR.value, help=roles
    )
    _password_options(adding)

    listing = verbs.add_parser("list", help=tr("Liệt kê tài khoản.", "List the accounts."))
    listing.set_defaults(verb=_list)

    changing = _verb(
        verbs,
        "password",
        _password,
        tr("Đổi mật khẩu; mọi phiên kết thúc.", "Change the password; every session ends."),
    )
    _password_options(changing)

    ranking = _verb(verbs, "role", _role, tr("Đổi vai trò.", "Change the role."))
    ranking.add_argument("role", choices=[role.value for role in OFFERED_ROLES], help=roles)

    renaming = _verb(verbs, "rename", _rename, tr("Đổi họ tên, tên đăng nhập.", "Change name or user name."))
    renaming.add_argument("--name", default="", help=tr("Họ tên mới.", "The new name."))
    renaming.add_argument("--username", dest="renamed", default="", help=tr("Tên đăng nhập mới.", "The new user name."))

    _verb(verbs, "disable", _disable, tr("Khóa tài khoản; việc đã làm vẫn giữ.", "Disable an account; its work stays."))
    _verb(verbs, "enable", _enable, tr("Mở lại tài khoản.", "Enable an account again."))


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Do it and say so."""
    store = open_store(settings)
    try:
        said: str = arguments.verb(store, arguments)
    finally:
        store.close()
    print(said)
    return 0


COMMAND = Command(
    help=tr("Tài khoản của bàn điều hành: thêm, đổi, khóa.", "Accounts of the console: add, change, disable."),
    configure=configure,
    run=run,
)

Verb = Callable[[Store, argparse.Namespace], str]


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, verb: Verb, description: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=description, description=description)
    parser.add_argument("username", help=tr("Tên đăng nhập.", "User name."))
    parser.set_defaults(verb=verb)
    return parser


def _password_options(parser: argparse.ArgumentParser) -> None:
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--stdin", action="store_true", help=tr("Đọc mật khẩu từ đầu vào chuẩn.", "Read the password from stdin.")
    )
    ways.add_argument(
        "--generate",
        action="store_true",
        help=tr("Tạo mật khẩu ngẫu nhiên và in một lần.", "Make a random password and print it once."),
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help=tr(
            "Người dùng giữ mật khẩu này; nếu không, lần đăng nhập đầu phải đổi.",
            "The person keeps this password; otherwise the first sign-in asks for another.",
        ),
    )


def _add(store: Store, arguments: argparse.Namespace) -> str:
    with store.reading() as session:  # before anybody types a password
        if people.find_person(session, arguments.username) is not None:
            raise people.taken(arguments.username)
    password, shown = _ask_password(arguments)
    name, role = arguments.name or arguments.username, Role(arguments.role)
    with store.transaction() as session:
        person = people.create_person(
            session, arguments.username, name, role, password, datetime.now(UTC), must_change=not arguments.keep
        )
    return tr(f"Đã thêm {_line(person)}{shown}", f"Added {_line(person)}{shown}")


def _list(store: Store, _arguments: argparse.Namespace) -> str:
    with store.reading() as session:
        found = people.find_all_people(session)
    return "\n".join(map(_line, found)) or tr("Chưa có tài khoản nào.", "There are no accounts yet.")


def _password(store: Store, arguments: argparse.Namespace) -> str:
    with store.reading() as session:
        people.get_person(session, arguments.username)
    password, shown = _ask_password(arguments)  # outside the transaction: a person types slowly
    with store.transaction() as session:
        person = people.get_person(session, arguments.username)
        people.set_password(session, person, password, must_change=not arguments.keep)
    return tr(f"Đã đổi mật khẩu của {person.username}{shown}", f"Changed the password of {person.username}{shown}")


def _role(store: Store, arguments: argparse.Namespace) -> str:
    with store.transaction() as session:
        person = people.get_person(session, arguments.username)
        people.set_role(session, person, Role(arguments.role))
    return _line(person)


def _rename(store: Store, arguments: argparse.Namespace) -> str:
    if not arguments.name and not arguments.renamed:
        raise TongdaiError(tr("Cần --name hoặc --username.", "Give --name or --username."))
    with store.transaction() as session:
        person = people.get_person(session, arguments.username)
        people.rename(
            session, person, username=arguments.renamed or person.username, name=arguments.name or person.name
        )
    return _line(person)


def _disable(store: Store, arguments: argparse.Namespace) -> str:
    return _set_active(store, arguments.username, active=False)


def _enable(store: Store, arguments: argparse.Namespace) -> str:
    return _set_active(store, arguments.username, active=True)


def _set_active(store: Store, username: str, *, active: bool) -> str:
    with store.transaction() as session:
        person = people.get_person(session, username)
        people.set_active(session, person, active)
    return _line(person)


def _line(person: Person) -> str:
    state = "" if person.active else tr(" (đã khóa)", " (disabled)")
    return f"{person.username} · {person.name} · {label(person.role)}{state}"


def _ask_password(arguments: argparse.Namespace) -> tuple[str, str]:
    """The password, and what to print about it."""
    if arguments.generate:
        password = passwords.random_password()
        return password, tr(f" · mật khẩu: {password}", f" · password: {password}")
    if arguments.stdin:
        return sys.stdin.readline().rstrip("\n"), ""
    first = getpass.getpass(tr("Mật khẩu: ", "Password: "))
    if first != getpass.getpass(tr("Nhập lại: ", "Again: ")):
        raise TongdaiError(tr("Hai lần nhập khác nhau; chưa đổi gì.", "The two differ; nothing was changed."))
    return first, ""
