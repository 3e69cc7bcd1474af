"""Scenario files: every fault names its setting, and a comparison that fails says in what."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.city.city import City, find_cities
from ivr.model.calls import EndReason
from ivr.settings import Settings
from ivr.simulator import Expected, ScenarioFault, Step, read_scenario, read_scenarios
from ivr.simulator.outcome import Outcome, differences
from ivr.testing import CALLS, all_scenarios

BAD = sorted((Path(__file__).parent / "bad").glob("*.toml"))
TICKET = {"kind": "phan_anh", "flags": ["hung_up"], "seconds": 3.0}


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_is_told_its_fault(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    complaint = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    with pytest.raises(ScenarioFault) as told:
        read_scenarios(path)
    assert complaint in str(told.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "many.toml"
    path.write_text('at = "x"\nspeling = 1\nsteps = [ {} ]\n')
    with pytest.raises(ScenarioFault) as told:
        read_scenario(path)
    assert len(str(told.value).splitlines()) == 6


SHARED = """
title = { vi = "sao", en = "star" }
cities = ["da-nang", "dong-thap"]
number = "0900000001"
steps = [{ wait = "chao", way = "phan-anh" }, { wait = "menu", press = "*" }, { way = "phan-anh" }]
expect = { heard = ["chao", { way = "phan-anh" }, "noi"], end = "hung_up" }
"""
WAYS = """
name = {{ vi = "{name}", en = "{name}" }}
called = "{called}"
[ways]
phan-anh = [{steps}]
"""


def test_a_file_of_several_cities_is_a_scenario_of_each(tmp_path: Path) -> None:
    (tmp_path / "ways").mkdir()
    (tmp_path / "sao.toml").write_text(SHARED)
    steps = '{ wait = "menu", press = "1" }, { press = "#" }, { wait = "dong-y", press = "2" }'
    (tmp_path / "ways/da-nang.toml").write_text(WAYS.format(name="A", called="1022", steps=steps))
    (tmp_path / "ways/dong-thap.toml").write_text(
        WAYS.format(name="B", called="1023", steps='{ wait = "m", press = "4" }')
    )
    first, second = read_scenarios(tmp_path / "sao.toml")
    assert (first.name, first.city, first.called, first.title["vi"]) == ("da-nang/sao", "da-nang", "1022", "A: sao")
    assert (second.name, second.city, second.called, second.title["en"]) == (
        "dong-thap/sao",
        "dong-thap",
        "1023",
        "B: star",
    )
    keys = (Step(press="#"), Step(wait="dong-y", press="2"))
    star = Step(wait="menu", press="*")
    assert first.steps == (Step(wait="chao", press="1"), *keys, star, Step(wait="menu", press="1"), *keys)
    assert second.steps == (Step(wait="chao", press="4"), star, Step(wait="m", press="4"))
    assert first.expected.heard == ("chao", "menu", "dong-y", "noi")
    assert second.expected.heard == ("chao", "m", "noi")
    with pytest.raises(ScenarioFault, match="da-nang/sao, dong-thap/sao"):
        read_scenario(tmp_path / "sao.toml")


def test_ways_name_and_number_are_the_citys_own(base_settings: Settings, get_city: Callable[[str], City]) -> None:
    files = sorted((CALLS / "ways").glob("*.toml"))
    assert [path.stem for path in files] == find_cities(base_settings.config)
    for path in files:
        ways = tomllib.loads(path.read_text(encoding="utf-8"))
        city = get_city(path.stem)
        assert ways["name"]["vi"] in city.name.vi
        assert ways["called"] in city.numbers


def test_names_are_given_once_and_a_citys_folder_holds_its_own_calls() -> None:
    scenarios = all_scenarios()
    names = [scenario.name for scenario in scenarios]
    assert sorted(set(names)) == sorted(names)
    assert [scenario.name for scenario in scenarios if not scenario.name.startswith(f"{scenario.city}/")] == []


def test_codes_of_prepared_tickets_are_used_once() -> None:
    codes = [ticket.code for scenario in all_scenarios() for ticket in scenario.tickets]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        (Expected(heard=("menu", "chao")), "not heard in its place: chao"),
        (Expected(unheard=("chao",)), "heard: chao"),
        (Expected(end=EndReason.COMPLETED), "ended hung_up, not completed"),
        (Expected(filed=()), "1 tickets, not 0: "),
        (Expected(filed=({"kind": "gop_y"},)), "kind is 'phan_anh', not 'gop_y'"),
        (Expected(filed=({"flags": ["truncated"]},)), "flags is"),
        (Expected(filed=({"seconds": 3.5},)), "seconds is 3.0"),
        (Expected(filed=({}, {})), "1 tickets, not 2: "),
    ],
)
def test_a_difference_is_told(expected: Expected, difference: str) -> None:
    outcome = Outcome(ulid="x", heard=("chao", "menu"), end=EndReason.HUNG_UP, tickets=(TICKET,))
    (told,) = differences(expected, outcome)
    assert told.startswith(difference)


def test_what_is_as_expected_has_no_difference() -> None:
    outcome = Outcome(ulid="x", heard=("chao", "khan", "menu"), end=EndReason.HUNG_UP, tickets=(TICKET,))
    expected = Expected(
        heard=("chao", "menu"),
        end=EndReason.HUNG_UP,
        filed=({"kind": "phan_anh", "flags": ["hung_up"], "seconds": 2.5},),
    )
    assert differences(expected, outcome) == []
    two = Outcome(ulid="x", heard=(), end=None, tickets=(TICKET, {**TICKET, "kind": "gop_y"}))
    assert differences(Expected(filed=({"kind": "phan_anh"}, {"kind": "gop_y"})), two) == []
    assert differences(Expected(), two) == []


def test_the_command_checks_files_without_calling(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["call", "--check", str(CALLS / "khong-bam-phim.toml")]) == 0
    assert "hai-phong/khong-bam-phim" in capsys.readouterr().out


def test_a_running_system_is_not_asked_for_a_full_disk(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["call", str(CALLS / "da-nang/thai-do-het-cho.toml")]) == 1
    assert "da-nang/thai-do-het-cho" in capsys.readouterr().err
