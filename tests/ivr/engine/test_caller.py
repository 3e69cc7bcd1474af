"""What the network says about a caller is hostile until it is cleaned, at one place."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine import clean
from ivr.phone import Caller


def cleaned(name: str) -> str:
    return clean(Caller(number=name, name=name, called=name, uniqueid="1.1", linkedid="1.1", city="da-nang")).name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Nguyễn Văn An", "Nguyễn Văn An"),
        ("An\r\nEXEC System id", "An EXEC System id"),
        ("An\0An", "An An"),
        ("‮An‬", "An"),
        ("a" * 5000, "a" * 128),
        ("😀 ${SHELL(id)}", "😀 ${SHELL(id)}"),
        ("  An   An ", "An An"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("\u2028\u2029\x85", ""),
    ],
)
def test_a_name(given_name: str, kept: str) -> None:
    assert cleaned(given_name) == kept


@pytest.mark.uncounted  # the lines of the examples above, a hundred times
@given(st.text())
def test_nothing_harmful_is_left(name: str) -> None:
    kept = cleaned(name)
    assert len(kept) <= 128
    assert not {unicodedata.category(sign) for sign in kept} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert unicodedata.is_normalized("NFC", kept)
    assert cleaned(kept) == kept
