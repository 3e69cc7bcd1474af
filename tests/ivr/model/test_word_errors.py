"""Word error rate against hand-counted cases and the properties of a distance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.model.word_errors import word_errors

WORDS = st.lists(st.sampled_from(["tôi", "phản", "ánh", "đèn", "đường", "hỏng", "hoà", "hòa"]), max_size=12).map(
    " ".join
)


@pytest.mark.parametrize(
    ("reference", "heard", "errors"),
    [
        ("Tôi ở phường Hoà Khánh.", "tôi ở phường hòa khánh", 0),
        ("đèn đường hỏng", "đèn đường", 1),
        ("đèn đường hỏng", "đèn ở đường hỏng", 1),
        ("đèn đường hỏng", "đèn đỏ hỏng", 1),
        ("đèn đường hỏng", "", 3),
        ("", "đèn", 1),
    ],
)
def test_counted_by_hand(reference: str, heard: str, errors: int) -> None:
    assert word_errors(reference, heard).errors == errors


def test_rate_is_per_word_of_the_reference() -> None:
    assert word_errors("một hai ba bốn", "một hai ba").rate == 0.25
    assert word_errors("", "").rate == 0.0
    assert word_errors("", "gì đó").rate == 1.0


@given(WORDS, WORDS, WORDS)
def test_is_a_distance(a: str, b: str, c: str) -> None:
    assert word_errors(a, a).errors == 0
    assert word_errors(a, b).errors == word_errors(b, a).errors
    assert word_errors(a, c).errors <= word_errors(a, b).errors + word_errors(b, c).errors
