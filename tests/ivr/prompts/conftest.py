"""A small configuration of our own, a home, and a cache of these tests."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.settings import Settings
from ivr.testing import need

Write = Callable[[str, str], Path]
"""Writes a file below the configuration folder."""

GREETING = """
[chao]
vi = { text = "Đây là Tổng đài 1022.", say = "Đây là Tổng đài một không hai hai." }
en = { text = "This is hotline 1022.", say = "This is hotline one zero two two." }
[khan]
vi = "Trường hợp khẩn cấp, xin gác máy."
en = "In an emergency, hang up."
[ghi-am]
vi = "Để biết thêm, nhấn phím 7."
en = "To learn more, press 7."
[tieng-anh]
vi = { text = "For English, press 9.", voice = "en" }
en = { text = "Tiếng Việt, nhấn phím 9.", voice = "vi" }
"""


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one test has built the next need not build again."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _cache(shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, text: str) -> Path:
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return put


@pytest.fixture
def settings(tmp_path: Path, write: Write) -> Settings:
    """Two cities: ``bien`` with nothing of its own, ``nui`` with its own greeting."""
    write("prompts/greeting.toml", GREETING)
    write("cities/bien/city.toml", "")
    write("cities/nui/city.toml", "")
    write("cities/nui/prompts.toml", '[chao]\nvi = "Đây là tổng đài vùng núi."\nen = "This is the mountain hotline."\n')
    return Settings(home=tmp_path / "home", config=tmp_path / "config", voice_pack=None)


@pytest.fixture
def voice() -> None:
    """The programs that make sounds: a visible skip where they are missing, a failure in CI."""
    for program in ("espeak-ng", "sox"):
        need(shutil.which(program), f"{program} is not installed (make setup installs it)")
