"""What one caller hears, piece by piece, with how long each takes: prompts, waiting, the code."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ivr.phone import BEEP_SECONDS
from ivr.prompts import Catalogue
from ivr.prompts.items import BEEP
from ivr.prompts.spoken import share_until_named
from ivr.speech import PAUSE, Language, spell_code
from ivr.words import tr

NOTICE = "ghi-am"
"""The prompt that says that the call is recorded."""
NOTICE_IN_SHORT = "ghi-am-ngan"
"""What who has not heard the notice to its end hears before the beep."""
SAMPLE_CODE = "260042174"
"""A ticket code as it is read: nine digits in three groups."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One prompt (its id), or something else that takes time, by a name for people."""

    name: str
    seconds: float
    key: str = ""
    """What the caller presses when it is over; ``""``: nothing."""


@dataclass(kw_only=True)
class Line:
    """The caller's end of one call as it passes."""

    catalogue: Catalogue
    language: Language = "vi"
    pieces: list[Piece] = field(default_factory=list)
    measured: bool = True
    """Every prompt so far is built: no length is an estimate."""
    noticed: set[Language] = field(default_factory=set)
    """The languages in which the recording notice was heard to its end."""

    @property
    def seconds(self) -> float:
        """How long the call has lasted."""
        return sum(piece.seconds for piece in self.pieces)

    def speak(self, language: Literal["vi", "en", "other"]) -> None:
        """Go on in another language."""
        match language:
            case "vi" | "en":
                self.language = language
            case "other":
                self.language = "en" if self.language == "vi" else "vi"

    def say(self, prompts: Sequence[str], *, most: float | None = None) -> None:
        """Prompts heard one after another, to the end of all or for at most so many seconds.

        One that does not exist is left out, as in a call.
        """
        left = most
        for prompt in prompts:
            if not self.catalogue.has(prompt, self.language):
                continue
            whole = self.length(prompt)
            heard = whole if left is None else min(whole, left)
            if heard <= 0:
                return
            self.pieces.append(Piece(name=prompt, seconds=heard))
            self.measured &= self.catalogue.is_built(prompt, self.language)
            if prompt == NOTICE and heard == whole:
                self.noticed.add(self.language)
            left = None if left is None else left - heard

    def press(self, key: str) -> None:
        """The caller presses a key: it ends what was said last."""
        if self.pieces:
            self.pieces[-1] = replace(self.pieces[-1], key=key)

    def wait(self, name: str, seconds: float) -> None:
        """Time in which nothing is said."""
        self.pieces.append(Piece(name=name, seconds=seconds))

    def notice_in_short(self) -> None:
        """Said before the beep to who has not heard the notice; no key cuts it short."""
        if self.language not in self.noticed:
            self.say([NOTICE_IN_SHORT])

    def beep(self) -> None:
        """The beep itself."""
        self.wait(BEEP, BEEP_SECONDS)

    def read_code(self) -> None:
        """A ticket's code, and the pause after it."""
        words = [*spell_code(SAMPLE_CODE, self.language), PAUSE]
        seconds = sum(word.seconds for word in self.catalogue.words(words, self.language))
        self.measured &= self.catalogue.has_words(words, self.language)
        self.wait(tr("mã phiếu", "the code"), seconds)

    def length(self, prompt: str) -> float:
        """Seconds of a prompt in the call's language."""
        return self.catalogue.sound(prompt, self.language).seconds

    def until_named(self, prompts: Sequence[str], key: str) -> float | None:
        """Seconds from the beginning of the prompts until the sentence that names ``key`` is over; None: none does."""
        before = 0.0
        for prompt in prompts:
            if not self.catalogue.has(prompt, self.language):
                continue
            share = share_until_named(self.catalogue.get(prompt, self.language).spoken, key)
            if share is not None:
                return before + share * self.length(prompt)
            before += self.length(prompt)
        return None
