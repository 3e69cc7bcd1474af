"""``tongdai doctor``: every fault has a remedy; the exit status tells a script."""

import argparse
import os
import socket
import time
from pathlib import Path

import pytest

from ivr.command import Check, Finding
from ivr.commands import doctor
from ivr.doctor import asterisk, clock, database, desk, disk, processes, sounds
from ivr.doctor.checks import CHECKS
from ivr.doctor.findings import find_checks, gather
from ivr.errors import TongdaiError
from ivr.process.run_lock import hold
from ivr.settings import Settings, load_settings
from ivr.store.migrate import migrate
from ivr.testing.asterisk import private_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "home").mkdir(mode=0o700)
    return private_settings(tmp_path / "home", free_space_mb=1)


def only(found: list[Finding]) -> Finding:
    """The one fault; a fault always says what to do."""
    (fault,) = [finding for finding in found if not finding.ok]
    assert fault.remedy
    return fault


def test_free_ports_are_fine_and_a_taken_one_names_its_setting(settings: Settings) -> None:
    assert all(finding.ok for finding in processes.check_ports(settings))
    with socket.create_server(("127.0.0.1", settings.hub_port)):
        assert "TONGDAI_HUB_PORT" in only(processes.check_ports(settings)).remedy
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip:
        sip.bind(("127.0.0.1", settings.sip_port))
        assert "TONGDAI_SIP_PORT" in only(processes.check_ports(settings)).remedy


def test_while_it_runs_its_ports_must_answer(settings: Settings) -> None:
    with hold(settings):
        silent = [finding for finding in processes.check_ports(settings) if not finding.ok]
        assert len(silent) == 6
        with socket.create_server(("127.0.0.1", settings.console_port)):
            assert len([finding for finding in processes.check_ports(settings) if not finding.ok]) == 5


def test_who_accepts_and_says_nothing_is_told_as_frozen(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LIVES_WITHIN", 0.2)
    with hold(settings), socket.create_server(("127.0.0.1", settings.agi_port)):
        (frozen,) = [finding for finding in processes.check_ports(settings) if "đứng" in finding.text]
        assert not frozen.ok
        assert f"kill -9 $(cat {settings.run}/agi.pid)" in frozen.remedy


def test_no_asterisk_says_how_to_get_one(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk, "find_asterisk", lambda _: None)
    assert "make asterisk" in only(asterisk.check_asterisk(settings)).remedy


def test_a_full_disk_is_told(settings: Settings) -> None:
    assert all(finding.ok for finding in disk.check_disk(settings))
    wanting = load_settings(home=settings.home, free_space_mb=10**9)
    assert "TONGDAI_FREE_SPACE_MB" in only(disk.check_disk(wanting)).remedy


def test_two_file_systems_are_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.spool.mkdir()
    settings.recordings.mkdir()
    monkeypatch.setattr(disk, "_device", lambda path: path.name)
    assert "spool" in only(disk.check_disk(settings)).text


def test_a_home_others_may_enter_is_told(settings: Settings) -> None:
    assert all(finding.ok for finding in disk.check_home(settings))
    settings.home.chmod(0o755)
    assert f"chmod o= {settings.home}" in only(disk.check_home(settings)).remedy


def test_a_home_that_cannot_be_written_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert f"chown -R {os.getuid()} {settings.home}" in only(disk.check_home(settings)).remedy


def test_a_home_that_cannot_be_made_is_told_without_giving_away_the_folder_above_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = load_settings(home=settings.home / "not" / "yet")
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = only(disk.check_home(wanted))
    assert str(wanted.home) in found.text
    assert f"install -d -m 700 -o {os.getuid()} {wanted.home}" in found.remedy
    assert "chown" not in found.remedy


def test_what_the_first_start_makes_is_no_fault_of_a_fresh_home(settings: Settings) -> None:
    for found in (database.check_database(settings), sounds.check_sounds(settings)):
        assert all(finding.ok for finding in found)
        assert any("`tongdai run` tạo khi chạy lần đầu" in finding.text for finding in found)


def test_the_database_is_missing_migrated_or_away(settings: Settings, tmp_path: Path) -> None:
    settings.spool.mkdir()
    assert "tongdai db migrate" in only(database.check_database(settings)).remedy
    migrate(settings)
    found = database.check_database(settings)
    assert all(finding.ok for finding in found)
    assert any(finding.text.startswith("SQLite 3.5") for finding in found), "one without the WAL fault"
    away = load_settings(home=settings.home, database_url="postgresql+psycopg://x@127.0.0.1:1/x")
    assert "TONGDAI_DATABASE_URL" in only(database.check_database(away)).remedy


def test_a_clock_that_went_back_is_told(settings: Settings) -> None:
    assert all(finding.ok for finding in clock.check_clock(settings))
    future = settings.home / "tongdai.db"
    future.touch()
    os.utime(future, (time.time() + 3600,) * 2)
    assert "timedatectl" in only(clock.check_clock(settings)).remedy


def test_missing_prompts_and_programs_are_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.spool.mkdir()
    found = sounds.check_sounds(settings)
    assert found
    assert all("tongdai prompts build" in finding.remedy for finding in found)
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert any("apt-get install espeak-ng" in finding.remedy for finding in sounds.check_sounds(settings))


def test_a_telephone_in_the_browser_that_browsers_would_block_is_named(settings: Settings) -> None:
    safe = settings.model_copy(update={"public_url": "https://1022.example.vn"})
    found = desk.check_desk(safe)
    assert [finding.ok for finding in found] == [False]
    assert "ws://127.0.0.1" in found[0].text
    assert "TONGDAI_TELEPHONE_URL" in found[0].remedy
    reached = safe.model_copy(update={"telephone_url": "wss://1022.example.vn/telephone-ws"})
    assert [finding.ok for finding in desk.check_desk(reached)] == [True]


def test_a_fault_of_the_desk_is_named(settings: Settings, tmp_path: Path) -> None:
    assert [finding.ok for finding in desk.check_desk(settings)] == [True]
    (tmp_path / "desk.toml").write_text("[telephones.one]\ninterface = 5\n", encoding="utf-8")
    found = desk.check_desk(settings.model_copy(update={"config": tmp_path}))
    assert {"telephones.one.name" in str(each.text) for each in found} == {True, False}
    assert all(not each.ok and str(tmp_path) in each.remedy for each in found)


def test_a_parked_process_names_its_log(settings: Settings) -> None:
    assert all(finding.ok for finding in processes.check_processes(settings))
    with hold(settings):
        rows = (
            '[{"name": "agi", "state": "ready", "log": "a.log"}, {"name": "watch", "state": "parked", "log": "w.log"}]'
        )
        (settings.run / "status.json").write_text(rows)
        assert "w.log" in only(processes.check_processes(settings)).remedy


def test_our_checks_are_shown_in_this_order() -> None:
    order = ["ports", "asterisk", "disk", "home", "database", "clock", "sounds", "desk", "seconds", "processes"]
    assert [check.name for check in CHECKS] == order


def test_every_room_brings_its_checks_and_start_is_guarded() -> None:
    names = {check.name for check in find_checks()}
    assert {"ports", "asterisk", "disk", "home", "database", "clock", "sounds", "processes"} <= names
    guarding = {check.name for check in find_checks(at_start=True, without=["asterisk"])}
    assert {"ports", "disk"} <= guarding
    assert "asterisk" not in guarding
    assert "database" not in guarding, "calls are taken while the database is away"


def test_a_check_that_breaks_does_not_end_the_others(settings: Settings) -> None:
    def broken(_: Settings) -> list[Finding]:
        raise TongdaiError("a cable is out")

    fine = Check(name="b", check=lambda _: [Finding(name="b", ok=True, text="fine")])
    found = gather(settings, [Check(name="a", check=broken), fine])
    assert [(finding.ok, finding.text) for finding in found] == [(False, "a cable is out"), (True, "fine")]


def test_a_room_that_cannot_be_loaded_is_a_finding(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    entry = EntryPoint(name="x", value="ivr.nowhere:CHECKS", group="tongdai.checks")
    monkeypatch.setattr("ivr.doctor.findings.entry_points", lambda group: [entry])
    assert "ivr.nowhere" in only(gather(settings, find_checks())).text


@pytest.mark.parametrize(("wrong", "status"), [([], 0), ([Finding(name="b", ok=False, text="bad", remedy="do it")], 1)])
def test_the_exit_status_tells(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: list[Finding],
    status: int,
) -> None:
    fine = Finding(name="a", ok=True, text="good")
    monkeypatch.setattr(doctor, "gather", lambda *_: [fine, *wrong])
    assert doctor.COMMAND.run(settings, argparse.Namespace(quiet=False)) == status
    said = capsys.readouterr().out
    assert "✓ a" in said
    assert ("→ do it" in said) is bool(wrong)
    assert doctor.COMMAND.run(settings, argparse.Namespace(quiet=True)) == status
    assert "good" not in capsys.readouterr().out
