"""What a telephone line offers the engine: the protocol that Asterisk, the scripted phone and the terminal share.

Every waiting verb raises :class:`HungUp` when the caller has left; expected input (no key, wrong key, silence) is a
value, never an exception.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

KEYPAD = "0123456789*#"
"""Every key of a telephone, in the order of their RFC 4733 events (0 to 11)."""

BEEP_SECONDS = 0.4
"""How long the tone is after which one speaks."""


LONGEST_TALK = 4 * 3600
"""Seconds a caller may wait for a person and talk with one, before the call is taken for dead."""


class HungUp(Exception):  # an event of the line, not an error
    """The caller has left; what was recorded so far is on disk."""


class LeftForQueue(Exception):  # an event of the line, not an error
    """The caller waits in a queue, without us: another session goes on with the call and its :class:`RingResult`."""


@dataclass(frozen=True, kw_only=True)
class Sound:
    """One built prompt or word: ``path`` is absolute, without extension; ``seconds`` its length."""

    id: str
    path: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls, as the network said it; hostile until cleaned (TELEPHONY §4)."""

    number: str
    """Raw caller number, ``""`` where none was sent."""
    name: str
    called: str
    uniqueid: str
    linkedid: str
    city: str
    trial: bool = False
    """Whether this instance itself calls, to try the hotline."""


class RecordEnd(Enum):
    """How a recording ended (the reply table of TELEPHONY §4)."""

    KEY = "key"  # one of the end keys
    SILENCE = "silence"  # the caller said nothing more
    LIMIT = "limit"  # the longest length was reached
    HANGUP = "hangup"  # the caller left while speaking: the file is kept
    NOTHING = "nothing"  # the caller left during the beep: no file
    UNWRITABLE = "unwritable"  # the disk refused


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A finished recording: how it ended, and the key that ended it; the file itself says what was spoken."""

    end: RecordEnd
    key: str = ""
    lasted: float = 0.0
    """Seconds the recorder ran, by a clock; 0 where it was not measured."""
    quiet: float | None = None
    """Seconds of silence at its end, by the same clock; None where it was not measured."""
    whole: bool = True
    """False: the line broke before the recorder said it was done; the file may still grow."""
    copied: bool = False
    """The key is a copy of the press before it: it ended the recording and says nothing."""


class RingResult(Enum):
    """What came of waiting for a person."""

    ANSWERED = "answered"  # they spoke and it ended there
    UNANSWERED = "unanswered"  # every telephone was busy, or rang unanswered
    ABSENT = "absent"  # there is no telephone to ring: no number is configured, or none of it is signed in
    FULL = "full"  # as many callers wait as may


@dataclass(frozen=True, kw_only=True)
class QueueState:
    """A queue as a caller finds it who is not in it."""

    waiting: int
    on_duty: int
    """Telephones of it that are signed in, busy ones too."""
    place: int | None = None
    """The caller's, who waited in it just now and may have it again; None for who did not."""


class Stage(Enum):
    """How far the report of this call is, in the words of the dialplan (``TONGDAI_STAGE``)."""

    MENU = "menu"  # nothing is recorded: the fallback asks for the report
    QUEUED = "queued"  # waits for a person: the same
    TALKING = "talking"  # had a person: the fallback thanks
    RECORDED = "recorded"  # a take is safe: the fallback thanks
    FILED = "filed"  # the report was sent


class Phone(Protocol):
    """One call's line."""

    @property
    def caller(self) -> Caller:
        """Who calls."""
        ...

    @property
    def ended_at(self) -> float:
        """When the latest play, read or recording ended, in seconds of :meth:`moment`: when its key came, if any."""
        ...

    def moment(self) -> float:
        """Now, in seconds of the line's own clock, which only runs; differences alone have a meaning."""
        ...

    @property
    def take_ending(self) -> str:
        """Ending of the files it records best, one of :data:`ivr.recordings.takes.ENDINGS`."""
        ...

    def play(self, sounds: Sequence[Sound], *, keys: str = "") -> str:
        """Play sounds one after another; a key of ``keys`` interrupts and is returned, else ``""``."""
        ...

    def read(self, sounds: Sequence[Sound], *, most: int, wait: float, end: str = "#") -> str:
        """Play interruptibly and read up to ``most`` keys, ``wait`` seconds for each; ``""`` is silence.

        With ``most`` 1 every key is returned as it is, ``#`` and ``*`` too; with more, ``end`` ends the entry and is
        not returned.
        """
        ...

    def record(self, path: Path, *, limit: float, silence: float, beep: bool = True, end: str = KEYPAD) -> Recorded:
        """Record into ``path`` (8 kHz mono WAV, with extension) until a key of ``end``, silence, limit or hang-up.

        A beep comes first; without ``beep`` recording begins at once, for a caller who goes on speaking.
        Never raises :class:`HungUp` for a caller who leaves while speaking: that is ``RecordEnd.HANGUP``.
        """
        ...

    def tone(self) -> None:
        """A short tone that is heard while what follows has begun."""
        ...

    def queue_state(self, queue: str) -> QueueState:
        """Who waits in a queue and who is there to answer."""
        ...

    def turned_away(self, queue: str, why: RingResult) -> None:
        """Say on the line that the caller was not let into a queue: it is counted as any other visit."""
        ...

    def ring(self, queue: str, *, wait: float, call: str, priority: int = 0) -> RingResult:
        """Let the caller wait in a queue for a person, for at most ``wait`` seconds, before those of less ``priority``.

        Returns when they are done, when there was no answer, or at once where there is no telephone to ring. Where the
        line does this without us it raises :class:`LeftForQueue` instead, and comes back under the name ``call``.
        """
        ...

    def stage(self, stage: Stage) -> None:
        """Set how far the report is in the channel: the dialplan's fallback reads it."""
        ...

    def language(self, language: str) -> None:
        """Set in the channel which language the caller hears, ``vi`` or ``en``."""
        ...

    def done(self) -> None:
        """Our last act: without it the dialplan's fallback takes the call."""
        ...
