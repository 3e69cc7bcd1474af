"""Calls that try the hotline say so in the caller's name, and no stranger's call can."""

from pathlib import Path

import pytest

from ivr.asterisk.caller import caller_of
from ivr.asterisk.trial_calls import mark_name, read_name
from ivr.settings import Settings
from ivr.simulator import Scenario
from ivr.testing import find_scenario, temporary_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return temporary_settings(tmp_path / "here")


def test_a_marked_name_is_a_trial_and_is_kept_without_its_mark(settings: Settings) -> None:
    line = mark_name(settings, "phan-anh-gui: Nguyễn Văn A")
    assert read_name(settings, line) == ("phan-anh-gui: Nguyễn Văn A", True)
    header = {"agi_calleridname": line, "agi_extension": "1022", "agi_callerid": "0905123456"}
    caller = caller_of(header, city="da-nang", hide_withheld=True, read_name=lambda name: read_name(settings, name))
    assert (caller.name, caller.trial) == ("phan-anh-gui: Nguyễn Văn A", True)
    assert mark_name(settings, "a") != mark_name(settings, "a")


@pytest.mark.parametrize("scenario", [find_scenario("da-nang/phan-anh-gui")], ids=["the usual one"])
def test_asterisk_keeps_the_mark_and_what_the_call_is_found_by(settings: Settings, scenario: Scenario) -> None:
    kept = mark_name(settings, scenario.token)[:79]
    name, trial = read_name(settings, kept)
    assert trial
    assert name.startswith(scenario.tag)


@pytest.mark.parametrize("name", ["", "Nguyễn Văn A", "~", "~abcdef0123456789ab A", "trial", "~" + "é" * 18 + " A"])
def test_other_names_are_citizens(settings: Settings, name: str) -> None:
    assert read_name(settings, name) == (name, False)


def test_a_mark_of_another_instance_is_none(settings: Settings, tmp_path: Path) -> None:
    foreign = mark_name(temporary_settings(tmp_path / "there"), "A")
    assert read_name(settings, foreign) == (foreign, False)
    line = mark_name(settings, "A")
    forged = line[:1] + ("a" if line[1] != "a" else "b") + line[2:]
    assert read_name(settings, forged) == (forged, False)
