"""Every word the rules can say is a sound that is built, under a name of plain letters."""

import re
from datetime import date, time, timedelta
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech import (
    FINAL,
    PAUSE,
    Language,
    count,
    spell_phone,
    spoken_date,
    spoken_time,
    vocabulary,
)
from ivr.speech.telex import telex

LANGUAGES: tuple[Language, ...] = ("vi", "en")


def names(language: Language) -> set[str]:
    return {sound.id for sound in vocabulary(language)} | {PAUSE}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_said_is_in_the_list_that_is_built(language: Language) -> None:
    days = (date(2024, 1, 1) + timedelta(days=offset) for offset in range(366 * 3))
    clocks = (time(minute // 60, minute % 60) for minute in range(24 * 60))
    used = set(
        chain(
            chain.from_iterable(count(value, language) for value in range(10_000)),
            chain.from_iterable(count(value * 1_000, language) for value in range(10_000)),
            chain.from_iterable(spoken_date(day, language) for day in days),
            chain.from_iterable(spoken_time(clock, language) for clock in clocks),
            spell_phone("+123456789", language),
        )
    )
    assert used <= names(language)
    mid_or_final = {word.removesuffix(FINAL) for word in used}
    assert {word.removesuffix(FINAL) for word in names(language)} - mid_or_final <= {PAUSE}, "words nobody says"


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.integers(0, 999_999_999))
def test_any_count_uses_built_words_and_ends_finally(language: Language, value: int) -> None:
    words = count(value, language)
    assert set(words) <= names(language)
    assert [word.endswith(FINAL) for word in words].index(True) == len(words) - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_plain_and_their_own(language: Language) -> None:
    sounds = vocabulary(language)
    assert len({sound.id for sound in sounds}) == len(sounds)
    assert len({sound.phrase for sound in sounds}) * 2 == len(sounds)
    assert all(re.fullmatch(r"[a-z-]+", sound.id) for sound in sounds)
    assert sum(sound.final for sound in sounds) * 2 == len(sounds)


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("một", "mootj"),
        ("mốt", "moots"),
        ("tư", "tuw"),
        ("mươi", "muwowi"),
        ("mười", "muwowif"),
        ("đường", "dduwowngf"),
    ],
)
def test_telex(word: str, typed: str) -> None:
    assert telex(word) == typed
