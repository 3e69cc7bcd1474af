"""The conversation over one line: prompts in the call's language, keys pressed early, the journal of what was heard."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import structlog

from ivr.engine.clock import Clock
from ivr.engine.journal import JournalWriter
from ivr.errors import TongdaiError
from ivr.phone import KEYPAD, Phone, Recorded, Sound
from ivr.speech import Language

HIDDEN = "•"
"""Stands in the journal for each digit of a phone number or PIN."""
BEEP = "beep"
"""Stands among the prompts where the caller was asked to speak."""
AFTER_LAST = 1.0
"""Seconds in which a ``#`` after a whole entry still belongs to it."""
_KEYS_KEPT = 64
"""Keys of one step that the journal keeps (the width of its column)."""

_log = structlog.get_logger(__name__)


class Sounds(Protocol):
    """Where built sounds are found: :class:`ivr.prompts.Catalogue`."""

    def sound(self, prompt_id: str, language: Language) -> Sound:
        """The sound of a prompt."""
        ...

    def words(self, word_ids: Sequence[str], language: Language) -> list[Sound]:
        """The sounds of words of :mod:`ivr.speech`."""
        ...


class Dialogue:
    """One call's line as the nodes use it; not shared between threads."""

    def __init__(self, *, phone: Phone, sounds: Sounds, journal: JournalWriter, clock: Clock, key_wait: float) -> None:
        self.phone = phone
        self.language: Language = "vi"
        self.key_wait = key_wait
        self.all_keys = ""
        """Every key of the call in order, hidden ones as ``•``."""
        self._sounds = sounds
        self.journal = journal
        self._clock = clock
        self._ahead = ""
        self._node = ""
        self._heard: list[str] = []
        self._keys = ""
        self._notes: list[str] = []

    @contextmanager
    def visit(self, node: str, kind: str) -> Iterator[None]:
        """One visit of a node: its step is journalled when it ends, also by hang-up."""
        self._node, self._heard, self._keys, self._notes = node, [], "", []
        at = self._clock()
        try:
            yield
        finally:
            self.journal.step(
                node=node,
                type=kind,
                at=at,
                prompts=self._heard,
                keys=self._keys[:_KEYS_KEPT],
                note="; ".join(self._notes),
            )

    def note(self, text: str) -> None:
        """A remark on the present step, for whoever reads the call's history."""
        self._notes.append(text)

    def speak(self, language: Language) -> None:
        """Go on in another language."""
        self.language = language
        self.journal.language(language)
        self.phone.language(language)

    def prompts(self, *ids: str) -> list[Sound]:
        """Sounds of prompts; one that does not exist is left out and logged: no caller is lost to it."""
        found: list[Sound] = []
        for prompt_id in ids:
            try:
                found.append(self._sounds.sound(prompt_id, self.language))
            except TongdaiError as error:
                _log.error("prompt.missing", prompt=prompt_id, language=self.language, error=str(error))
        return found

    def words(self, ids: Sequence[str]) -> list[Sound]:
        """Sounds of spoken numbers and dates; their ids are hidden from the journal."""
        return [Sound(id="", path=word.path, seconds=word.seconds) for word in self._sounds.words(ids, self.language)]

    def tell(self, sounds: Sequence[Sound]) -> None:
        """Say something; a key ends it and is kept for the next question. A key already kept skips it."""
        if self._ahead or not sounds:
            return
        self._begin(sounds)
        key = self.phone.play(sounds, keys=KEYPAD)
        self._end(sounds)
        if key and key != "#":  # # only skips: no question takes it
            self._ahead = key

    def tell_all(self, sounds: Sequence[Sound]) -> None:
        """Say something that no key cuts short."""
        if sounds:
            self._begin(sounds)
            self.phone.play(sounds)
            self._end(sounds)

    def instruct(self, sounds: Sequence[Sound]) -> None:
        """Say what to do at the beep; a key only goes on to the beep."""
        self.forget()
        self._begin(sounds)
        key = self.phone.play(sounds, keys=KEYPAD)
        self._end(sounds)
        self._pressed(key)

    def key(self, sounds: Sequence[Sound], *, wait: float | None = None) -> str:
        """One key, pressed early or now; ``""`` is silence for ``wait`` seconds (the setting ``key_wait``)."""
        key, self._ahead = self._ahead, ""
        if not key:
            self._begin(sounds)
            key = self.phone.read(sounds, most=1, wait=self.key_wait if wait is None else wait)
            self._end(sounds)
        self._pressed(key)
        return key

    def record(self, path: Path, *, limit: float, silence: float) -> Recorded:
        """Beep and record; the beep stands in the journal like a prompt."""
        self.journal.playing(node=self._node, prompts=(BEEP,), at=self._clock())
        recorded = self.phone.record(path, limit=limit, silence=silence)
        self._heard.append(BEEP)
        self._pressed(recorded.key)
        return recorded

    def digits(self, sounds: Sequence[Sound], *, most: int, hidden: bool) -> str:
        """Up to ``most`` digits, ended by ``#``, the last digit or silence; ``*`` clears what was entered.

        Who presses ``#`` after the last digit, as the prompt asks, does not answer the next question with it.
        """
        entered, full = self._digits(sounds, most, hidden)
        if full:
            extra = self.phone.read((), most=1, wait=AFTER_LAST)
            if extra != "#":
                self._ahead = extra
        return entered

    def _digits(self, sounds: Sequence[Sound], most: int, hidden: bool) -> tuple[str, bool]:
        """What was entered, and whether its length ended it."""
        typed, self._ahead = self._ahead, ""
        self._pressed(typed, hidden=hidden)
        while (room := most - len(entered := typed.rpartition("*")[2])) > 0:
            first = not typed
            if first:
                self._begin(sounds)
            more = self.phone.read(sounds if first else (), most=room, wait=self.key_wait)
            if first:
                self._end(sounds)
            self._pressed(more, hidden=hidden)
            typed += more.removesuffix("#")
            if len(more) < room or more.endswith("#"):
                return typed.rpartition("*")[2], False
        return entered, True

    def forget(self) -> None:
        """Drop a key pressed early: what follows is only answered by who heard it."""
        self._ahead = ""

    def _begin(self, sounds: Sequence[Sound]) -> None:
        names = [sound.id for sound in sounds if sound.id]
        if names:
            self.journal.playing(node=self._node, prompts=names, at=self._clock())

    def _end(self, sounds: Sequence[Sound]) -> None:
        self._heard += [sound.id for sound in sounds if sound.id]

    def _pressed(self, keys: str, *, hidden: bool = False) -> None:
        shown = "".join(HIDDEN if hidden and key.isdigit() else key for key in keys)
        self._keys += shown
        self.all_keys += shown
