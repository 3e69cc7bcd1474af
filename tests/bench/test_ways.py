"""What a computed way says its citizen does, and what was measured of a call: without a line."""

from dataclasses import replace

import numpy as np
import pytest

from ivr.city.city import City, load_city
from ivr.city.seconds.check import measure_city
from ivr.city.seconds.limits import Way
from ivr.city.seconds.line import Piece
from ivr.engine.dialogue import BEEP
from ivr.phone import BEEP_SECONDS
from ivr.prompts import Catalogue, load_catalogue
from ivr.prompts.items import all_items
from ivr.settings import Settings, load_settings
from ivr.simulator.ear import Ear
from ivr.simulator.sounds import Samples, quiet, to_alaw, tone, write_wav
from tests.bench.heard import Lived, WayLost, measure
from tests.bench.ways import CALLS, Trip, differently, sound_until, trips_of

ANSWERED = 100.0
"""Monotonic seconds at which a made-up call is answered."""
BEHIND_BEEP, SPOKEN, CODE = 0.7, 4.0, 3.0
"""Seconds of a made-up call: from the beep's beginning to the speech, the speech with its key, and what follows it."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(home=tmp_path_factory.mktemp("home"))


def made(settings: Settings, name: str) -> tuple[City, Catalogue]:
    """A city whose sounds count as built, each two seconds long."""
    lengths = {item.key: 2.0 for item in all_items(settings).items}
    return load_city(settings.config, name), replace(load_catalogue(settings, name), lengths=lengths)


def trips(settings: Settings, name: str) -> dict[tuple[str, Way], Trip]:
    city, sounds = made(settings, name)
    found = trips_of(city, sounds, measure_city(settings, city, sounds))
    return {(trip.language, trip.figures[0].way): trip for trip in found}


def keys(trip: Trip) -> list[tuple[str, str]]:
    return [(piece.name, piece.key) for piece in trip.pieces if piece.key]


@pytest.mark.parametrize(
    ("name", "way", "pressed"),
    [
        ("da-nang", Way.REPORT, [("menu", "1"), (BEEP, "1"), ("cong-khai", "2")]),
        ("dong-thap", Way.REPORT, [("menu", "4"), (BEEP, "1"), ("cong-khai", "2")]),
        ("da-nang", Way.SILENT_REPORT, []),
        ("dong-thap", Way.BY_SENTENCE, [("menu", "4")]),
        ("da-nang", Way.AT_ONCE, [("chao", "1"), ("noi", "1")]),
    ],
)
def test_the_pieces_of_a_way_say_what_is_pressed_when(
    settings: Settings, name: str, way: Way, pressed: list[tuple[str, str]]
) -> None:
    found = trips(settings, name)
    assert keys(found["vi", way]) == pressed
    english, *rest = keys(found["en", way])
    assert english == ("chao" if way is Way.AT_ONCE else "tieng-anh", "9")
    assert rest == [("doi-tieng" if prompt == "chao" else prompt, key) for prompt, key in pressed]


def test_every_city_and_language_has_every_call(settings: Settings) -> None:
    for name in ("da-nang", "dong-thap", "hai-phong"):
        assert list(trips(settings, name)) == [(language, ways[0]) for language in ("vi", "en") for ways in CALLS]


def test_a_way_whose_sounds_are_not_built_is_no_call(settings: Settings) -> None:
    city, sounds = made(settings, "da-nang")
    estimated = measure_city(settings, city, replace(sounds, lengths={}))
    with pytest.raises(RuntimeError, match="no computed seconds"):
        list(trips_of(city, sounds, estimated))


def test_a_key_comes_after_all_that_its_command_plays_before_it() -> None:
    pieces = [
        Piece(name="chao", seconds=3.0),
        Piece(name="tieng-anh", seconds=1.5, key="9"),
        Piece(name="x", seconds=9),
    ]
    assert sound_until(pieces, 1, ["chao", "tieng-anh", "ghi-am"]) == pytest.approx(4.5)
    assert sound_until(pieces, 1, ["tieng-anh"]) == pytest.approx(1.5)
    with pytest.raises(ValueError, match="is played where"):
        sound_until(pieces, 1, ["khac", "tieng-anh"])


def test_a_call_that_heard_something_else_has_no_figure(settings: Settings) -> None:
    trip = trips(settings, "da-nang")["vi", Way.AT_ONCE]
    as_computed = [("chao", "tieng-anh", "ghi-am", "khan"), ("ghi-am-ngan",), ("noi",), (BEEP,)]
    assert differently(trip, as_computed) == []
    assert differently(trip, as_computed[:1]) == ["not heard: ghi-am-ngan", "not heard: noi"]
    assert differently(trip, [*as_computed, ("chua-nghe",)]) == ["not foreseen: chua-nghe"]


def sounds_of(settings: Settings, trip: Trip) -> tuple[Samples, Samples]:
    """The beep and the good-bye, as if they had been built."""
    beep = np.asarray(8000 * np.sin(2 * np.pi * 1000 * np.arange(2000) / 8000), dtype=np.int16)
    goodbye = np.asarray(np.random.default_rng(1022).standard_normal(16_000) * 3000, dtype=np.int16)
    for path, samples in ((settings.sounds / "beep", beep), (trip.sounds.sound("tam-biet", "vi").path, goodbye)):
        (settings.sounds / "vi").mkdir(parents=True, exist_ok=True)
        write_wav(settings.sounds / f"{path}.wav", samples)
    return beep, goodbye


def lived(trip: Trip, *parts: tuple[float, Samples], said: float | None) -> Lived:
    """A call that heard sounds, each from a moment after the answer on."""
    ear = Ear(keep_audio=True)
    for begins, samples in parts:
        alaw = to_alaw(samples)
        for place in range(0, len(alaw), 160):
            ear.take(alaw[place : place + 160], ANSWERED + begins + place / 8000)
    return Lived(trip=trip, ear=ear, answered=ANSWERED, said=said)


def test_beep_and_code_are_found_in_what_was_heard_and_speech_counts_nothing(settings: Settings) -> None:
    trip = trips(settings, "da-nang")["vi", Way.REPORT]
    beep, goodbye = sounds_of(settings, trip)
    answered_again = 26.0 + BEHIND_BEEP + SPOKEN
    call = lived(
        trip,
        (5.0, tone(20.0)),
        (26.0, beep),
        (answered_again + 0.1, tone(CODE)),
        (answered_again + 0.1 + CODE + 0.4, goodbye),
        said=ANSWERED + answered_again,
    )
    seconds = measure(call)
    assert seconds[Way.HEARD_OUT] == pytest.approx(26.0, abs=0.02)
    assert seconds[Way.REPORT] == pytest.approx(26.0 + BEEP_SECONDS + 0.1 + CODE, abs=0.02)


def test_without_a_beep_or_a_code_there_is_no_figure(settings: Settings) -> None:
    trip = trips(settings, "da-nang")["vi", Way.REPORT]
    beep, goodbye = sounds_of(settings, trip)
    with pytest.raises(WayLost, match="no beep"):
        measure(lived(trip, (5.0, tone(20.0)), (26.0, goodbye), said=ANSWERED + 27))
    with pytest.raises(WayLost, match="no good-bye"):
        measure(lived(trip, (5.0, tone(20.0)), (26.0, beep), (30.0, tone(5.0)), said=ANSWERED + 30))
    with pytest.raises(WayLost, match="no beep"):
        measure(lived(trip, (5.0, quiet(20.0)), said=None))
