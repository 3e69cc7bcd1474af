"""``tongdai user`` from the outside."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.model import Role
from ivr.services import people
from ivr.settings import load_settings
from ivr.store import Store, open_store
from ivr.store.migrate import migrate


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A migrated home that the command finds."""
    monkeypatch.setenv("TONGDAI_HOME", str(tmp_path))
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    settings = load_settings()
    migrate(settings)
    opened = open_store(settings)
    yield opened
    opened.close()


def test_an_account_from_its_first_to_its_last_day(home: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "list"]) == 0
    assert "no accounts yet" in capsys.readouterr().out
    assert main(["user", "add", "Lan", "--name", "Trần Thị Lan", "--role", "supervisor", "--generate"]) == 0
    said = capsys.readouterr().out
    assert "lan · Trần Thị Lan · Supervisor" in said
    password = said.strip().rpartition(" ")[2]
    moment = datetime.now(UTC)
    assert isinstance(people.sign_in(home, "lan", password, "here", moment), str)
    with home.reading() as session:
        assert people.get_person(session, "lan").must_change_password
    assert main(["user", "role", "lan", "admin"]) == 0
    assert main(["user", "disable", "lan"]) == 1  # the last administrator
    assert "last administrator" in capsys.readouterr().err
    assert main(["user", "role", "lan", "operator"]) == 1
    assert main(["user", "add", "minh", "--role", "admin", "--generate"]) == 0
    assert main(["user", "disable", "lan"]) == 0
    assert "(disabled)" in capsys.readouterr().out
    assert people.sign_in(home, "lan", password, "here", moment) == people.Refused()
    assert main(["user", "enable", "lan"]) == 0
    assert main(["user", "rename", "lan", "--name", "Lan Trần", "--username", "Lan.Tran"]) == 0
    capsys.readouterr()
    assert main(["user", "list"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "lan.tran · Lan Trần · Administrator"


def test_a_password_from_stdin(home: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("mật khẩu dài\n"))
    assert main(["user", "add", "lan", "--stdin", "--keep"]) == 0
    with home.reading() as session:
        added = people.get_person(session, "lan")
        assert (added.role, added.must_change_password) == (Role.OPERATOR, False)
    assert isinstance(people.sign_in(home, "lan", "mật khẩu dài", "here", datetime.now(UTC)), str)


def test_a_typed_password_is_typed_twice(home: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["first password", "other password", "first password", "first password"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    assert main(["user", "add", "lan"]) == 1
    with home.reading() as session:
        assert people.find_person(session, "lan") is None
    assert main(["user", "add", "lan"]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "lan", "--generate"], "lan is taken"),
        (["add", "two words", "--generate"], "no spaces"),
        (["add", "mai", "--stdin"], "at least 10"),
        (["password", "nobody", "--generate"], "no person nobody"),
        (["role", "nobody", "admin"], "no person nobody"),
        (["rename", "lan"], "--name"),
        (["rename", "lan", "--username", "two words"], "no spaces"),
    ],
)
def test_mistakes_are_one_line(
    home: Store,
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["user", "add", "lan", "--generate"])
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(["user", *arguments]) == 1
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1
    with home.reading() as session:
        assert [person.username for person in people.find_all_people(session)] == ["lan"]


def test_a_changed_password_ends_the_sessions(home: Store, capsys: pytest.CaptureFixture[str]) -> None:
    main(["user", "add", "lan", "--generate"])
    password = capsys.readouterr().out.strip().rpartition(" ")[2]
    moment = datetime.now(UTC)
    token = people.sign_in(home, "lan", password, "here", moment)
    assert isinstance(token, str)
    assert main(["user", "password", "lan", "--generate"]) == 0
    with home.reading() as session:
        assert people.find_session(session, token, moment) is None
    assert people.sign_in(home, "lan", password, "here", moment) == people.Refused()
