"""English numbers, dates and times against hand-checked tables and a second statement of the rules."""

from datetime import date, datetime, time, timedelta

import pytest

from ivr.speech import PAUSE, count, spell_code, spell_phone, spoken_date, spoken_moment, spoken_time, vocabulary

PHRASES = {sound.id: sound.phrase for sound in vocabulary("en")} | {PAUSE: "|"}
UNITS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
UNITS += ["seventeen", "eighteen", "nineteen"]
TENS = dict(
    zip(range(20, 100, 10), ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], strict=True)
)


def said(words: list[str]) -> str:
    return " ".join(PHRASES[word] for word in words)


def stated_again(value: int) -> str:
    """0 to 9,999 by peeling the largest named number off."""
    if value == 0:
        return "zero"
    if value < 20:
        return UNITS[value - 1]
    if value < 100:
        return f"{TENS[value - value % 10]} {stated_again(value % 10) if value % 10 else ''}".strip()
    size, name = (1000, "thousand") if value >= 1000 else (100, "hundred")
    rest = value % size
    joint = "" if not rest else f" and {stated_again(rest)}" if rest < 100 else f" {stated_again(rest)}"
    return f"{stated_again(value // size)} {name}{joint}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (15, "fifteen"),
        (20, "twenty"),
        (42, "forty two"),
        (105, "one hundred and five"),
        (1001, "one thousand and one"),
        (2026, "two thousand and twenty six"),
        (9999, "nine thousand nine hundred and ninety nine"),
        (1_050_105, "one million fifty thousand one hundred and five"),
        (100_000_000, "one hundred million"),
    ],
)
def test_counts_by_hand(value: int, words: str) -> None:
    assert said(count(value, "en")) == words


def test_every_count_to_9999_agrees_with_the_rules_stated_again() -> None:
    wrong = [value for value in range(10_000) if said(count(value, "en")) != stated_again(value)]
    assert wrong == []


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 4, 1), "the first of April two thousand and twenty six"),
        (date(2026, 8, 22), "the twenty second of August two thousand and twenty six"),
        (date(2030, 12, 31), "the thirty first of December two thousand and thirty"),
    ],
)
def test_dates_by_hand(day: date, words: str) -> None:
    assert said(spoken_date(day, "en")) == words


def test_every_day_of_a_leap_year_has_its_own_words() -> None:
    days = [date(2028, 1, 1) + timedelta(days=offset) for offset in range(366)]
    assert len({said(spoken_date(day, "en", year=False)) for day in days}) == 366
    for day in days:
        assert said(spoken_date(day, "en", year=False)).endswith(f" of {day:%B}")


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        (time(0, 0), "midnight"),
        (time(12, 0), "noon"),
        (time(0, 20), "twelve twenty in the morning"),
        (time(7, 30), "seven thirty in the morning"),
        (time(17, 0), "five o'clock in the afternoon"),
        (time(21, 5), "nine oh five in the evening"),
    ],
)
def test_times_by_hand(clock: time, words: str) -> None:
    assert said(spoken_time(clock, "en")) == words


def test_a_moment_is_time_then_date() -> None:
    words = spoken_moment(datetime(2026, 4, 5, 17, 30), "en", year=False)  # noqa: DTZ001 (a local civil time)
    assert said(words) == "five thirty in the afternoon | the fifth of April"


def test_digits_are_spelled_in_threes() -> None:
    assert said(spell_code("260042174", "en")) == "two six zero | zero four two | one seven four"
    assert said(spell_phone("+14155550", "en")) == "plus one four | one five five | five five zero"
