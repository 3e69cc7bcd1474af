"""The callers whose seconds are counted: what each does at a greeting, at a list and at the instruction."""

from dataclasses import dataclass
from math import ceil
from typing import Protocol

from ivr.city.flow.nodes import Menu
from ivr.city.seconds.line import Line
from ivr.city.seconds.reports import Reports
from ivr.words import tr

DEEPER = "1"
"""The key of a list in which nothing can be reported at once."""
ONWARD = "1"
"""The key by which who knows the way goes on to the beep; any but 0 does."""
HURRY = 1.0
"""Seconds after which who knows the way presses: the same key within that time counts as held."""


@dataclass(frozen=True, kw_only=True)
class Pauses:
    """Seconds that a caller who does nothing lets pass."""

    key: float
    """At a list, where the list itself has no other."""
    silence: float
    """In a recording, until it ends."""
    block: float = 0.0
    """Of a recording, that are written at once: silence is looked for in what is written."""

    @property
    def behind_speech(self) -> float:
        """Most seconds from the last word until silence ends the recording: the block it began in may count nothing."""
        return self.silence + self.block

    @property
    def without_speech(self) -> float:
        """Seconds until a recording ends in which nothing is said: whole blocks."""
        return ceil(self.silence / self.block) * self.block if self.block else self.silence


class Caller(Protocol):
    """What a caller does; each method adds to the line what is heard meanwhile."""

    def at_greeting(self, line: Line, prompts: tuple[str, ...]) -> None:
        """Something is said that keys cut short."""
        ...

    def at_list(self, line: Line, menu: Menu) -> str:
        """Where the caller goes from a list; ``""`` where this caller is of no interest from here on."""
        ...

    def at_instruction(self, line: Line, prompts: tuple[str, ...]) -> None:
        """It is said what to do at the beep."""
        ...


@dataclass(frozen=True, kw_only=True)
class HearsOut:
    """Hears everything to its end, then presses the key of a report."""

    reports: Reports

    def at_greeting(self, line: Line, prompts: tuple[str, ...]) -> None:
        """See :class:`Caller`."""
        line.say(prompts)

    def at_list(self, line: Line, menu: Menu) -> str:
        """See :class:`Caller`."""
        line.say(menu.prompts)
        return _report(line, menu, self.reports)

    def at_instruction(self, line: Line, prompts: tuple[str, ...]) -> None:
        """See :class:`Caller`."""
        line.say(prompts)


@dataclass(frozen=True, kw_only=True)
class Silent(HearsOut):
    """Hears everything and presses nothing."""

    pauses: Pauses

    def at_list(self, line: Line, menu: Menu) -> str:
        """See :class:`Caller`."""
        said = menu.prompts
        for number in range(menu.silences):
            if number:
                line.say(["chua-nghe"])
            line.say(said)
            line.wait(tr("chờ phím", "waiting"), self.pauses.key if menu.wait is None else menu.wait)
            said = menu.short or menu.prompts
        return menu.give_up


@dataclass(frozen=True, kw_only=True)
class BySentence(HearsOut):
    """Presses one key that reports something when the sentence that names it is over."""

    key: str

    def at_list(self, line: Line, menu: Menu) -> str:
        """See :class:`Caller`."""
        until = line.until_named(menu.prompts, self.key)
        if until is None or self.key not in self.reports[menu.id]:
            return ""
        line.say(menu.prompts, most=until)
        line.press(self.key)
        return menu.keys[self.key].goto


@dataclass(kw_only=True)
class AtOnce:
    """Knows the way: presses the key a second after something has begun; pressed early it counts at the next list."""

    reports: Reports
    ahead: bool = False

    def at_greeting(self, line: Line, prompts: tuple[str, ...]) -> None:
        """See :class:`Caller`."""
        if not self.ahead:
            line.say(prompts, most=HURRY)
            self.ahead = True

    def at_list(self, line: Line, menu: Menu) -> str:
        """See :class:`Caller`."""
        if not self.ahead:
            line.say(menu.prompts, most=HURRY)
        self.ahead = False
        return _report(line, menu, self.reports)

    def at_instruction(self, line: Line, prompts: tuple[str, ...]) -> None:
        """See :class:`Caller`."""
        line.say(prompts, most=HURRY)
        line.press(ONWARD)


def _report(line: Line, menu: Menu, reports: Reports) -> str:
    """Press the first key that reports something, or key 1, which goes deeper, where there is none; where it leads.

    Who has pressed it in the greeting already did so at the end of what was heard last.
    """
    key = next(iter(reports[menu.id]), DEEPER)
    if key not in menu.keys:
        return ""
    line.press(key)
    return menu.keys[key].goto
