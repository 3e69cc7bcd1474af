"""A citizen may hang up at every step of a report, before, while and after speaking: what was said is one ticket."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from ivr.model.calls import EndReason
from ivr.simulator import Expected, Scenario, Step
from ivr.simulator.outcome import differences, find_outcome
from ivr.store import Store
from ivr.testing.asterisk import RunningAsterisk, wait_for
from ivr.testing.calls import hotline, play_all
from ivr.testing.line import sweep_up, usual

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

WAY = (
    Step(wait="menu", press="1"),
    Step(wait="noi", silence=True),
    Step(wait="beep", speak=4),
    Step(press="#"),
    Step(wait="xac-nhan", press="2"),
    Step(wait="ban-ghi", silence=True),
    Step(wait="xac-nhan", press="3"),
    Step(wait="beep", speak=6),
    Step(press="#"),
    Step(wait="xac-nhan", press="4"),
    Step(wait="huy-chac", press="2"),
    Step(wait="xac-nhan", press="1"),
    Step(wait="lien-he", press="2"),
    Step(wait="so-khac", press="0905123457#"),
    Step(wait="cong-khai", press="1"),
    Step(wait="ma", silence=True),
)
"""Listening, a second take, almost a cancellation, another number: the longest way a report can take."""
FIRST_TAKE, SECOND_TAKE, SENT = 2, 7, 11
"""Places in the way of the two takes and of the key that sends."""
GONE = Step(hang_up=True)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way cut short, and the seconds of both takes that must be kept (0: nothing to file)."""

    name: str
    steps: tuple[Step, ...]
    kept: float


def cases() -> list[Case]:
    """The way cut at each of its prompts, and within both takes after one second and after five."""
    found = [Case(name="chao", steps=(Step(wait="chao", hang_up=True),), kept=0)]
    for place, step in enumerate(WAY):
        if not step.wait:
            continue
        kept = 0.0 if place <= FIRST_TAKE else 4.0 if place <= SECOND_TAKE else 10.0
        last = Step(wait=step.wait, hang_up=True)
        found.append(Case(name=f"{place}-{step.wait}", steps=(*WAY[:place], last), kept=kept))
    for take, before in ((FIRST_TAKE, 0.0), (SECOND_TAKE, 4.0)):
        for spoken in (1.0, 5.0):
            steps = (*WAY[:take], Step(wait="beep", speak=spoken), GONE)
            kept = before + spoken if before or spoken >= 2 else 0.0  # any word more belongs to a report
            found.append(Case(name=f"{take}-{spoken:.0f}s", steps=steps, kept=kept))
    return found


def scenario_of(case: Case, number: str) -> Scenario:
    sent = len(case.steps) > SENT + 1
    return Scenario(
        name=f"cut-{case.name}",
        title={},
        city="da-nang",
        number=number,
        caller_name="",
        called="1022",
        at=datetime.now(UTC),
        steps=case.steps,
        expected=Expected(
            end=EndReason.HUNG_UP,
            filed=({"seconds": case.kept - 0.5, "flags": [] if sent else ["hung_up"], "code": True, "recorded": True},)
            if case.kept
            else (),
        ),
    )


def test_hanging_up_anywhere_loses_nothing_that_was_said(asterisk: RunningAsterisk, store: Store) -> None:
    made = cases()
    scenarios = [scenario_of(case, f"09052{place:05d}") for place, case in enumerate(made)]
    faults = []
    with hotline(asterisk.settings, usual()):
        played = play_all(scenarios, asterisk)
        for scenario, case in zip(scenarios, made, strict=True):
            tag = played[scenario.name].tag
            wait_for(lambda: find_outcome(store, tag), f"{scenario.name} left no row")  # noqa: B023
            outcome = find_outcome(store, tag)
            assert outcome is not None
            faults += [f"{case.name}: {fault}" for fault in played[scenario.name].faults]
            faults += [f"{case.name}: {fault}" for fault in differences(scenario.expected, outcome)]
            if outcome.tickets and outcome.tickets[0]["seconds"] > case.kept + 1:
                faults.append(f"{case.name}: {outcome.tickets[0]['seconds']} s are filed, not {case.kept}")
    assert faults == []
    sweep_up(asterisk.settings, store)
