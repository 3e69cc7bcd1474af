"""The reading list for a person who records a city's prompts: what to say, how long it may take, in which tone."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ivr.prompts.catalogue import Catalogue
from ivr.prompts.items import word_key
from ivr.prompts.spoken import names_a_key
from ivr.prompts.texts import Text
from ivr.speech import Language, WordSound, vocabulary
from ivr.words import tr


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One recording to make. ``file`` is its path in the voice pack; ``measured``: ``seconds`` are no estimate."""

    id: str
    file: str
    text: str
    seconds: float
    measured: bool
    tone: str

    @property
    def length(self) -> str:
        """The synthetic voice's seconds, "≈" before an estimate."""
        return f"{'' if self.measured else '≈'}{self.seconds:.1f}"


def reading_list(catalogue: Catalogue, languages: Sequence[Language]) -> list[Reading]:
    """Every prompt of the city in the order of its files, then the words of numbers and dates."""
    return [
        reading for language in languages for reading in (*_prompts(catalogue, language), *_words(catalogue, language))
    ]


def as_markdown(readings: Sequence[Reading]) -> str:
    """A table to print or to paste."""
    rows = [_heading(), ["---"] * 5, *([*_row(reading)] for reading in readings)]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)


def as_csv(readings: Sequence[Reading]) -> str:
    """The same for a spreadsheet."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_heading(), *(_row(reading) for reading in readings)])
    return out.getvalue()


def _heading() -> list[str]:
    return [tr("mã", "id"), tr("tệp", "file"), tr("lời đọc", "text"), tr("giây", "seconds"), tr("giọng", "tone")]


def _row(reading: Reading) -> list[str]:
    return [reading.id, reading.file, reading.text, reading.length, reading.tone]


def _prompts(catalogue: Catalogue, language: Language) -> Iterator[Reading]:
    both = catalogue.common | catalogue.own
    for text in both.values():
        if text.language != language:
            continue
        sound = catalogue.sound(text.id, language)
        yield Reading(
            id=text.id,
            file=f"{catalogue.key_of(text)}.wav",
            text=text.spoken,
            seconds=sound.seconds,
            measured=catalogue.is_built(text.id, language),
            tone=_tone(text),
        )


def _words(catalogue: Catalogue, language: Language) -> Iterator[Reading]:
    for word in vocabulary(language):
        key = word_key(language, word.id)
        (sound,) = catalogue.words([word.id], language)
        yield Reading(
            id=word.id,
            file=f"{key}.wav",
            text=word.phrase,
            seconds=sound.seconds,
            measured=key in catalogue.lengths,
            tone=_word_tone(word),
        )


def _tone(text: Text) -> str:
    """How a prompt is read, by what it does."""
    manner = _manner(text)
    if text.voice == text.language:
        return manner
    spoken_in = tr("bằng tiếng Anh", "in English") if text.voice == "en" else tr("bằng tiếng Việt", "in Vietnamese")
    return f"{manner}; {spoken_in}"


def _manner(text: Text) -> str:
    words = text.spoken.lower()
    if names_a_key(text.spoken):
        return tr("rõ, chậm; nghỉ một nhịp sau mỗi phím", "clear and slow; a short rest after each key")
    if any(alarm in words for alarm in ("khẩn cấp", "emergency")):
        return tr("nghiêm, rõ từng số", "serious, every figure clear")
    if any(regret in words for regret in ("xin lỗi", "sorry", "rất tiếc")):
        return tr("ân cần", "caring")
    if text.spoken.rstrip().endswith("?"):
        return tr("hỏi, lên giọng nhẹ ở cuối", "a question, the voice rising a little")
    if text.spoken.rstrip().endswith((":", ",")):
        return tr("giữ giọng ở cuối: lời khác nối tiếp", "the voice held at the end: more follows")
    return tr("thân thiện, bình thường", "friendly, as in conversation")


def _word_tone(word: WordSound) -> str:
    if word.final:
        return tr("cuối câu: hạ giọng", "ends its phrase: the voice falls")
    return tr("giữa câu: đọc ngang, không hạ giọng", "inside a phrase: level, more follows")
