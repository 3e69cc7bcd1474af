"""The seconds that are counted are those of the engine: the same callers on a scripted phone that keeps time."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ivr.city.city import load_city
from ivr.city.seconds.callers import Pauses
from ivr.city.seconds.check import measure_city
from ivr.city.seconds.limits import Way
from ivr.phone import BEEP_SECONDS, Recorded, RecordEnd, Sound
from ivr.prompts import load_catalogue
from ivr.prompts.items import word_key
from ivr.recordings.takes import BUFFER
from ivr.recordings.wav import TELEPHONE_RATE
from ivr.settings import load_settings
from ivr.simulator import Step
from ivr.speech import PAUSE
from ivr.testing import ScriptedPhone
from ivr.testing.scripted import ScriptedHotline

SPOKEN = 4.0
"""Seconds the citizen speaks, which no figure counts."""
REPORT_KEYS = {"da-nang": "1", "dong-thap": "4", "hai-phong": "1"}


class CountingPhone(ScriptedPhone):
    """Adds up how long everything lasts that a citizen who hears all out hears."""

    seconds = 0.0
    beep_at = 0.0
    code_at = 0.0
    """When the code was read twice."""

    def play(self, sounds: Sequence[Sound], *, keys: str = "") -> str:
        self.seconds += sum(sound.seconds for sound in sounds)
        if any(sound.id == "nhac-lai" for sound in sounds):
            self.code_at = self.seconds - SPOKEN
        return super().play(sounds, keys=keys)

    def read(self, sounds: Sequence[Sound], *, most: int, wait: float, end: str = "#") -> str:
        keys = super().read(sounds, most=most, wait=wait, end=end)
        self.seconds += sum(sound.seconds for sound in sounds) + (0.0 if keys else wait)
        return keys

    def record(self, path: Path, **given: Any) -> Recorded:
        self.beep_at = self.beep_at or self.seconds
        recorded = super().record(path, **given)
        self.seconds += BEEP_SECONDS + recorded.lasted
        if recorded.end is RecordEnd.SILENCE:  # Asterisk, which writes blocks, notices it later than the scripted phone
            pauses = Pauses(key=0, silence=given["silence"], block=BUFFER / TELEPHONE_RATE)
            said = recorded.lasted > pauses.silence
            self.seconds += (pauses.behind_speech if said else pauses.without_speech) - pauses.silence
        return recorded


def called(home: Path, city_id: str, *steps: Step) -> tuple[CountingPhone, dict[Way, float]]:
    """The phone after the call, and what was counted for Vietnamese without it."""
    settings = load_settings()
    city = load_city(settings.config, city_id)
    sounds = replace(load_catalogue(settings, city_id), lengths={word_key("vi", PAUSE): 0.3})
    hotline = ScriptedHotline(home, city, sounds)
    hotline.call(*steps, phone=CountingPhone)
    assert isinstance(hotline.phone, CountingPhone)
    counted = measure_city(hotline.settings, city, sounds)
    return hotline.phone, {figure.way: figure.seconds for figure in counted if figure.language == "vi"}


@pytest.mark.parametrize("city", sorted(REPORT_KEYS))
def test_who_hears_all_out(tmp_path: Path, city: str) -> None:
    phone, counted = called(
        tmp_path,
        city,
        Step(wait="menu", press=REPORT_KEYS[city]),
        Step(wait="beep", speak=SPOKEN),
        Step(press="1"),
        Step(wait="cong-khai", press="2"),
    )
    assert phone.beep_at == pytest.approx(counted[Way.HEARD_OUT], abs=0.05)
    assert phone.code_at == pytest.approx(counted[Way.REPORT], abs=0.05)


@pytest.mark.parametrize("city", sorted(REPORT_KEYS))
def test_who_presses_nothing(tmp_path: Path, city: str) -> None:
    phone, counted = called(tmp_path, city, Step(wait="beep", speak=SPOKEN))
    assert phone.beep_at == pytest.approx(counted[Way.SILENT], abs=0.05)
    assert phone.code_at == pytest.approx(counted[Way.SILENT_REPORT], abs=0.05)
