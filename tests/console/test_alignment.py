"""Written words over heard ones: times, confidences, rewritten runs, corrections."""

from typing import Any

import pytest

from console.alignment import Token, align


def heard(text: str, confidence: float = 0.9) -> list[dict[str, Any]]:
    return [
        {"text": word, "start": float(at), "end": at + 0.8, "confidence": confidence}
        for at, word in enumerate(text.split())
    ]


def test_the_same_words_keep_their_times() -> None:
    tokens = align("Ngập nước.", heard("ngập nước"), by_machine=True)
    assert tokens == [
        Token(text="Ngập", start=0.0, end=0.8, confidence=0.9),
        Token(text="nước.", start=1.0, end=1.8, confidence=0.9),
    ]


def test_a_number_takes_the_whole_stretch_and_the_least_confidence() -> None:
    words = heard("số một trăm hai mươi lê lợi")
    words[3]["confidence"] = 0.3
    tokens = align("số 120 lê lợi", words, by_machine=True)
    assert (tokens[1].text, tokens[1].start, tokens[1].end, tokens[1].confidence) == ("120", 1.0, 4.8, 0.3)
    assert tokens[1].unsure
    assert not tokens[2].unsure


def test_one_heard_word_written_as_two_is_shared() -> None:
    tokens = align("ngập úng sâu", heard("ngập sâu"), by_machine=False)
    assert [token.start for token in tokens] == [0.0, None, 1.0]


def test_a_text_that_a_person_has_been_over_holds_no_doubt() -> None:
    tokens = align("khơi cống", heard("hơi cống", 0.2), by_machine=False)
    assert [token.unsure for token in tokens] == [False, False]
    assert tokens[0].start == 0.0


@pytest.mark.parametrize(("text", "words"), [("", "a b"), ("", "")])
def test_nothing_written_is_nothing_shown(text: str, words: str) -> None:
    assert align(text, heard(words), by_machine=True) == []


def test_text_without_anything_heard_has_no_times() -> None:
    assert [token.start for token in align("xin chào", [], by_machine=False)] == [None, None]
