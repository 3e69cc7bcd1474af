"""One spelling: different ways of writing the same syllable compare equal, different syllables stay apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.model.spelling import canonical, canonical_syllable

SAME = [
    ("hoà", "hòa"), ("thuỷ", "thủy"), ("khoẻ", "khỏe"), ("uỷ", "ủy"), ("hoạ", "họa"), ("xoè", "xòe"), ("thuý", "thúy"),
    ("hòan", "hoàn"), ("khoét", "khóet"), ("hùynh", "huỳnh"), ("qúy", "quý"), ("oái", "óai"), ("ngọai", "ngoại"),
    ("gía", "giá"), ("khủyu", "khuỷu"),
]  # fmt: skip
FIXED = [
    "đường",
    "quý",
    "quốc",
    "nguyễn",
    "người",
    "gì",
    "giếng",
    "quyết",
    "khuya",
    "ổ",
    "yêu",
    "oanh",
    "mười",
    "lăm",
    "kỹ",
    "ủy",
    "hòa",
    "mía",
    "của",
    "quả",
    "già",
    "nghĩa",
    "ý",
    "á",
]


@pytest.mark.parametrize(("variant", "other"), SAME)
def test_variants_are_one_word(variant: str, other: str) -> None:
    assert canonical_syllable(variant) == canonical_syllable(other)


@pytest.mark.parametrize("word", FIXED)
def test_right_spelling_stays(word: str) -> None:
    assert canonical_syllable(word) == word


def test_different_tones_stay_apart() -> None:
    assert len({canonical_syllable(word) for word in ("hoa", "hòa", "hóa", "hỏa", "họa")}) == 5


def test_foreign_words_are_left_alone() -> None:
    assert canonical("Café Karaoke, Wi-Fi!") == "café karaoke wi fi"


def test_sentence_loses_case_punctuation_and_bytes() -> None:
    decomposed = unicodedata.normalize("NFD", "Đường Hoà Bình, số 5.")
    assert canonical(decomposed) == "đường hòa bình số 5"


@given(st.text(max_size=40))
def test_canonical_is_a_fixed_point_whatever_comes(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.lists(st.sampled_from([word for pair in SAME for word in pair] + FIXED), max_size=12))
def test_composed_and_decomposed_are_equal(words: list[str]) -> None:
    text = " ".join(words)
    assert canonical(unicodedata.normalize("NFD", text)) == canonical(unicodedata.normalize("NFC", text))
