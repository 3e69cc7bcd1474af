"""Codes, phone numbers, counts, dates and times as lists of word sounds that were built beforehand."""

from ivr.speech.speak import (
    count,
    spell_code,
    spell_phone,
    spell_pin,
    spoken_date,
    spoken_moment,
    spoken_time,
)
from ivr.speech.vocabulary import FINAL, PAUSE, Language, WordSound, counted, digit_words, vocabulary

__all__ = [
    "FINAL",
    "PAUSE",
    "Language",
    "WordSound",
    "count",
    "counted",
    "digit_words",
    "spell_code",
    "spell_phone",
    "spell_pin",
    "spoken_date",
    "spoken_moment",
    "spoken_time",
    "vocabulary",
]
