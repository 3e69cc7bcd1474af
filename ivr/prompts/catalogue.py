"""The prompts of one city as the engine asks for them: sounds and texts by id and language."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.phone import Sound
from ivr.prompts import store
from ivr.prompts.errors import PromptError, PromptFaults
from ivr.prompts.items import BEEP, key_of, word_key
from ivr.prompts.queue_sounds import queue_keys
from ivr.prompts.texts import LANGUAGES, Text, city_texts, common_texts
from ivr.settings import Settings
from ivr.speech import PAUSE, Language, vocabulary
from ivr.words import tr

_LETTERS_A_SECOND = 13.0
"""How fast the voice reads; for lengths of sounds that are not built (tests, checks)."""
_WORD_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Read once, safe to share between threads. Sounds need not be built: :meth:`missing` lists those."""

    city: str
    sounds: Path
    own: dict[tuple[str, Language], Text]
    common: dict[tuple[str, Language], Text]
    lengths: dict[str, float]

    def has(self, prompt_id: str, language: Language) -> bool:
        """Whether there is such a prompt in this language."""
        return (prompt_id, language) in self.own or (prompt_id, language) in self.common

    def get(self, prompt_id: str, language: Language) -> Text:
        """The prompt's texts; PromptError for an unknown one."""
        key = (prompt_id, language)
        text = self.own.get(key) or self.common.get(key)
        if text is None:
            raise PromptError(
                tr(
                    f"{self.city}: không có lời thoại {prompt_id} ({language}). Thêm nó vào prompts.toml.",
                    f"{self.city}: no prompt {prompt_id} ({language}). Add it to prompts.toml.",
                )
            )
        return text

    def text(self, prompt_id: str, language: Language) -> str:
        """What the prompt says, as it is shown."""
        return self.get(prompt_id, language).text

    def texts(self, language: Language) -> dict[str, str]:
        """Every prompt of the city in this language, as it is shown."""
        both = self.common | self.own
        return {text.id: text.text for text in both.values() if text.language == language}

    def sound(self, prompt_id: str, language: Language) -> Sound:
        """The prompt's sound; PromptError for an unknown prompt."""
        text = self.get(prompt_id, language)
        return self._sound(prompt_id, self.key_of(text), len(text.spoken) / _LETTERS_A_SECOND + 1)

    def is_built(self, prompt_id: str, language: Language) -> bool:
        """Whether the prompt's length is measured, not estimated."""
        return self.key_of(self.get(prompt_id, language)) in self.lengths

    def has_words(self, word_ids: Sequence[str], language: Language) -> bool:
        """Whether the length of every word is measured."""
        return all(word_key(language, word) in self.lengths for word in word_ids)

    def words(self, word_ids: Sequence[str], language: Language) -> list[Sound]:
        """The sounds of words as :mod:`ivr.speech` lists them."""
        return [self._sound(word, word_key(language, word), _WORD_SECONDS) for word in word_ids]

    def missing(self, settings: Settings) -> list[str]:
        """Files this city needs that are not built, by path; empty when calls can be taken."""
        keys = {self.key_of(text) for text in (self.common | self.own).values()} | {BEEP} | queue_keys()
        for language in LANGUAGES:
            keys |= {word_key(language, word.id) for word in vocabulary(language)} | {word_key(language, PAUSE)}
        paths = (settings.sounds / f"{key}.wav" for key in sorted(keys))
        return [str(path) for path in paths if not path.exists()]

    def key_of(self, text: Text) -> str:
        """Where the sound of a text lies: a city's own text or its own recording wins over what all cities share."""
        own = key_of(self.city, text.language, text.id)
        if (text.id, text.language) in self.own or own in self.lengths:
            return own
        return key_of("", text.language, text.id)

    def _sound(self, name: str, key: str, estimate: float) -> Sound:
        return Sound(id=name, path=f"{self.sounds}/{key}", seconds=self.lengths.get(key, estimate))


def load_catalogue(settings: Settings, city: str) -> Catalogue:
    """The prompts of a city; PromptFaults lists every fault of its texts."""
    common, own = common_texts(settings.config), city_texts(settings.config, city)
    if faults := [*common.faults, *own.faults]:
        raise PromptFaults(faults)
    lengths = {key: built.seconds for key, built in store.read_manifest(settings.sounds).items()}
    return Catalogue(city=city, sounds=settings.sounds, own=own.by_key, common=common.by_key, lengths=lengths)
