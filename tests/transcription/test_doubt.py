"""Which texts a person should not believe without listening."""

import pytest

from transcription.doubt import is_doubtful
from transcription.values import Word


def words(text: str) -> list[Word]:
    return [Word(text=each, start=at, end=at + 0.3, confidence=0.9) for at, each in enumerate(text.split())]


@pytest.mark.parametrize(
    ("text", "confidence", "doubtful"),
    [
        ("", 0.0, False),
        ("tôi muốn phản ánh rác không được thu gom ở đường hùng vương", 0.9, False),
        ("tôi muốn phản ánh rác không được thu gom ở đường hùng vương", 0.4, True),
        ("không không không không", 0.9, False),
        ("không không không không không", 0.9, True),
        ("bị bị bị bị bị hỏng", 0.9, True),
        ("à ừ à ừ à ừ à ừ à ừ à ừ", 0.9, True),
        ("số nhà hai hai hai đường hai mươi hai tháng hai", 0.9, False),
    ],
)
def test_a_text(text: str, confidence: float, doubtful: bool) -> None:
    assert is_doubtful(words(text), confidence) is doubtful
