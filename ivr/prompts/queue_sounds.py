"""What Asterisk itself plays to callers in a queue: music, and the numbers of their place, joined from built words."""

from collections.abc import Callable, Iterator

from ivr.prompts.sources import Item, Joined, Music, Source
from ivr.prompts.texts import LANGUAGES
from ivr.speech import Language, counted

MUSIC = "music/cho"
"""Alone in its folder: Asterisk plays what is there."""


def queue_items(word: Callable[[Language, str], Source]) -> Iterator[Item]:
    """The music and every number sound of both languages; ``word`` says how a word's own sound is made."""
    yield Item(key=MUSIC, source=Music())
    for language in LANGUAGES:
        for name, words in counted(language).items():
            yield Item(key=_key(language, name), source=Joined(parts=tuple(word(language, each) for each in words)))


def queue_keys() -> set[str]:
    """Where they lie."""
    return {MUSIC} | {_key(language, name) for language in LANGUAGES for name in counted(language)}


def _key(language: Language, name: str) -> str:
    """``digits/`` is where Asterisk looks for them."""
    return f"{language}/digits/{name}"
