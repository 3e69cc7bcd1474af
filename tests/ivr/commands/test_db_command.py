"""``tongdai db`` from the outside."""

from pathlib import Path

import pytest

from ivr.__main__ import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that does not exist yet."""
    monkeypatch.setenv("TONGDAI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    return tmp_path / "home"


def test_migrate_status_and_backup(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "migrate"]) == 0
    assert home.stat().st_mode & 0o777 == 0o700
    assert main(["db", "status"]) == 0
    assert "0 calls, 0 tickets" in capsys.readouterr().out
    copy = tmp_path / "copy.db"
    assert main(["db", "backup", str(copy)]) == 0
    assert copy.read_bytes().startswith(b"SQLite format 3")
    assert main(["db", "backup", str(copy)]) == 1
    assert "exists" in capsys.readouterr().err


def test_status_of_an_empty_database_says_to_migrate(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.mkdir()
    assert main(["db", "status"]) == 1
    assert "run tongdai db migrate" in capsys.readouterr().out


def test_the_password_of_a_database_is_not_printed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TONGDAI_DATABASE_URL", f"postgresql://tongdai:geheim@/x?host={home}")
    assert main(["db", "status"]) == 1
    said = capsys.readouterr()
    assert "geheim" not in said.out + said.err
    assert "cannot be used" in said.err


@pytest.mark.parametrize("address", ["mysql://x/y", "no address"])
def test_an_unusable_address_names_the_setting(
    home: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TONGDAI_DATABASE_URL", address)
    assert main(["db", "migrate"]) == 1
    assert "TONGDAI_DATABASE_URL" in capsys.readouterr().err


def test_a_backup_of_postgresql_is_its_own_programs(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TONGDAI_DATABASE_URL", "postgresql://x@/y")
    assert main(["db", "backup", str(home / "x")]) == 1
    assert "pg_dump" in capsys.readouterr().err
