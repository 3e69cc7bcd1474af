"""Number words are read back to the numbers they were spoken from, by the hotline's own rules of speaking."""

import pytest

from ivr.speech.vietnamese import WORDS, number
from transcription.numbers import find_count, find_digits, find_grouped_digits


def _spoken(value: int) -> list[str]:
    return [WORDS[sound] for sound in number(value)]


def test_every_count_to_9999_is_read_back() -> None:
    wrong = []
    for value in range(10_000):
        words = _spoken(value)
        count = find_count(words, 0)
        if count is None or (count.value, count.end) != (value, len(words)):
            wrong.append((value, " ".join(words), count))
    assert not wrong


@pytest.mark.parametrize("value", [10_000, 45_000, 200_000, 1_000_005, 2_500_000, 34_120_021, 999_999_999])
def test_large_counts_are_read_back(value: int) -> None:
    count = find_count(_spoken(value), 0)
    assert count is not None
    assert count.value == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("hai mươi nhăm", 25),
        ("ba mươi tư", 34),
        ("một trăm linh năm", 105),
        ("một trăm lẻ tư", 104),
        ("hai trăm rưỡi", 250),
        ("hai triệu rưỡi", 2_500_000),
        ("một ngàn rưỡi", 1_500),
        ("hai nghìn không trăm linh năm", 2005),
        ("bẩy mươi bẩy", 77),
        ("năm tỷ", 5_000_000_000),
    ],
)
def test_spoken_variants(words: str, value: int) -> None:
    count = find_count(words.split(), 0)
    assert count is not None
    assert (count.value, count.end) == (value, len(words.split()))


@pytest.mark.parametrize("words", ["", "đường", "mươi", "trăm", "linh năm", "rưỡi"])
def test_no_count_begins_here(words: str) -> None:
    assert find_count(words.split(), 0) is None


def test_years_are_not_the_unit_of_a_ten() -> None:
    count = find_count(["hai", "mươi", "năm"], 0)
    assert count is not None
    assert (count.value, count.end) == (20, 2)


def test_digits_leave_the_beginning_of_a_count() -> None:
    run = find_digits(["một", "hai", "ba", "mươi"], 0)
    assert run is not None
    assert (run.text, run.end) == ("12", 2)


def test_linking_word_is_a_nought_between_digits_only() -> None:
    run = find_digits(["chín", "linh", "năm"], 0)
    assert run is not None
    assert run.text == "905"
    cut = find_digits(["chín", "lẻ", "tẻ"], 0)
    assert cut is not None
    assert (cut.text, cut.end) == ("9", 1)


def test_telephone_in_groups() -> None:
    run = find_grouped_digits(["không", "chín", "mười", "hai", "ba", "mươi", "tư", "năm", "trăm"], 0)
    assert run is not None
    assert run.text == "091234500"
    assert find_grouped_digits(["đường"], 0) is None
