"""Seconds past their limit: a fault for who writes a menu, a warning for recordings and for a hotline that runs."""

import shutil
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.city.city import load_city, read_city
from ivr.city.seconds.check import warnings_of
from ivr.city.seconds.limits import Limits, Way
from ivr.commands.doctor import line
from ivr.doctor.seconds import check_seconds
from ivr.prompts import store
from ivr.prompts.items import all_items
from ivr.prompts.lengths import built_lengths
from ivr.settings import Settings
from ivr.supervisor import preparation

ROOT = Path(__file__).resolve().parents[3]
CONFIG = ROOT / "config"


def built(settings: Settings, seconds: float) -> Settings:
    """A home whose sounds, by its manifest, take so long each."""
    items = all_items(settings).items
    made = {item.key: store.Built(digest=item.digest(), seconds=seconds) for item in items}
    store.write_manifest(settings.sounds, made)
    return settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TONGDAI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TONGDAI_CONFIG", str(CONFIG))
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    return Settings(home=tmp_path / "home", config=CONFIG, voice_pack=None)


def test_the_limits_are_those_of_the_house_unless_a_city_decides_otherwise(tmp_path: Path) -> None:
    limits = Limits()
    assert [limits.of(way, "vi") for way in Way] == [12, 30, 40, 22, 6, 60, 95]
    assert [limits.of(way, "en") for way in Way] == [12, 36, 46, 28, 6, 66, 101]
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    city_file = config / "cities" / "da-nang" / "city.toml"
    own = city_file.read_text(encoding="utf-8").partition("[seconds]")[0]
    city_file.write_text(f"{own}\n[seconds]\nheard_out = {{ vi = 34, en = 38.5 }}\nsilent = 44\n", encoding="utf-8")
    decided = load_city(config, "da-nang").seconds
    assert (decided.of(Way.HEARD_OUT, "vi"), decided.of(Way.HEARD_OUT, "en")) == (34, 38.5)
    assert (decided.of(Way.SILENT, "vi"), decided.of(Way.SILENT, "en")) == (44, 44)
    assert decided.of(Way.GREETING, "vi") == 12


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("heard_out = -1", "seconds.heard_out.vi: "),
        ('heard_out = "34"', "seconds.heard_out: must be a table"),
        ("heard_out = { vi = 34 }", "seconds.heard_out.en: is missing"),
        ("heard = 34", "seconds.heard: there is no such setting"),
    ],
)
def test_a_wrong_limit_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, complaint: str) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    city_file = config / "cities" / "da-nang" / "city.toml"
    own = city_file.read_text(encoding="utf-8").partition("[seconds]")[0]
    city_file.write_text(f"{own}\n[seconds]\n{written}\n", encoding="utf-8")
    city, faults = read_city(config, "da-nang")
    assert city is None
    assert any(str(fault).startswith(f"da-nang/city.toml: {complaint}") for fault in faults), faults


@pytest.mark.parametrize("words", [["flow", "check"], ["prompts", "check"]])
def test_what_is_not_built_is_not_measured(
    settings: Settings, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 0
    said = capsys.readouterr().out
    for city in ("da-nang", "dong-thap", "hai-phong"):
        assert f"{city} (vi): seconds are not measured; run tongdai prompts build" in said


@pytest.mark.parametrize("words", [["flow", "check"], ["prompts", "check"]])
def test_short_prompts_pass_and_long_ones_are_a_fault(
    settings: Settings, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    built(settings, 0.1)
    assert main(words) == 0
    assert "da-nang (vi): ✓   0." in capsys.readouterr().out
    built(settings, 30.0)
    assert main(words) == 1
    said = capsys.readouterr().out
    assert "da-nang (vi): ✗ " in said
    (fault,) = [
        told for told in said.splitlines() if told.startswith("da-nang/city.toml: seconds.greeting: vi: greeting: ")
    ]
    assert "at most 12. Shorten: " in fault
    assert "chao 30.0" in fault


@pytest.mark.parametrize("words", [["flow", "check"], ["prompts", "check"]])
def test_of_a_persons_recordings_it_is_a_warning(
    settings: Settings, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TONGDAI_VOICE_PACK", str(settings.home / "pack"))
    built(settings, 30.0)
    assert main(words) == 0
    assert "da-nang/city.toml: warning: seconds.greeting: vi: " in capsys.readouterr().out


def test_a_text_that_was_changed_since_is_not_measured(settings: Settings) -> None:
    built(settings, 0.1)
    assert "vi/khan" in built_lengths(settings)
    manifest = store.read_manifest(settings.sounds)
    manifest["vi/khan"] = store.Built(digest="of another text", seconds=0.1)
    store.write_manifest(settings.sounds, manifest)
    assert built_lengths(settings).keys() == manifest.keys() - {"vi/khan"}


def test_a_hotline_that_runs_is_warned_and_answers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    built(settings, 30.0)
    assert all(fault.warning for fault in warnings_of(settings))
    monkeypatch.setattr(preparation.prompts, "build", lambda settings, say: None)
    said: list[str] = []
    preparation.build_prompts(settings, said.append)
    assert any(told.startswith("! da-nang/city.toml: warning: seconds.greeting: vi: ") for told in said)


def test_doctor_warns_without_a_failure(settings: Settings) -> None:
    (unbuilt,) = check_seconds(settings)
    assert (unbuilt.ok, unbuilt.warning) == (True, False)
    built(settings, 30.0)
    found = check_seconds(settings)
    assert all(finding.ok and finding.warning and finding.remedy for finding in found)
    assert line(found[0]).startswith("! seconds    da-nang/city.toml: seconds.greeting: vi: greeting")
    built(settings, 0.1)
    (fine,) = check_seconds(settings)
    assert line(fine) == "✓ seconds    nothing takes too long"
