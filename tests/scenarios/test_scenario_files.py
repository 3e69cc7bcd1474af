"""Scenario files: every fault is told by its setting, and a comparison that fails says in what."""

from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.model.calls import EndReason
from ivr.simulator import Expected, ScenarioFault, read_scenario
from ivr.simulator.outcome import Outcome, differences
from ivr.testing import CALLS, all_scenarios

BAD = sorted((Path(__file__).parent / "bad").glob("*.toml"))
TICKET = {"kind": "phan_anh", "flags": ["hung_up"], "seconds": 3.0}


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_is_told_its_fault(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    complaint = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    with pytest.raises(ScenarioFault) as told:
        read_scenario(path)
    assert complaint in str(told.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "many.toml"
    path.write_text('at = "x"\nspeling = 1\nsteps = [ {} ]\n')
    with pytest.raises(ScenarioFault) as told:
        read_scenario(path)
    assert len(str(told.value).splitlines()) == 6


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
    assert main(["call", "--check", str(CALLS / "da-nang-khong-bam-phim.toml")]) == 0
    assert "da-nang-khong-bam-phim" in capsys.readouterr().out


def test_a_running_system_is_not_asked_for_a_full_disk(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["call", str(CALLS / "da-nang-ha-tang-het-cho.toml")]) == 1
    assert "da-nang-ha-tang-het-cho" in capsys.readouterr().err
