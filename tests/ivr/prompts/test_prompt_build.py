"""Building: what comes out, what is built again, what a voice pack replaces, and what stops it."""

import subprocess
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ivr.prompts import PromptError, build, check, load_catalogue, melody, store
from ivr.prompts.items import all_items
from ivr.prompts.queue_sounds import MUSIC
from ivr.prompts.voice import LOUDNESS, PEAK, finish, wav
from ivr.settings import Settings, load_settings

Write = Callable[[str, str], Path]
pytestmark = pytest.mark.usefixtures("voice")


def samples_of(path: Path) -> np.ndarray:
    """A built file as numbers between -1 and 1; asserts the only form the hotline plays."""
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def recorded(path: Path, *, seconds: float = 1.0, rate: int = 44_100) -> Path:
    """A voice-pack file: a tone such as a studio may deliver."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tone = np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate) * 0.1
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.repeat(tone, 2) * 32767).astype("<i2").tobytes())
    return path


def quiet(_: str) -> None:
    """Progress that is not read."""


def test_everything_is_built_once(settings: Settings) -> None:
    lines: list[str] = []
    build(settings, lines.append)
    for city in ("bien", "nui"):
        assert load_catalogue(settings, city).missing(settings) == []
    assert lines[-1] == f"Prompts: {len(all_items(settings).items)} files ready."
    stamps = {path: path.stat().st_mtime_ns for path in settings.sounds.rglob("*.wav")}
    lines.clear()
    build(settings, lines.append)
    assert lines == []
    assert {path: path.stat().st_mtime_ns for path in settings.sounds.rglob("*.wav")} == stamps


def test_every_sound_is_levelled_and_its_length_known(settings: Settings) -> None:
    build(settings, quiet)
    manifest = store.read_manifest(settings.sounds)
    for key, built in manifest.items():
        samples = samples_of(settings.sounds / f"{key}.wav")
        assert built.seconds == pytest.approx(len(samples) / 8000, abs=0.001)
        if key.endswith("/pause"):
            assert not samples.any()
            continue
        assert np.max(np.abs(samples)) <= 10 ** (PEAK / 20) + 0.001
        if key == MUSIC:
            assert 10 * np.log10(np.mean(samples**2)) == pytest.approx(melody.LEVEL, abs=0.1)
            continue
        assert speaking_level(samples) == pytest.approx(LOUDNESS, abs=1.5), key


def speaking_level(samples: np.ndarray) -> float:
    """RMS in dBFS of the 20 ms frames within 30 dB of the loudest."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    power = np.mean(frames**2, axis=1)
    return float(10 * np.log10(np.mean(power[power > power.max() / 1000])))


def test_only_what_changed_is_built_again(settings: Settings, write: Write) -> None:
    build(settings, quiet)
    before = {path: path.stat().st_mtime_ns for path in settings.sounds.rglob("*.wav")}
    write(
        "cities/nui/prompts.toml", '[chao]\nvi = "Đây là tổng đài vùng biển."\nen = "This is the mountain hotline."\n'
    )
    build(settings, quiet)
    changed = [path for path, stamp in before.items() if path.stat().st_mtime_ns != stamp]
    assert changed == [settings.sounds / "nui/vi/chao.wav"]


def test_a_lost_file_comes_back_and_an_unneeded_one_goes(settings: Settings, write: Write) -> None:
    build(settings, quiet)
    lost = settings.sounds / "vi/khan.wav"
    lost.unlink()
    assert load_catalogue(settings, "bien").missing(settings) == [str(lost)]
    write("cities/nui/prompts.toml", "")
    build(settings, quiet)
    assert lost.exists()
    assert not (settings.sounds / "nui/vi/chao.wav").exists()


def test_a_second_home_is_served_from_the_cache(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(settings, quiet)
    monkeypatch.setenv("PATH", "")
    second = settings.model_copy(update={"home": tmp_path / "second"})
    build(second, quiet)
    assert (second.sounds / "vi/chao.wav").read_bytes() == (settings.sounds / "vi/chao.wav").read_bytes()


def test_a_broken_cached_sound_is_made_anew(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    build(settings, quiet)
    sound = settings.sounds / "vi/chao.wav"
    good = sound.read_bytes()
    cached = next(path for path in (tmp_path / "cache").rglob("*.wav") if path.read_bytes() == good)
    cached.write_bytes(good[:100])
    sound.unlink()
    build(settings, quiet)
    assert sound.read_bytes() == good


def test_without_a_voice_the_remedy_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(settings.home / "empty"))
    with pytest.raises(PromptError, match="apt-get install espeak-ng sox"):
        build(settings, quiet)


def test_the_voice_pack_wins(settings: Settings, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    recorded(pack / "vi/khan.wav", seconds=1.0)
    recorded(pack / "vi/words/mootj-f.wav", seconds=0.6)
    recorded(pack / "bien/vi/ghi-am.wav", seconds=2.0)
    with_pack = settings.model_copy(update={"voice_pack": pack})
    build(with_pack, quiet)
    bien, nui = load_catalogue(with_pack, "bien"), load_catalogue(with_pack, "nui")
    assert bien.sound("khan", "vi").seconds == pytest.approx(1.2, abs=0.05)
    assert bien.words(["mootj-f"], "vi")[0].seconds == pytest.approx(0.85, abs=0.05)
    assert bien.sound("ghi-am", "vi").path == str(settings.sounds / "bien/vi/ghi-am")
    assert bien.sound("ghi-am", "vi").seconds == pytest.approx(2.2, abs=0.05)
    assert nui.sound("ghi-am", "vi").path == str(settings.sounds / "vi/ghi-am")
    assert speaking_level(samples_of(settings.sounds / "vi/khan.wav")) == pytest.approx(LOUDNESS, abs=0.5)


@pytest.mark.parametrize(
    "content",
    [b"", b"ID3 an MP3 by another name", wav(np.zeros(8000)), wav(np.ones(800))[:30], b"RIFF\x00\x00\x00\x00WAVE"],
)
def test_a_broken_voice_pack_file_is_named(settings: Settings, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pack/vi/khan.wav"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(PromptError, match=r"pack/vi/khan\.wav: no sound can be read"):
        build(settings.model_copy(update={"voice_pack": tmp_path / "pack"}), quiet)


def test_however_long_a_greeting_is_it_is_built(settings: Settings, write: Write) -> None:
    """How long callers wait is the check's to judge; a hotline that runs answers all the same."""
    long = " ".join(["Kính chào ông bà"] * 30)
    write("cities/nui/prompts.toml", f'[chao]\nvi = "{long}"\nen = "Hello."')
    build(settings, quiet)
    assert check(settings) == []
    assert load_catalogue(settings, "nui").sound("chao", "vi").seconds > 20


def test_trimming_keeps_the_sound_and_the_tail() -> None:
    tone = np.sin(np.arange(8000) / 3) * 0.2
    finished = finish(np.concatenate([np.zeros(4000), tone, np.zeros(12_000)]), tail=0.5)
    assert len(finished) / 8000 == pytest.approx(1.5, abs=0.05)
    assert not finished[-4000:].any()


def test_the_real_prompts_of_all_cities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in config/ is fit to be spoken and built whole."""
    monkeypatch.delenv("XDG_CACHE_HOME")
    real = load_settings(home=tmp_path / "real", voice_pack=None)
    build(real, quiet)
    assert check(real) == []
    for name in (city.parent.name for city in real.config.glob("cities/*/city.toml")):
        assert load_catalogue(real, name).missing(real) == []


def test_asterisk_can_read_the_beep(settings: Settings) -> None:
    build(settings, quiet)
    info = subprocess.run(["soxi", settings.sounds / "beep.wav"], capture_output=True, text=True, check=True).stdout
    assert "8000" in info
    assert "16-bit" in info
    assert np.max(np.abs(samples_of(settings.sounds / "beep.wav"))) > 0.1


def test_another_citys_faulty_texts_stop_nobody_else(settings: Settings, write: Write) -> None:
    here = settings.model_copy(update={"city": "bien"})
    build(here, quiet)
    before = store.read_manifest(settings.sounds)
    write("cities/nui/prompts.toml", '[chao]\nvi = "UBND"\nen = "Welcome."\n')
    write("cities/bien/prompts.toml", '[them]\nvi = "Thêm"\nen = "More."\n')
    said: list[str] = []
    build(here, said.append)
    assert "nui/prompts.toml: [chao] vi: has abbreviations UBND: spell them" in said[0]
    after = store.read_manifest(settings.sounds)
    assert after.keys() - before.keys() == {"bien/vi/them", "bien/en/them"}
    assert (settings.sounds / "nui/vi/chao.wav").exists(), "it goes on as it was built"
    with pytest.raises(PromptError, match="UBND"):
        build(settings.model_copy(update={"city": "nui"}), quiet)
