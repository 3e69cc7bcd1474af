"""Vietnamese numbers, dates and times against hand-checked tables and a second statement of the rules."""

import re
from datetime import date, datetime, time, timedelta

import pytest

from ivr.speech import (
    PAUSE,
    count,
    spell_code,
    spell_phone,
    spell_pin,
    spoken_date,
    spoken_moment,
    spoken_time,
    vocabulary,
)

PHRASES = {sound.id: sound.phrase for sound in vocabulary("vi")} | {PAUSE: "|"}


def said(words: list[str]) -> str:
    return " ".join(PHRASES[word] for word in words)


def stated_again(value: int) -> str:
    """0 to 9,999 by writing out every place and then rewriting it, as a school book explains it."""
    names = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
    places = dict(zip(("nghìn", "trăm", "mươi", ""), (names[int(sign)] for sign in f"{value:04}"), strict=True))
    text = " ".join(f"{name} {place}".strip() for place, name in places.items())
    rewriting = (
        (r"^không nghìn ", ""),
        (r"^không trăm không mươi ", ""),
        (r"^không trăm ", ""),
        (r"^(.+) không trăm không mươi không$", r"\1"),
        (r"không mươi không$", ""),
        (r"không mươi", "lẻ"),
        (r"một mươi", "mười"),
        (r"(mươi|mười) không$", r"\1"),
        (r"mươi một$", "mươi mốt"),
        (r"mươi bốn$", "mươi tư"),
        (r"(mươi|mười) năm$", r"\1 lăm"),
    )
    for pattern, replacement in rewriting:
        text = re.sub(pattern, replacement, text)
    return text.strip()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "không"),
        (1, "một"),
        (4, "bốn"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (91, "chín mươi mốt"),
        (100, "một trăm"),
        (101, "một trăm lẻ một"),
        (104, "một trăm lẻ bốn"),
        (105, "một trăm lẻ năm"),
        (110, "một trăm mười"),
        (111, "một trăm mười một"),
        (115, "một trăm mười lăm"),
        (121, "một trăm hai mươi mốt"),
        (555, "năm trăm năm mươi lăm"),
        (1000, "một nghìn"),
        (1001, "một nghìn không trăm lẻ một"),
        (1010, "một nghìn không trăm mười"),
        (1015, "một nghìn không trăm mười lăm"),
        (1024, "một nghìn không trăm hai mươi tư"),
        (1100, "một nghìn một trăm"),
        (2026, "hai nghìn không trăm hai mươi sáu"),
        (5005, "năm nghìn không trăm lẻ năm"),
        (9999, "chín nghìn chín trăm chín mươi chín"),
        (10_000, "mười nghìn"),
        (21_000, "hai mươi mốt nghìn"),
        (105_000, "một trăm lẻ năm nghìn"),
        (1_000_000, "một triệu"),
        (1_000_001, "một triệu không trăm lẻ một"),
        (1_005_000, "một triệu không trăm lẻ năm nghìn"),
        (1_050_105, "một triệu không trăm năm mươi nghìn một trăm lẻ năm"),
        (
            999_999_999,
            "chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín",
        ),
    ],
)
def test_counts_by_hand(value: int, words: str) -> None:
    assert said(count(value, "vi")) == words


def test_every_count_to_9999_agrees_with_the_rules_stated_again() -> None:
    wrong = {
        value: (said(count(value, "vi")), stated_again(value))
        for value in range(10_000)
        if said(count(value, "vi")) != stated_again(value)
    }
    assert wrong == {}


def test_every_count_to_9999_is_its_own() -> None:
    assert len({tuple(count(value, "vi")) for value in range(10_000)}) == 10_000


@pytest.mark.parametrize("value", [-1, 1_000_000_000])
def test_counts_beyond_the_words_are_refused(value: int) -> None:
    with pytest.raises(ValueError, match="999999999"):
        count(value, "vi")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 1, 1), "ngày mùng một tháng một năm hai nghìn không trăm hai mươi sáu"),
        (date(2026, 4, 4), "ngày mùng bốn tháng tư năm hai nghìn không trăm hai mươi sáu"),
        (date(2026, 5, 5), "ngày mùng năm tháng năm năm hai nghìn không trăm hai mươi sáu"),
        (date(2026, 4, 10), "ngày mùng mười tháng tư năm hai nghìn không trăm hai mươi sáu"),
        (date(2026, 9, 11), "ngày mười một tháng chín năm hai nghìn không trăm hai mươi sáu"),
        (date(2026, 11, 14), "ngày mười bốn tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        (date(2026, 12, 15), "ngày mười lăm tháng mười hai năm hai nghìn không trăm hai mươi sáu"),
        (date(2026, 10, 21), "ngày hai mươi mốt tháng mười năm hai nghìn không trăm hai mươi sáu"),
        (date(2026, 2, 24), "ngày hai mươi tư tháng hai năm hai nghìn không trăm hai mươi sáu"),
        (date(2026, 3, 25), "ngày hai mươi lăm tháng ba năm hai nghìn không trăm hai mươi sáu"),
        (date(2030, 7, 31), "ngày ba mươi mốt tháng bảy năm hai nghìn không trăm ba mươi"),
    ],
)
def test_dates_by_hand(day: date, words: str) -> None:
    assert said(spoken_date(day, "vi")) == words


def test_every_day_of_a_leap_year() -> None:
    """366 days: mùng exactly on 1-10, tháng tư, and each word comes from the rules for counts."""
    for offset in range(366):
        day = date(2028, 1, 1) + timedelta(days=offset)
        match = re.fullmatch(r"ngày (mùng )?(.+) tháng (.+)", said(spoken_date(day, "vi", year=False)))
        assert match is not None
        assert bool(match[1]) == (day.day <= 10)
        assert match[2] == stated_again(day.day)
        assert match[3] == ("tư" if day.month == 4 else stated_again(day.month))


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        (time(0, 0), "không giờ"),
        (time(7, 30), "bảy giờ ba mươi phút"),
        (time(17, 0), "mười bảy giờ"),
        (time(4, 5), "bốn giờ năm phút"),
        (time(21, 15), "hai mươi mốt giờ mười lăm phút"),
    ],
)
def test_times_by_hand(clock: time, words: str) -> None:
    assert said(spoken_time(clock, "vi")) == words


def test_a_moment_is_time_then_date() -> None:
    words = spoken_moment(datetime(2026, 4, 5, 17, 30), "vi", year=False)  # noqa: DTZ001 (a local civil time)
    assert said(words) == "mười bảy giờ ba mươi phút | ngày mùng năm tháng tư"


def test_codes_are_spelled_in_threes_with_plain_digits() -> None:
    assert said(spell_code("260042174", "vi")) == "hai sáu không | không bốn hai | một bảy bốn"
    assert said(spell_code("155144551", "vi")) == "một năm năm | một bốn bốn | năm năm một"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("0905123456", "không chín không năm | một hai ba | bốn năm sáu"),
        ("+84905123456", "không chín không năm | một hai ba | bốn năm sáu"),
        ("02361022", "không hai | ba sáu một | không hai hai"),
        ("+8562012345", "cộng tám năm sáu hai | không một hai | ba bốn năm"),
        ("114", "một một bốn"),
        ("1022", "một không hai hai"),
    ],
)
def test_phone_numbers(number: str, words: str) -> None:
    assert said(spell_phone(number, "vi")) == words


def test_a_pin_is_one_group_of_four() -> None:
    assert said(spell_pin("0415", "vi")) == "không bốn một năm"


@pytest.mark.parametrize("digits", ["", "26-004217", "12a", "١٢٣"])
def test_what_is_not_digits_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="digits only"):
        spell_code(digits, "vi")


def test_only_the_last_word_is_in_its_final_take() -> None:
    words = spell_code("260042174", "vi")
    assert [word.endswith("-f") for word in words] == [False] * (len(words) - 1) + [True]
