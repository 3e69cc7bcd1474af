"""What ``tongdai run`` does before it starts anything: private folders, all faults at once, a database that is away."""

from datetime import datetime
from pathlib import Path

import pytest

from ivr.command import Check, Finding
from ivr.settings import Settings, load_settings
from ivr.store import StoreAway
from ivr.supervisor import preparation
from ivr.supervisor.preparation import CannotStart, DatabaseWork, make_folders, prepare_database, refuse_faults


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home")


def test_the_home_is_nobody_elses_also_where_set_up_made_it_open(settings: Settings) -> None:
    settings.home.mkdir(mode=0o755)
    make_folders(settings)
    assert settings.home.stat().st_mode & 0o007 == 0
    for folder in (settings.spool, settings.recordings, settings.codes, settings.run):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_all_faults_are_one_message_with_every_remedy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        Finding(name="ports", ok=False, text="8022 taken", remedy="set TONGDAI_CONSOLE_PORT"),
        Finding(name="ports", ok=False, text="5060 taken", remedy="set TONGDAI_SIP_PORT"),
        Finding(name="disk", ok=True, text="room"),
    ]
    monkeypatch.setattr(preparation, "find_checks", lambda **_: [Check(name="x", check=lambda _: found, at_start=True)])
    with pytest.raises(CannotStart) as refused:
        refuse_faults(settings, asterisk=True)
    assert "TONGDAI_CONSOLE_PORT" in str(refused.value)
    assert "TONGDAI_SIP_PORT" in str(refused.value)
    with pytest.raises(CannotStart) as refused:
        refuse_faults(settings, asterisk=False)
    assert "TONGDAI_SIP_PORT" not in str(refused.value), "a port that only our own Asterisk would take"
    found[0] = found[2]
    refuse_faults(settings, asterisk=False)


def test_the_first_administrator_is_made_once(settings: Settings, now: datetime) -> None:
    password = prepare_database(settings, now)
    assert password is not None
    assert len(password) >= 12
    assert prepare_database(settings, now) is None


def test_a_database_that_is_away_at_start_is_tried_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[str | StoreAway] = [StoreAway("away"), StoreAway("away"), "the-password"]

    def prepare(*_: object) -> str:
        answer = answers.pop(0)
        if isinstance(answer, StoreAway):
            raise answer
        return answer

    monkeypatch.setattr(preparation, "prepare_database", prepare)
    said: list[str] = []
    work = DatabaseWork(settings, said.append)
    work.first(100.0)
    assert "spool" in said[0]
    work.again(104.9)
    assert len(answers) == 2, "not before five seconds have passed"
    work.again(105.0)
    work.again(109.9)
    assert len(answers) == 1
    work.again(110.0)
    assert "the-password" in said[-1]
    work.again(200.0)
    assert answers == []
