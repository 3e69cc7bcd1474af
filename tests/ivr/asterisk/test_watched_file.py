"""Who looks at a growing recording ends it when nothing is heard, and only then."""

from pathlib import Path

import numpy as np
import pytest

from ivr.asterisk.watched_file import SilenceWatch, is_closed, quiet_at_end
from ivr.recordings.g711 import decode_alaw
from ivr.recordings.machine_tones import FRAME, LEAST_SECONDS, ToneMeter
from ivr.recordings.sound import SOUNDING, loudness
from ivr.recordings.soundfiles import encode_alaw
from ivr.recordings.takes import BUFFER
from ivr.simulator.sounds import quiet, spoken, tone, write_wav

BLOCK = BUFFER / 8000
"""Seconds of A-law in one block that Asterisk writes."""


class Recording:
    """A file that grows block by block as Asterisk writes it, and the clock beside it."""

    def __init__(self, path: Path, silence: float = 8.0) -> None:
        self.path, self.now, self.ends = path, 100.0, 0
        self._unwritten = b""
        self.watch = SilenceWatch(path, silence=silence, end=self._end, clock=lambda: self.now)

    def _end(self) -> None:
        self.ends += 1

    def hear(self, sound: np.ndarray | None, seconds: float) -> None:  # type: ignore[type-arg]
        """Seconds of a sound, or of nothing at all; the watch looks every second."""
        for _ in range(round(seconds)):
            self.now += 1
            if sound is not None:
                self._unwritten += encode_alaw(sound)
            whole = len(self._unwritten) // BUFFER * BUFFER
            if whole:
                with self.path.open("ab") as file:
                    file.write(self._unwritten[:whole])
                self._unwritten = self._unwritten[whole:]
            self.watch.look()

    def hear_all(self, samples: np.ndarray) -> None:  # type: ignore[type-arg]
        """All of a sound, a second at a time."""
        for begin in range(0, len(samples), 8000):
            self.hear(samples[begin : begin + 8000], 1)


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return Recording(tmp_path / "a.1.alaw")


@pytest.mark.parametrize("before", [0, 3, 20])
@pytest.mark.parametrize("silent", [quiet(1), None], ids=["silence", "nothing"])
def test_silence_ends_it_once_and_within_a_block(recording: Recording, before: int, silent: object) -> None:
    recording.hear(tone(1), before)
    recording.hear(silent, 7)  # type: ignore[arg-type]
    assert recording.ends == 0
    recording.hear(silent, 1 + BLOCK + 1)  # type: ignore[arg-type]
    assert recording.ends == 1
    recording.hear(silent, 30)  # type: ignore[arg-type]
    assert recording.ends == 1


@pytest.mark.parametrize("cadence", [(0.5, 0.5), (0.2, 0.3), (1.0, 4.0), (5.0, 0.0)])
@pytest.mark.parametrize("offset", [0, 300])
def test_tones_of_a_machine_are_nobody(recording: Recording, cadence: tuple[float, float], offset: int) -> None:
    """Nor are they on a line whose silence has a steady offset."""
    on, off = cadence
    at = np.arange(round(on * 8000)) / 8000
    once = np.concatenate([(4000 * np.sin(2 * np.pi * 425 * at)).astype(np.int16), quiet(off)]) + np.int16(offset)
    busy = np.tile(once, round(40 / (on + off)))
    recording.hear(tone(1), 5)
    recording.hear_all(busy[: 6 * 8000])
    assert recording.ends == 0
    recording.hear_all(busy[6 * 8000 :])
    assert recording.ends == 1


@pytest.mark.parametrize("voice", ["vi", "vi-vn-x-south", "vi+f3"])
def test_no_voice_is_nobody(recording: Recording, voice: str) -> None:
    said = spoken("Tôi muốn phản ánh đèn đường ở kiệt bốn mươi lăm bị hỏng từ tuần trước, buổi tối rất tối.", voice)
    recording.hear_all(np.tile(said, 8))
    assert recording.ends == 0


def test_a_pause_is_not_the_end(recording: Recording) -> None:
    for silent in (quiet(1), None, quiet(1), None):
        recording.hear(tone(1), 5)
        recording.hear(silent, 7)
    recording.hear(tone(1), 5)
    assert recording.ends == 0


def test_where_asterisk_listens_for_silence_only_a_line_that_sends_nothing_is_ended(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "a.1.wav")
    recording.path.write_bytes(bytes(44))
    for _ in range(20):
        recording.now += 1
        with recording.path.open("ab") as file:
            file.write(bytes(16000))
        recording.watch.look()
    assert recording.ends == 0
    recording.hear(None, 12)
    assert recording.ends == 1


def test_quiet_is_counted_by_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "a.1.alaw"
    assert quiet_at_end(path, 5.0) == 5.0
    path.write_bytes(encode_alaw(np.concatenate([tone(3), quiet(1)])))
    assert quiet_at_end(path, 9.0) == pytest.approx(6.0, abs=0.05)
    path.write_bytes(encode_alaw(quiet(4)))
    assert quiet_at_end(path, 9.0) == 9.0


def test_what_asterisk_tells_ends_it_but_not_for_silence_before_it_began(recording: Recording, tmp_path: Path) -> None:
    told = False
    watch = SilenceWatch(
        tmp_path / "b.1.alaw", silence=8.0, end=recording._end, silent=lambda: told, clock=lambda: recording.now
    )
    recording.now += 7
    told = True
    watch.look()
    assert recording.ends == 0, "the caller may have been silent in the question before it"
    recording.now += 1
    watch.look()
    watch.look()
    assert recording.ends == 1


def test_a_closed_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.asterisk.watched_file.CLOSING", 0.1)
    monkeypatch.setattr("ivr.asterisk.watched_file.STANDS_STILL", 0.05)
    path = tmp_path / "a.1.alaw"
    assert is_closed(path), "nothing was begun"
    path.write_bytes(bytes(8000))
    assert is_closed(path), "it stands still, and ends within a block"
    path.write_bytes(bytes(BUFFER))
    assert not is_closed(path), "whole blocks alone: who wrote them died"
    assert is_closed(path, runs_on=lambda: True), "it did not"
    path.write_bytes(bytes(8000))
    assert is_closed(path, 8000)
    assert not is_closed(path, 8001), "a block is not written yet"
    assert is_closed(tmp_path / "b.1.wav", 0)
    write_wav(tmp_path / "c.1.wav", tone(1))
    assert is_closed(tmp_path / "c.1.wav", 8000)


@pytest.mark.parametrize("before", ["voice", "tone"])
def test_what_it_counts_as_silence_is_what_the_whole_recording_says(tmp_path: Path, before: str) -> None:
    """It judges only what came after the last moment of a voice: a voice, then a busy line, then somebody again."""
    said = spoken("Tôi muốn phản ánh đèn đường ở kiệt bốn mươi lăm bị hỏng.") if before == "voice" else tone(4)
    at = np.arange(4000) / 8000
    busy = np.tile(np.concatenate([(4000 * np.sin(2 * np.pi * 425 * at)).astype(np.int16), quiet(0.5)]), 6)
    sound = np.concatenate([said, quiet(2), busy, said, busy[:20_000], quiet(1.5), said[:9000], busy])
    recording = Recording(tmp_path / "a.1.alaw", silence=60)
    for end in range(BUFFER, len(sound), BUFFER):
        recording.hear_all(sound[end - BUFFER : end])
        tones = ToneMeter(rate=8000)
        whole = decode_alaw(recording.path.read_bytes())
        tones.feed(whole)
        voice = (loudness(whole, 8000) >= SOUNDING) & ~tones.frames()[: len(whole) // 160]
        silent = len(voice) - 1 - np.flatnonzero(voice)[-1]
        assert recording.watch.quiet == pytest.approx(silent * FRAME, abs=LEAST_SECONDS)
