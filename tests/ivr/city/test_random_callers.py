"""Callers who press anything, say anything and leave anywhere: in every city each call ends well and counts once."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from ivr.city.city import City
from ivr.city.flow.switches import throw_switch
from ivr.engine import Served, run_call
from ivr.engine.walk import PASSED_THROUGH
from ivr.model.calls import Call, CallStep, EndReason
from ivr.phone import KEYPAD, Caller, HungUp, QueueState, Recorded, RecordEnd, RingResult, Sound, Stage
from ivr.prompts import Catalogue
from ivr.simulator.sounds import tone, write_wav
from ivr.testing import open_instance, temporary_settings

pytestmark = pytest.mark.uncounted  # the same lines in two hundred calls; each has a test of its own

CALLS = 200
START = datetime(2026, 2, 16, 1, 0, tzinfo=UTC)
"""The eve of Tết: the calls spread over working days, weekends, nights and the holidays."""

LIKELY = "0112233445566789*#"
"""Keys as callers press them: mostly those that a list names, or hardly anybody comes to a third list."""


class RandomPhone:
    """A line whose caller is a seeded coin."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.patience = self.chance.choice([5, 150, 150])
        self.is_done = False
        self.now = 0.0
        self.take_ending = ".wav"
        self.caller = Caller(
            number=self.chance.choice(["0905123456", "", "anonymous", "+84905123456"]),
            name="Người gọi",
            called="1022",
            uniqueid=f"1.{seed}",
            linkedid=f"1.{seed}",
            city="",
        )

    @property
    def ended_at(self) -> float:
        return self.now

    def moment(self) -> float:
        return self.now

    def _wait(self) -> None:
        self.now += self.chance.choice([0.1, 1.2, 4.0, 4.0])
        self.patience -= 1
        if self.patience < 0:
            raise HungUp

    def play(self, sounds: Sequence[Sound], *, keys: str = "") -> str:
        self._wait()
        return self.chance.choice(["", *keys])

    def read(self, sounds: Sequence[Sound], *, most: int, wait: float, end: str = "#") -> str:
        self._wait()
        if sounds and sounds[0].id == "huy-chac":
            return "4"
        if most == 1:
            return self.chance.choice(["", "", *LIKELY])
        digits = "".join(self.chance.choices("0123456789", k=self.chance.choice([1, 2, 3, 9, 10])))
        return self.chance.choice(["", "12", "101", "0905123456", "0905123456", digits])[:most]

    def record(self, path: Path, *, limit: float, silence: float, beep: bool = True, end: str = KEYPAD) -> Recorded:
        self._wait()
        kind = self.chance.choice([*RecordEnd, *[RecordEnd.KEY] * 6])
        seconds = self.chance.choice([0.0, 0.5, 3.0, 3.0])
        if kind in (RecordEnd.NOTHING, RecordEnd.UNWRITABLE):
            return Recorded(end=kind, lasted=0.0)
        write_wav(path, tone(seconds))
        if kind is RecordEnd.HANGUP:
            self.patience = 0
        return Recorded(end=kind, lasted=seconds, key=self.chance.choice("1115#0") if kind is RecordEnd.KEY else "")

    def queue_state(self, queue: str) -> QueueState:
        return QueueState(waiting=self.chance.choice([0, 1, 50]), on_duty=self.chance.choice([0, 1, 2]))

    def turned_away(self, queue: str, why: RingResult) -> None:
        """Not listened to."""

    def ring(self, queue: str, *, wait: float, call: str, priority: int = 0) -> RingResult:
        self._wait()
        return self.chance.choice([*RingResult, RingResult.UNANSWERED])

    def tone(self) -> None:
        """Not listened to."""

    def stage(self, stage: Stage) -> None:
        """The dialplan's."""

    def language(self, language: str) -> None:
        """The dialplan's."""

    def done(self) -> None:
        self.is_done = True


@pytest.mark.parametrize("city_id", ["da-nang", "dong-thap", "hai-phong"])
def test_whatever_callers_do_each_call_ends_well_and_counts_once(
    city_id: str,
    tmp_path: Path,
    empty_database: Path,
    get_city: Callable[[str], City],
    get_sounds: Callable[[str], Catalogue],
) -> None:
    city, ends = get_city(city_id), set()
    settings = temporary_settings(tmp_path)
    with open_instance(settings, empty_database, lambda: START) as house:
        for seed in range(CALLS):
            now = START + timedelta(hours=seed * 7)
            throw_switch(settings, "emergency", seed % 8 == 0, now)
            phone = RandomPhone(seed)
            end = run_call(
                Served(
                    phone=phone,
                    city=city,
                    sounds=get_sounds(city_id),
                    dependencies=house.desk,
                    clock=lambda now=now: now,
                    settings=settings,
                )
            )
            assert end in (EndReason.COMPLETED, EndReason.HUNG_UP, EndReason.CONNECTED), f"caller {seed}: {end}"
            ends.add(end)
            assert phone.is_done == (end is EndReason.COMPLETED)
        house.settle()
        with house.store.reading() as session:
            met = set(session.scalars(select(CallStep.node).distinct()))
            assert session.scalar(select(func.count()).select_from(Call)) == CALLS
    assert {EndReason.COMPLETED, EndReason.HUNG_UP} <= ends
    steps = [name for name, node in city.flow.nodes.items() if not isinstance(node, PASSED_THROUGH)]
    assert len(met) > 0.8 * len(steps), f"hardly anything was tried: {sorted(met)}"
