"""What tests of the engine share: one city on a scripted phone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.city.city import City
from ivr.prompts import Catalogue
from ivr.testing.scripted import ScriptedHotline


@pytest.fixture
def hotline(tmp_path: Path, get_city: Callable[[str], City], get_sounds: Callable[[str], Catalogue]) -> ScriptedHotline:
    return ScriptedHotline(tmp_path, get_city("da-nang"), get_sounds("da-nang"))
