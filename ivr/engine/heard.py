"""What the caller heard, in seconds: of each prompt of a step, and of the notice about recording in each language."""

from collections.abc import Sequence
from math import inf

from ivr.phone import Sound

NOTICE = "ghi-am"
"""The prompt that says that the call is recorded."""
_CUT = 0.1
"""Seconds at the end of a prompt that are silence: who missed only them has heard it to its end."""


def shares(sounds: Sequence[Sound], seconds: float) -> list[tuple[Sound, float]]:
    """Each sound with the seconds of it that were heard, where they were played one after another for ``seconds``."""
    found = []
    for sound in sounds:
        share = min(max(seconds, 0.0), sound.seconds)
        found.append((sound, share))
        seconds -= sound.seconds
    return found


class Heard:
    """The prompts of one step, in order, each with the seconds of it that were heard."""

    def __init__(self) -> None:
        self.prompts: list[str] = []
        self.seconds: list[float] = []

    def add(self, prompt: str, seconds: float) -> None:
        """A prompt was played so far."""
        self.prompts.append(prompt)
        self.seconds.append(round(seconds, 2))


class Notice:
    """How much of the notice about recording the caller has heard, by language."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        """The longest stretch heard in one go."""
        self._whole: set[str] = set()

    def hear(self, language: str, sounds: Sequence[Sound], seconds: float = inf) -> bool:
        """Count what was played for ``seconds``; whether there was something of the notice in it."""
        found = False
        for sound, share in shares(sounds, seconds):
            if sound.id == NOTICE and share > 0:
                found = True
                self.seconds[language] = max(self.seconds.get(language, 0.0), round(share, 2))
                if share >= sound.seconds - _CUT:
                    self._whole.add(language)
        return found

    def say(self, language: str) -> None:
        """It was said in other words, which nothing cut short."""
        self._whole.add(language)

    @property
    def whole(self) -> tuple[str, ...]:
        """The languages in which it was heard to its end."""
        return tuple(sorted(self._whole))

    def is_whole(self, language: str) -> bool:
        """Whether it was heard to its end in this language."""
        return language in self._whole
