"""Sounds as samples: espeak-ng speaks, sox brings that to 8 kHz, numpy trims and levels it."""

import io
import subprocess
import wave
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from ivr.prompts.errors import PromptError
from ivr.prompts.melody import compose
from ivr.prompts.sources import Item, Joined, Music, Quiet, Source, Speech, Tone, VoiceFile
from ivr.words import tr

RATE = 8000
LOUDNESS = -20.0
"""dBFS of the parts in which somebody speaks (RMS): what all prompts are levelled to."""
PEAK = -1.0
"""dBFS no sample passes."""
_FRAME = RATE // 50
_SPEAKING = 30.0
"""dB below the loudest frame down to which a frame counts as speech for the level …"""
_AUDIBLE = 45.0
"""… and as sound for the trimming."""

Samples = NDArray[np.float64]


def render(item: Item) -> bytes:
    """The item as a WAV file: 8 kHz, mono, 16 bit. PromptError when a program or a recorded file fails."""
    return wav(_samples(item.source))


def wav(samples: Samples) -> bytes:
    """Samples between -1 and 1 as a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes())
    return buffer.getvalue()


def _samples(source: Source) -> Samples:
    match source:
        case Speech():
            return finish(_to_8k(_speak(source)), tail=source.tail)
        case VoiceFile():
            return _recorded(source)
        case Quiet():
            return np.zeros(int(source.seconds * RATE))
        case Tone():
            time = np.arange(int(source.seconds * RATE)) / RATE
            return _faded(np.sin(2 * np.pi * source.hertz * time) * 10 ** (LOUDNESS / 20) * 2**0.5)
        case Music():
            return compose()
        case Joined():
            return np.concatenate([_samples(part) for part in source.parts])
        case _:
            assert_never(source)


def _speak(speech: Speech) -> bytes:
    command = ["espeak-ng", "-v", speech.voice, "-s", str(speech.speed), "-b", "1", "--stdin", "--stdout"]
    return _run(command, speech.words.encode())


def _recorded(take: VoiceFile) -> Samples:
    from ivr.prompts.recorded import read_recording  # only a voice pack needs a decoder

    try:
        return finish(read_recording(take.path.read_bytes()).at_telephone_rate(), tail=take.tail)
    except (PromptError, OSError, ValueError) as error:
        raise PromptError(
            tr(
                f"{take.path}: không phải tệp âm thanh nghe được ({error}). Ghi lại thành WAV hoặc bỏ tệp này đi.",
                f"{take.path}: no sound can be read from it ({error}). Record it again as WAV or take it away.",
            )
        ) from error


def _to_8k(sound: bytes) -> Samples:
    """What the synthetic voice said as 8 kHz samples; ``-D`` (no dither) makes the same text the same file."""
    raw = ["-t", "raw", "-r", str(RATE), "-c", "1", "-b", "16", "-e", "signed-integer"]
    command = ["sox", "-D", "-V1", "--ignore-length", "-t", "wav", "-", *raw, "-"]
    return np.frombuffer(_run(command, sound), dtype="<i2").astype(np.float64) / 32768


def _run(command: list[str], given: bytes) -> bytes:
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=120, check=False)
    except FileNotFoundError as error:
        raise PromptError(
            tr(
                f"Không có chương trình {command[0]}. Cài đặt: sudo apt-get install espeak-ng sox.",
                f"The program {command[0]} is missing. Install it: sudo apt-get install espeak-ng sox.",
            )
        ) from error
    if done.returncode != 0:
        raise PromptError(f"{command[0]}: {done.stderr.decode(errors='replace').strip() or done.returncode}")
    return done.stdout


def finish(samples: Samples, *, tail: float) -> Samples:
    """Trimmed at both ends, levelled to one loudness, with ``tail`` seconds of quiet after; ValueError if silent."""
    if not samples.size or np.max(np.abs(samples)) < 1e-3:
        raise ValueError(tr("không có tiếng", "it is silent"))
    trimmed = _faded(_trimmed(samples - samples.mean()))
    return np.concatenate([_levelled(trimmed), np.zeros(int(tail * RATE))])


def _loudness(samples: Samples) -> Samples:
    """dB of each 20 ms."""
    frames = np.pad(samples, (0, -len(samples) % _FRAME)).reshape(-1, _FRAME)
    loudness: Samples = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    return loudness


def _trimmed(samples: Samples) -> Samples:
    start, end = sounding_part(samples)
    return samples[start:end]


def sounding_part(samples: Samples) -> tuple[int, int]:
    """The first sample that is heard and the end of what is; the rest is silence."""
    loudness = _loudness(samples)
    audible = np.flatnonzero(loudness > loudness.max() - _AUDIBLE)
    return max(0, int(audible[0]) - 1) * _FRAME, min(len(samples), (int(audible[-1]) + 2) * _FRAME)


def speaking_level(samples: Samples) -> float:
    """RMS of the parts in which somebody speaks, in dBFS."""
    loudness = _loudness(samples)
    speaking = loudness[loudness > loudness.max() - _SPEAKING]
    return float(10 * np.log10(np.mean(10 ** (speaking / 10))))


def _levelled(samples: Samples) -> Samples:
    level = speaking_level(samples)
    ceiling = 20 * np.log10(np.max(np.abs(samples)))
    levelled: Samples = samples * 10 ** (min(LOUDNESS - level, PEAK - ceiling) / 20)
    return levelled


def _faded(samples: Samples) -> Samples:
    """5 ms in and out, so that words put together do not click."""
    length = min(RATE // 200, len(samples) // 2)
    ramp = np.linspace(0, 1, length)
    faded = samples.copy()
    faded[:length] *= ramp
    faded[len(faded) - length :] *= ramp[::-1]
    return faded
