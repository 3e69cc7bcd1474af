"""The reading list for a person who records: every prompt and word once, with file, length and tone."""

import csv
import io
from dataclasses import replace

import pytest

from ivr.prompts import load_catalogue
from ivr.prompts.sheet import Reading, as_csv, as_markdown, reading_list
from ivr.settings import Settings, load_settings
from ivr.speech import vocabulary


@pytest.fixture
def readings(settings: Settings) -> dict[str, Reading]:
    catalogue = replace(load_catalogue(settings, "nui"), lengths={"nui/vi/chao": 2.5, "vi/words/mootj": 0.3})
    return {reading.file: reading for reading in reading_list(catalogue, ("vi", "en"))}


def test_every_prompt_and_word_stands_once_where_the_pack_wants_it(readings: dict[str, Reading]) -> None:
    prompts = {file for file in readings if "/words/" not in file}
    assert prompts == {
        "nui/vi/chao.wav", "vi/khan.wav", "vi/ghi-am.wav", "vi/tieng-anh.wav",
        "nui/en/chao.wav", "en/khan.wav", "en/ghi-am.wav", "en/tieng-anh.wav",
    }  # fmt: skip
    words = {file for file in readings if "/words/" in file}
    assert words == {f"{spoken}/words/{word.id}.wav" for spoken in ("vi", "en") for word in vocabulary(spoken)}


def test_what_is_read_stands_in_words_with_its_seconds(readings: dict[str, Reading]) -> None:
    assert readings["vi/ghi-am.wav"].text == "Để biết thêm, nhấn phím bảy."
    assert readings["nui/vi/chao.wav"].length == "2.5"
    assert readings["vi/khan.wav"].length.startswith("≈")
    assert readings["vi/words/mootj.wav"].text == "một"
    assert readings["vi/words/mootj.wav"].length == "0.3"


@pytest.mark.parametrize(
    ("file", "tone"),
    [
        ("vi/ghi-am.wav", "clear and slow; a short rest after each key"),
        ("vi/tieng-anh.wav", "clear and slow; a short rest after each key; in English"),
        ("vi/khan.wav", "serious, every figure clear"),
        ("nui/vi/chao.wav", "friendly, as in conversation"),
        ("vi/words/mootj-f.wav", "ends its phrase: the voice falls"),
        ("vi/words/mootj.wav", "inside a phrase: level, more follows"),
    ],
)
def test_the_tone_follows_from_what_a_prompt_does(readings: dict[str, Reading], file: str, tone: str) -> None:
    assert readings[file].tone == tone


def test_both_forms_hold_the_same_rows(readings: dict[str, Reading]) -> None:
    listed = list(readings.values())
    rows = list(csv.reader(io.StringIO(as_csv(listed))))
    lines = as_markdown(listed).splitlines()
    assert rows[0] == ["id", "file", "text", "seconds", "tone"]
    assert len(rows) == len(listed) + 1
    assert len(lines) == len(listed) + 2
    assert {line.count("|") for line in lines} == {6}


def test_the_real_prompts_of_a_city_can_all_be_read() -> None:
    settings = load_settings()
    listed = reading_list(load_catalogue(settings, "da-nang"), ("vi", "en"))
    assert len({reading.file for reading in listed}) == len(listed)
    assert all(reading.text and reading.tone for reading in listed)
