"""The three cities as they are built: in both languages no caller waits longer than the limits allow."""

import shutil
from pathlib import Path

import pytest

from ivr.city.city import load_city
from ivr.city.seconds.check import measure_built, past_limits
from ivr.city.seconds.limits import Limits, Way
from ivr.prompts.lengths import synthetic_lengths
from ivr.settings import load_settings
from ivr.testing import need

CITIES = ["da-nang", "dong-thap", "hai-phong"]
DECIDED = {
    ("dong-thap", Way.BY_SENTENCE),  # reports are key 4 by the province's letter
    ("hai-phong", Way.BY_SENTENCE),  # four subjects by the city's decision, key 4 with an instruction of its own
    ("hai-phong", Way.HEARD_OUT),
    ("hai-phong", Way.REPORT),
}
"""What a city has decided to allow more seconds for."""


@pytest.fixture(scope="module")
def lengths() -> dict[str, float]:
    """Seconds of every sound of the synthetic voice, built where they are not in the cache."""
    for program in ("espeak-ng", "sox"):
        need(shutil.which(program), f"{program} is not installed (make setup installs it)")
    return synthetic_lengths(load_settings())


@pytest.mark.parametrize("name", CITIES)
def test_no_caller_waits_longer_than_the_limits(name: str, lengths: dict[str, float], tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, voice_pack=None)
    city = load_city(settings.config, name)
    figures = measure_built(settings, city, lengths)
    assert {(figure.language, figure.way) for figure in figures} == {
        (spoken, way) for spoken in ("vi", "en") for way in Way
    }
    assert all(figure.measured for figure in figures)
    assert past_limits(city, figures, warning=False) == []


@pytest.mark.parametrize("name", CITIES)
def test_a_city_allows_more_only_where_it_has_decided_to(name: str) -> None:
    own, usual = load_city(load_settings().config, name).seconds, Limits()
    more = {(name, way) for way in Way for spoken in ("vi", "en") if own.of(way, spoken) > usual.of(way, spoken)}
    assert more <= DECIDED
