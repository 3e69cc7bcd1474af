"""Folding, codes and numbers, with the examples of the domain."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.model.code import display, find_code, is_valid, make_code
from ivr.model.numbers import displayed, last_four, masked, normalise
from ivr.model.text import clean, fold, search_terms


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("đường Nguyễn Trãi", "duong nguyen trai"),
        ("ĐƯỜNG NGUYỄN TRÃI", "duong nguyen trai"),
        ("Hoà", "hoa"),
        ("Hòa", "hoa"),
        ("Thuỷ, Thủy", "thuy thuy"),
        ("kiệt 12/3  K.Hải Châu", "kiet 12 3 k hai chau"),
        ("100%_ngập", "100 ngap"),
        ("", ""),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_fold_is_stable_and_safe_in_like(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert not set(folded) & set("%_\\'\n")


def test_search_terms_are_words_and_phrases() -> None:
    assert search_terms('  ngập "Nguyễn Trãi" đường ngập ') == ["ngap", "nguyen trai", "duong"]
    assert search_terms("% _ ''") == []


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("Nguyễn\r\nVăn\x00 A", "Nguyễn Văn A"),
        ("\u202eABC\u200f", "ABC"),
        ("An\x00An\u2028An\x85", "An An An"),
        ("a\ud800b", "ab"),
        ("Hoa\u0300", "Hoà"),
        ("x" * 5000, "x" * 20),
        ("😀", "😀"),
    ],
)
def test_clean(hostile: str, harmless: str) -> None:
    assert clean(hostile, 20) == harmless


@given(st.text(), st.booleans())
def test_what_is_clean_stays_as_it_is(text: str, lines: bool) -> None:
    kept = clean(text, 30, lines=lines)
    assert len(kept) <= 30
    assert clean(kept, 30, lines=lines) == kept
    assert not {unicodedata.category(sign) for sign in kept.replace("\n", "")} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_clean_keeps_lines_when_told() -> None:
    assert clean("một\r\nhai\tba\n", 100, lines=True) == "một\nhai ba"


def test_the_example_of_the_domain() -> None:
    assert make_code(2026, 4217) == "260042174"
    assert display("DN", "260042174") == "DN26-004217-4"
    assert is_valid("260042174")


def test_codes_that_citizens_hold_stay_valid() -> None:
    """The library's table is ours: another would turn every code given out into a wrong one."""
    digits = "".join(make_code(2026, number)[-1] for number in range(1, 101))
    assert digits == (
        "9453620170317598642258143679042068713597092154863367420958161230459789438617205586972013417509834269"
    )


@given(st.integers(0, 99), st.integers(1, 999_999), st.integers(0, 8), st.integers(1, 9))
def test_every_wrong_digit_and_every_swap_is_caught(year: int, number: int, place: int, shift: int) -> None:
    code = make_code(year, number)
    wrong = (int(code[place]) + shift) % 10
    assert not is_valid(f"{code[:place]}{wrong}{code[place + 1 :]}")
    if place < 8 and code[place] != code[place + 1]:
        assert not is_valid(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


@pytest.mark.parametrize("number", [0, -1, 1_000_000])
def test_numbers_outside_a_year_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="running number"):
        make_code(2026, number)


@pytest.mark.parametrize("text", ["260042174", "DN26-004217-4", "dn26 004217 4", " ĐT26.004217.4 "])
def test_a_typed_code_is_found(text: str) -> None:
    assert find_code(text) == "260042174"


@pytest.mark.parametrize("text", ["", "260042175", "26004217", "2600421744", "٢٦٠٠٤٢١٧٤", "Nguyễn Trãi 260042174"])
def test_what_is_no_code_is_none(text: str) -> None:
    assert find_code(text) is None
    assert not is_valid(text)


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("0905123456", "+84905123456"),
        ("0905 123-456", "+84905123456"),
        ("84905123456", "+84905123456"),
        ("+84905123456", "+84905123456"),
        ("0084905123456", "+84905123456"),
        ("905123456", "+84905123456"),
        ("02361022", "+842361022"),
        ("0551234567", "+84551234567"),
        ("+12025550123", "+12025550123"),
        ("101", "101"),
        ("1022", "1022"),
        ("sip:0905123456@10.0.0.1", "+84905123456"),
        ("SIPS:0905123456@10.0.0.1", "+84905123456"),
        ("tel:+84905123456", "+84905123456"),
        ("+84905123456;phone-context=+84", "+84905123456"),
        ("0905123456;cpc=ordinary@carrier.example", "+84905123456"),
        ("%2B84905123456", "+84905123456"),
        ("+840905123456", "+84905123456"),
        ("840905123456", "+84905123456"),
        ("00840905123456", "+84905123456"),
        ("+84-905-123-456", "+84905123456"),
        ("+84 (0) 905 123 456", "+84905123456"),
        ("19001022", "+8419001022"),
        ("02363881022", "+842363881022"),
        ("0014155550100", "+14155550100"),
        ("0000000000", None),
        ("00", None),
        ("+0000000", None),
        ("Restricted", None),
        ("asterisk", None),
        ("anonymous", None),
        ("", None),
        ("٠٩٠٥", None),
        ("0905123456\r\nX: y", None),
        ("9" * 19, None),
    ],
)
def test_normalise(raw: str, number: str | None) -> None:
    assert normalise(raw) == number


def test_shown_and_masked() -> None:
    assert displayed("+84905123456") == "0905 123 456"
    assert displayed("101") == "101"
    assert displayed("+12025550123") == "+1 202-555-0123"
    assert masked("+84905123456") == "0905 ••• 456"
    assert masked("101") == "•••1"
    assert last_four("+84905123456") == "3456"
    assert last_four("101") is None
    assert last_four(None) is None
