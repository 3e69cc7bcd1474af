"""Everything that must be built: one item a sound file."""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.prompts.errors import PromptFaults
from ivr.prompts.queue_sounds import queue_items
from ivr.prompts.sources import Item, Quiet, Speech, Tone, VoiceFile
from ivr.prompts.texts import LANGUAGES, Text, city_texts, common_texts
from ivr.settings import Settings
from ivr.settings.faults import Fault
from ivr.settings.files import find_cities
from ivr.speech import PAUSE, Language, vocabulary

SPEED = 175
FINAL_SPEED = 160
"""Words a minute; a word that ends its phrase is spoken a little slower."""
BEEP = "beep"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Every sound that is to be built, and the cities left out because their texts are faulty."""

    items: list[Item]
    left_out: dict[str, list[Fault]]


def all_items(settings: Settings) -> Wanted:
    """Every sound of every city, the words, the pause and the beep, what a queue plays.

    :raises PromptFaults: the common texts are faulty, or those of the city that answers by default; with all faults.
    """
    common = common_texts(settings.config)
    words = {item.key: item for item in _words(settings)}
    items = [*_marks(), *words.values(), *queue_items(lambda language, word: words[word_key(language, word)].source)]
    items += [_item(settings, text, "") for text in common.by_key.values()]
    left_out: dict[str, list[Fault]] = {}
    for city in find_cities(settings.config):
        own = city_texts(settings.config, city)
        if own.faults:
            left_out[city] = own.faults
            continue
        items += [_item(settings, text, city) for text in own.by_key.values()]
        items += _recorded_for(settings, city, [text for key, text in common.by_key.items() if key not in own.by_key])
    if common.faults or settings.city in left_out:
        raise PromptFaults([*common.faults, *(fault for faults in left_out.values() for fault in faults)])
    return Wanted(items=items, left_out=left_out)


def key_of(city: str, language: Language, name: str) -> str:
    """Where a sound lies: common ones by language, a city's own below the city."""
    return f"{city}/{language}/{name}" if city else f"{language}/{name}"


def word_key(language: Language, word: str) -> str:
    """Where a word's sound lies."""
    return f"{language}/words/{word}"


def _marks() -> Iterator[Item]:
    yield Item(key=BEEP, source=Tone(hertz=1000, seconds=0.25))
    for language in LANGUAGES:
        yield Item(key=word_key(language, PAUSE), source=Quiet(seconds=0.3))


def _words(settings: Settings) -> Iterator[Item]:
    for language in LANGUAGES:
        for word in vocabulary(language):
            key = word_key(language, word.id)
            tail = 0.25 if word.final else 0.05
            # espeak-ng lets its voice fall before a full stop and holds it before a comma
            words = word.phrase + ("." if word.final else ",")
            speech = Speech(words=words, voice=language, speed=FINAL_SPEED if word.final else SPEED, tail=tail)
            yield Item(key=key, source=_take(settings, key, tail) or speech)


def _item(settings: Settings, text: Text, city: str) -> Item:
    key = key_of(city, text.language, text.id)
    speech = Speech(words=text.spoken, voice=text.voice, speed=SPEED, tail=0.2)
    return Item(key=key, source=_take(settings, key, speech.tail) or speech)


def _recorded_for(settings: Settings, city: str, texts: list[Text]) -> Iterator[Item]:
    """Common texts a voice pack has recorded for this city alone."""
    for text in texts:
        key = key_of(city, text.language, text.id)
        if take := _take(settings, key, 0.2):
            yield Item(key=key, source=take)


def _take(settings: Settings, key: str, tail: float) -> VoiceFile | None:
    if settings.voice_pack is None:
        return None
    path = settings.voice_pack / f"{key}.wav"
    return VoiceFile(path=path, tail=tail) if path.exists() else None
