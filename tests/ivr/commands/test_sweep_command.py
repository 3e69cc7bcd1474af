"""``tongdai sweep``."""

from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.settings import load_settings
from ivr.store.migrate import migrate


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TONGDAI_HOME", str(tmp_path))
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    migrate(load_settings())
    (tmp_path / "spool").mkdir()
    return tmp_path


def test_nothing_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Filed: 0;")


def test_what_needs_a_look_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "spool" / "01ARZ3NDEKTSV4RRFFQ69G5FAV.json").write_text("{")
    assert main(["sweep"]) == 1
    assert "01ARZ3NDEKTSV4RRFFQ69G5FAV.json: the report's sidecar cannot be read" in capsys.readouterr().out


def test_a_database_that_is_away(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGDAI_DATABASE_URL", f"sqlite+pysqlite:///{home / 'none' / 'x.db'}")
    assert main(["sweep"]) == 1
    assert "The database cannot be used" in capsys.readouterr().out
