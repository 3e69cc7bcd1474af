"""City data as the console shows it: a changed file counts without a restart, a broken one takes only the names."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from console import cities as module
from console.cities import Cities
from ivr.model.civil import ZONE
from ivr.settings import load_settings

THURSDAY = datetime(2026, 10, 1, 9, 0, tzinfo=ZONE)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.0)
    folder = tmp_path / "config"
    shutil.copytree(load_settings(home=tmp_path).config, folder, ignore=shutil.ignore_patterns("*.conf"))
    return folder


def test_a_renamed_agency_shows_and_a_broken_file_leaves_its_id(config: Path) -> None:
    cities = Cities(config)
    agency, name = cities.get("da-nang").agencies("vi")[0]
    path = config / "cities" / "da-nang" / "agencies.toml"
    whole = path.read_text(encoding="utf-8")
    kept = cities.get("da-nang")
    assert cities.get("da-nang") is kept, "unchanged files are not read again"
    path.write_text(whole.replace(name, "Ban Quản lý mới"), encoding="utf-8")
    assert cities.get("da-nang").agency(agency, "vi") == "Ban Quản lý mới"
    path.write_text("[[", encoding="utf-8")
    assert cities.get("da-nang").agency(agency, "vi") == agency
    assert cities.get("da-nang").prompt("chao", "vi"), "its prompts are another file's"
    path.write_text(whole, encoding="utf-8")
    assert cities.get("da-nang").agency(agency, "vi") == name


def test_the_due_time_is_the_citys_rule(config: Path) -> None:
    words = Cities(config).get("da-nang")
    assert words.city is not None
    category = next(category for category in words.city.categories.values() if category.hours is not None)
    due = words.due(category.id, urgent=False, spoken_at=THURSDAY)
    assert due == words.city.find_due(category.id, urgent=False, at=THURSDAY)
    assert due is not None
    assert due > THURSDAY
    assert words.due(None, urgent=False, spoken_at=THURSDAY) is None
    assert Cities(config).get("nowhere").due(category.id, urgent=False, spoken_at=THURSDAY) is None
