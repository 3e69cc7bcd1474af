"""When a text is not to be believed: what a recogniser makes of noise repeats itself, or it was sure of nothing."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from transcription.values import Word

LOW_CONFIDENCE = 0.5
"""Mean confidence below which a text is doubtful."""
_ROW = 5
"""The same word so often in a row is no sentence of anybody's."""
_LEAST_WORDS = 12
"""Words from which a text is judged by how few different ones it has."""
_DIFFERENT = 0.25
"""Share of different words that a text of people has at least; their reports have 0.5 to 0.9."""


def is_doubtful(words: Sequence[Word], confidence: float) -> bool:
    """Whether a person should listen before believing these words; a recording without any is not doubtful."""
    if not words:
        return False
    texts = [word.text for word in words]
    return confidence < LOW_CONFIDENCE or _longest_row(texts) >= _ROW or _says_little(texts)


def _longest_row(texts: Sequence[str]) -> int:
    longest = row = 1
    for before, text in pairwise(texts):
        row = row + 1 if text == before else 1
        longest = max(longest, row)
    return longest


def _says_little(texts: Sequence[str]) -> bool:
    return len(texts) >= _LEAST_WORDS and len(Counter(texts)) < _DIFFERENT * len(texts)
