"""The built Vietnamese words, put together as in a call, are understood by a recogniser that only hears the sound."""

import random
import wave
from datetime import date, time
from pathlib import Path

import numpy as np
import pytest

from ivr.prompts import build
from ivr.settings import Settings
from ivr.speech import PAUSE, count, spell_code, spell_phone, spoken_date, spoken_time, vocabulary
from transcription.model_folder import STARTER, Origin, read_model
from transcription.vosk_recogniser import VoskRecogniser

PHRASES = {sound.id: sound.phrase for sound in vocabulary("vi")}


def put_together(words: list[str], sounds: Path) -> np.ndarray:
    """The samples a caller hears, and a second of silence for the recogniser to end on."""
    parts = []
    for word in words:
        with wave.open(str(sounds / f"vi/words/{word}.wav")) as file:
            parts.append(np.frombuffer(file.readframes(file.getnframes()), "<i2"))
    return np.concatenate([*parts, np.zeros(8000, "<i2")])


@pytest.mark.usefixtures("voice")
def test_codes_counts_dates_and_times_are_understood(settings: Settings) -> None:
    build(settings, lambda _: None)
    recogniser = VoskRecogniser(read_model(STARTER, Origin.EMBEDDED))
    assert recogniser.rate == 8000
    digits = random.Random(1022)
    spoken = [
        *(spell_code("".join(digits.choices("0123456789", k=9)), "vi") for _ in range(15)),
        spell_phone("0905123456", "vi"),
        *(count(value, "vi") for value in (15, 21, 54, 105, 115, 1005, 2026, 4444, 9999)),
        *(spoken_date(date(2026, month, month * 2), "vi") for month in range(1, 13)),
        spoken_time(time(17, 30), "vi"),
    ]
    heard_right = 0
    for words in spoken:
        listening = recogniser.listen()
        listening.accept(put_together(words, settings.sounds))
        heard_right += listening.finish().text == " ".join(PHRASES[word] for word in words if word != PAUSE)
    assert heard_right >= len(spoken) - 1, f"only {heard_right} of {len(spoken)} were understood"
