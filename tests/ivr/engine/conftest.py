"""What tests of the engine share: a city of the tests' own on a scripted phone, so that no shipped menu decides."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.city.city import City, load_city
from ivr.prompts import Catalogue, load_catalogue
from ivr.settings import Settings
from ivr.testing.scripted import ScriptedHotline, whole_menu

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def engine_city(base_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Catalogue]:
    """The city of ``tests/flows/good/du`` and its prompts."""
    config = tmp_path_factory.mktemp("engine") / "config"
    (config / "cities").mkdir(parents=True)
    (config / "prompts").symlink_to(ROOT / "config" / "prompts")
    shutil.copytree(ROOT / "tests" / "flows" / "good" / "du", config / "cities" / "du")
    return load_city(config, "du"), load_catalogue(base_settings.model_copy(update={"config": config}), "du")


@pytest.fixture
def new_hotline(tmp_path: Path, engine_city: tuple[City, Catalogue]) -> Callable[..., ScriptedHotline]:
    """Makes a hotline with settings of its own; its menu is :func:`ivr.testing.scripted.whole_menu`."""

    def make(**given: object) -> ScriptedHotline:
        hotline = ScriptedHotline(tmp_path, *engine_city, **given)
        hotline.walk(*whole_menu())
        return hotline

    return make


@pytest.fixture
def hotline(new_hotline: Callable[..., ScriptedHotline]) -> ScriptedHotline:
    return new_hotline()
