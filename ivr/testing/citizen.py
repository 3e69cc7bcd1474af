"""A citizen who does what a scenario says as prompts go by; behind the scripted phone and the fake Asterisk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ivr.phone import BEEP_SECONDS, HungUp, RecordEnd
from ivr.simulator.values import Step

REACTION = 1.5
"""Seconds after which the citizen answers what is said: by then no key is too early, and none a copy of the last."""
TYPED = 0.16
"""Seconds between two keys of one step, as a telephone sends them."""
AFTER_BEEP = 0.3
"""Seconds after the beep in which a key is pressed that ought to have been a word."""
WAITED = 10.0
"""Seconds that pass where the citizen does nothing."""


@dataclass(frozen=True, kw_only=True)
class Speech:
    """What followed a beep: seconds spoken, seconds of silence after it, and how it ended."""

    seconds: float
    quiet: float
    end: RecordEnd
    key: str = ""


class Citizen:
    """Hears prompts and answers with keys, speech, silence or by hanging up; whose steps are done listens on."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = list(steps)
        self._keys = ""
        self._answers = False
        """The keys that come next answer what was said last: they take a reaction."""
        self._gone = False
        self._unsaid = 0.0
        """Seconds of the present speech that no recording has taken yet."""
        self.now = 0.0
        """Seconds by the citizen's clock: nothing else takes time where a call is scripted."""
        self.heard: list[str] = []
        """Ids of prompts in the order they were played."""

    @property
    def steps_left(self) -> int:
        """Steps that were never reached."""
        return len(self._steps)

    def hear(self, names: Iterable[str], *, keys: bool = True) -> None:
        """Prompts begin to play; raises HungUp for one who hangs up at them. Without ``keys`` presses are lost."""
        self._here()
        played = list(names)
        self.heard += played
        step = self._due(played)
        if step is None or self._keys:
            return
        if step.hang_up:
            self.now += REACTION
            self._left(RecordEnd.NOTHING)
            raise HungUp
        if step.silence:
            self._steps.pop(0)
        elif step.press:
            self._steps.pop(0)
            self._keys = step.press if keys else ""
            self._answers = True

    def press(self, most: int) -> str:
        """Keys that come now: up to ``most``, not beyond a ``#`` (which is returned)."""
        self._here()
        if not self._keys:
            self.hear(())
        taken = self._keys[:most]
        if "#" in taken:
            taken = taken[: taken.index("#") + 1]
        self._keys = self._keys[len(taken) :]
        self.now += len(taken) * TYPED if taken else WAITED
        self.now += REACTION if taken and self._answers else 0.0
        self._answers = False
        return taken

    def speak(self, *, limit: float, silence: float, ends: str, beep: bool = True) -> Speech:
        """What is said after the beep; HANGUP and NOTHING mean the citizen is gone afterwards.

        Without ``beep`` the citizen goes on with what the recording before it cut short.
        """
        said = self._speak(limit, silence, ends, beep)
        self.now += BEEP_SECONDS * beep + said.seconds + said.quiet
        return said

    def _speak(self, limit: float, silence: float, ends: str, beep: bool) -> Speech:
        self._here()
        self._keys = ""
        if beep:
            self.heard.append("beep")
            self._unsaid = 0.0
        if self._unsaid:
            return self._say(self._unsaid, limit, silence, ends)
        step = self._due(["beep"] if beep else [])
        if step is None or step.silence:
            if step is not None:
                self._steps.pop(0)
            return Speech(seconds=0, quiet=silence, end=RecordEnd.SILENCE)
        if step.hang_up:
            return Speech(seconds=0, quiet=0, end=self._left(RecordEnd.NOTHING))
        if step.press and step.press[0] in ends:
            self._steps.pop(0)
            self._keys = step.press[1:]
            return Speech(seconds=0, quiet=AFTER_BEEP, end=RecordEnd.KEY, key=step.press[0])
        if not step.spoken:
            return Speech(seconds=0, quiet=silence, end=RecordEnd.SILENCE)
        self._steps.pop(0)
        return self._say(step.spoken, limit, silence, ends)

    def _say(self, seconds: float, limit: float, silence: float, ends: str) -> Speech:
        """So many seconds of speech, of which a recording takes ``limit``."""
        self._unsaid = max(0.0, seconds - limit)
        if seconds >= limit:
            return Speech(seconds=limit, quiet=0, end=RecordEnd.LIMIT)
        return self._after(seconds, silence, ends)

    def _after(self, seconds: float, silence: float, ends: str) -> Speech:
        """How a recording ends is the next step, if that waits for nothing."""
        step = self._due([])
        if step is not None and step.hang_up:
            return Speech(seconds=seconds, quiet=0, end=self._left(RecordEnd.HANGUP))
        if step is not None and step.press and step.press[0] in ends:
            self._steps.pop(0)
            self._keys = step.press[1:]
            return Speech(seconds=seconds, quiet=0, end=RecordEnd.KEY, key=step.press[0])
        return Speech(seconds=seconds, quiet=silence, end=RecordEnd.SILENCE)

    def _due(self, played: Sequence[str]) -> Step | None:
        """The next step, if its moment has come."""
        step = self._steps[0] if self._steps else None
        return step if step is not None and (not step.wait or step.wait in played) else None

    def _left(self, end: RecordEnd) -> RecordEnd:
        self._gone = True
        self._steps.pop(0)
        return end

    def _here(self) -> None:
        if self._gone:
            raise HungUp
