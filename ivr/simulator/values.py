"""What a scenario file says, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ivr.model.calls import EndReason
from ivr.model.code import is_valid
from ivr.model.tickets import State
from ivr.phone import KEYPAD
from ivr.settings.shape import Flag, Number, Wrong
from ivr.words import tr

KEYS = frozenset(KEYPAD)


def _keys(pressed: str) -> str:
    if not set(pressed) <= KEYS:
        raise Wrong(tr("có dấu không phải phím", "holds a sign that is no key"))
    return pressed


def _code(code: str) -> str:
    if not is_valid(code):
        raise Wrong(tr(f"mã sai chữ số kiểm tra: {code}", f"a code with a wrong check digit: {code}"))
    return code


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing the citizen does, once ``wait`` is heard (``""``: at once). Exactly one of the others is set."""

    wait: str = ""
    press: Annotated[str, AfterValidator(_keys)] = ""
    """Keys in their order."""
    speak: Annotated[Number, Field(ge=0)] = 0.0
    """Seconds of a tone, which counts as speech."""
    say: str = ""
    """A sentence for the synthetic voice."""
    silence: Flag = False
    """Nothing is done this time: the prompt runs out."""
    hang_up: Flag = False

    @property
    def spoken(self) -> float:
        """Seconds this step speaks; a sentence's are guessed."""
        return self.speak or len(self.say) / 12


class Operator(StrEnum):
    """What the person that key 0 rings does."""

    AWAY = "away"  # no operator takes the call: busy, or away from the desk
    NONE = "none"  # there is no telephone to ring
    FULL = "full"  # as many callers wait already as may
    ANSWERS = "answers"  # takes it and hangs up after a moment


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A ticket that stands before the call."""

    code: Annotated[str, AfterValidator(_code)]
    last4: str = ""
    state: State = State.MOI
    agency: str | None = None


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the call must lead to; None is not looked at."""

    heard: tuple[str, ...] = ()
    """Prompt ids in this order; others may stand between."""
    unheard: tuple[str, ...] = ()
    """Prompt ids that must not be heard."""
    end: EndReason | None = None
    filed: tuple[Mapping[str, Any], ...] | None = None
    """Values of each ticket in the order they were spoken, of which none may be missing; empty: nothing is filed."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One call."""

    name: str
    """The file's name without its ending, behind ``<city>/`` in a city's folder or where cities share the file."""
    title: Mapping[str, str]
    city: str
    number: str
    """The caller's number as the network says it; ``""`` for none."""
    caller_name: str
    called: str
    at: datetime
    switches: frozenset[str] = frozenset()
    operator: Operator = Operator.AWAY
    room: bool = True
    """Whether the spool has space for a recording."""
    database: bool = True
    """Whether the database answers."""
    tickets: tuple[Prepared, ...] = ()
    steps: tuple[Step, ...]
    expected: Expected = field(default_factory=Expected)

    @property
    def token(self) -> str:
        """What the caller's name is on the line: begins with :attr:`tag`."""
        return f"{self.tag} {self.caller_name}".strip()

    @property
    def tag(self) -> str:
        """What the scenario's call is found by."""
        return f"{self.name}:"

    @property
    def plain(self) -> bool:
        """Whether any running system can play it: nothing is broken, thrown or prepared for it."""
        return self.room and self.database and not self.switches and not self.tickets and self.operator is Operator.AWAY
