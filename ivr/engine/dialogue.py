"""The conversation over one line: prompts in the call's language, keys pressed early, the journal of what was heard."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Protocol

import structlog

from ivr.engine.clock import Clock
from ivr.engine.heard import Heard, Notice, shares
from ivr.engine.journal import JournalWriter
from ivr.engine.presses import HEARD_FIRST, MOST_DROPPED, Presses, is_early
from ivr.errors import TongdaiError
from ivr.phone import BEEP_SECONDS, KEYPAD, Phone, Recorded, Sound
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
        self.notice = Notice()
        self.journal = journal
        self._sounds = sounds
        self._clock = clock
        self._presses = Presses()
        self._ahead = ""
        self._node = ""
        self._heard = Heard()
        self._keys = ""
        self._notes: list[str] = []

    @contextmanager
    def visit(self, node: str, kind: str) -> Iterator[None]:
        """One visit of a node: its step is journalled when it ends, also by hang-up."""
        self._node, self._heard, self._keys, self._notes = node, Heard(), "", []
        at = self._clock()
        try:
            yield
        finally:
            self.journal.step(
                node=node,
                type=kind,
                at=at,
                prompts=self._heard.prompts,
                heard=self._heard.seconds,
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
        key = self._press(sounds, lambda: self.phone.play(sounds, keys=KEYPAD))
        if key != "#":  # # only skips: no question takes it
            self._ahead = key

    def tell_all(self, sounds: Sequence[Sound]) -> None:
        """Say something that no key cuts short."""
        if sounds:
            self._hear(sounds, lambda: self.phone.play(sounds))

    def say_recorded(self) -> None:
        """That the call is recorded, in short, to who has not heard the notice to its end in the call's language."""
        if not self.notice.is_whole(self.language):
            self.tell_all(self.prompts("ghi-am-ngan"))
            self.notice.say(self.language)

    def instruct(self, sounds: Sequence[Sound], *, guarded: str = "") -> str:
        """Say what to do at the beep; a key goes on. The key, where it is of ``guarded`` and came late enough."""
        self.forget()
        key = self._press(sounds, lambda: self.phone.play(sounds, keys=KEYPAD), guarded=guarded)
        self._pressed(key)
        return key

    def key(self, sounds: Sequence[Sound], *, wait: float | None = None, guarded: str = "") -> str:
        """One key, pressed early or now; ``""`` is silence for ``wait`` seconds (the setting ``key_wait``).

        A key of ``guarded`` counts only when it came :data:`~ivr.engine.presses.HEARD_FIRST` seconds after the
        question began.
        """
        key, self._ahead = self._ahead, ""
        if not key:
            seconds = self.key_wait if wait is None else wait
            key = self._press(sounds, lambda: self.phone.read(sounds, most=1, wait=seconds), guarded=guarded)
        self._pressed(key)
        return key

    def record(self, path: Path, *, limit: float, silence: float, beep: bool = True) -> Recorded:
        """Record, after a beep unless the caller goes on speaking; the beep stands in the journal like a prompt."""
        if beep:
            self.journal.playing(node=self._node, prompts=(BEEP,), at=self._clock())
        recorded = self.phone.record(path, limit=limit, silence=silence, beep=beep)
        if beep:
            self._heard.add(BEEP, BEEP_SECONDS)
        if recorded.key and self._presses.is_copy(recorded.key, self.phone.ended_at):
            self.note(f"{recorded.key} again")
            return replace(recorded, copied=True)
        self._pressed(recorded.key)
        return recorded

    def digits(self, sounds: Sequence[Sound], *, most: int, hidden: bool) -> str:
        """Up to ``most`` digits, ended by ``#``, the last digit or silence; ``*`` clears what was entered.

        Who presses ``#`` after the last digit, as the prompt asks, does not answer the next question with it.
        """
        entered, full = self._digits(sounds, most, hidden)
        if full:
            extra = self.phone.read((), most=1, wait=AFTER_LAST)
            if extra and not self._presses.is_copy(extra, self.phone.ended_at) and extra != "#":
                self._ahead = extra
        return entered

    def _digits(self, sounds: Sequence[Sound], most: int, hidden: bool) -> tuple[str, bool]:
        """What was entered, and whether its length ended it."""
        typed, self._ahead = self._ahead, ""
        self._pressed(typed, hidden=hidden)
        while (room := most - len(entered := typed.rpartition("*")[2])) > 0:
            asked = 1 if not typed and self._presses.may_be_copied(self.phone.moment()) else room
            more = self._typed(() if typed else sounds, asked)
            self._pressed(more, hidden=hidden)
            typed += more.removesuffix("#")
            if len(more) < asked or more.endswith("#"):
                return typed.rpartition("*")[2], False
        return entered, True

    def _typed(self, sounds: Sequence[Sound], most: int) -> str:
        """Up to ``most`` digits while ``sounds`` are played; a single one may be a copy, which is dropped."""

        def read() -> str:
            return self.phone.read(sounds, most=most, wait=self.key_wait)

        if most == 1:
            return self._press(sounds, read)
        more = self._hear(sounds, read)
        last = (
            more[-1] if len(more) == most else "#"
        )  # which is not returned; after silence it would say nothing either
        self._presses.is_copy(last, self.phone.ended_at)
        return more

    def forget(self) -> None:
        """Drop a key pressed early: what follows is only answered by who heard it."""
        self._ahead = ""

    def _press(self, sounds: Sequence[Sound], action: Callable[[], str], *, guarded: str = "") -> str:
        """The key that ends ``action``, which plays ``sounds``; after a copy, or a key too early, it is done again."""
        for _ in range(MOST_DROPPED):
            begun = self.phone.moment()
            key = self._hear(sounds, action, after=HEARD_FIRST if guarded else 0.0)
            if not key:
                return ""
            if self._presses.is_copy(key, self.phone.ended_at):
                self.note(f"{key} again")
            elif is_early(key, self.phone.ended_at - begun, guarded=guarded):
                self.note(f"{key} too early")
            else:
                return key
        return ""

    def _hear(self, sounds: Sequence[Sound], action: Callable[[], str], *, after: float = 0.0) -> str:
        """What ``action`` returns; how much of its ``sounds`` was heard is noted, also where the caller hangs up.

        Of an entry of several digits it is not known when the first one cut the prompt short: its end counts.
        """
        names = [sound.id for sound in sounds if sound.id]
        if names:
            self.journal.playing(node=self._node, prompts=names, at=self._clock(), after=after)
        begun = self.phone.moment()
        seconds: float | None = None
        try:
            keys = action()
            seconds = self.phone.ended_at - begun if keys else inf
        finally:
            self._note_heard(sounds, self.phone.moment() - begun if seconds is None else seconds)
        return keys

    def _note_heard(self, sounds: Sequence[Sound], seconds: float) -> None:
        for sound, share in shares(sounds, seconds):
            if sound.id:
                self._heard.add(sound.id, share)
        if self.notice.hear(self.language, sounds, seconds):
            self.journal.notice(self.notice.seconds)

    def _pressed(self, keys: str, *, hidden: bool = False) -> None:
        shown = "".join(HIDDEN if hidden and key.isdigit() else key for key in keys)
        self._keys += shown
        self.all_keys += shown
