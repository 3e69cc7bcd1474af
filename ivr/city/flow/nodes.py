"""The closed union of menu nodes: what a city's ``menu.toml`` is made of, frozen after the check."""

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from ivr.phone import KEYPAD
from ivr.settings.shape import CONFIG, Filled, Flag, Number, Strings, Whole, Wrong
from ivr.words import tr

KEYS = frozenset(KEYPAD) - {"*"}
"""Keys a menu may give a meaning; ``*`` always repeats."""


def _key(key: str) -> str:
    if key not in KEYS:
        why = tr("phím * luôn là nghe lại", "* always repeats") if key == "*" else tr("có: 0–9 và #", "0–9 and # are")
        raise Wrong(tr(f"“{key}” không phải là phím ({why})", f'"{key}" is not a key ({why})'))
    return key


def _choice(given: Any) -> Any:
    return {"goto": given} if isinstance(given, str) else given


def _some(keys: dict[str, "Choice"]) -> dict[str, "Choice"]:
    if not keys:
        raise Wrong(tr("không có phím nào", "has no keys"))
    return keys


Seconds = Annotated[Number, Field(ge=0.1)]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What choosing a key settles about the report: merged into the call's facts."""

    category: Filled | None = None
    kind: Filled | None = None
    confidential: Flag | None = None
    urgent: Flag | None = None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One key of a menu: where it leads and what it settles."""

    goto: Filled
    set: Answers = field(default_factory=Answers)


Choices = Annotated[
    dict[Annotated[str, AfterValidator(_key)], Annotated[Choice, BeforeValidator(_choice)]], AfterValidator(_some)
]
"""The keys of a menu; a string is short for ``{ goto = … }``."""


@dataclass(frozen=True, kw_only=True)
class _Node:
    """What all nodes have; a setting that a node type does not have is a fault."""

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    id: str
    """The name of its table."""


@dataclass(frozen=True, kw_only=True)
class Say(_Node):
    """Play prompts, then go on. A key pressed meanwhile is kept for the next menu (key-ahead)."""

    prompts: Strings
    next: Filled


@dataclass(frozen=True, kw_only=True)
class Menu(_Node):
    """Ask for one key. ``*`` repeats; ``silences`` silences or ``tries`` wrong keys lead to ``give_up``.

    ``prompts`` is played first, ``short`` after a silence or a wrong key (empty: ``prompts`` again).
    """

    prompts: Strings
    keys: Choices
    give_up: Filled
    short: Strings = ()
    silences: Annotated[Whole, Field(ge=1)] = 1
    tries: Annotated[Whole, Field(ge=1)] = 2
    wait: Seconds | None = None
    """Seconds to wait for a key; None is the setting ``key_wait``."""


@dataclass(frozen=True, kw_only=True)
class Language(_Node):
    """Go on in another language: ``vi``, ``en``, or ``other`` (the one of the two not spoken now)."""

    language: Literal["vi", "en", "other"]
    next: Filled


@dataclass(frozen=True, kw_only=True)
class Hours(_Node):
    """Fork by the opening hours and holidays of the city (``hours.toml``, schedule ``schedule``)."""

    schedule: Filled
    open: Filled
    closed: Filled


@dataclass(frozen=True, kw_only=True)
class Switch(_Node):
    """Fork by a named switch that a person throws (``emergency``): ``tongdai flow switch``."""

    switch: Filled
    on: Filled
    off: Filled


@dataclass(frozen=True, kw_only=True)
class Consent(_Node):
    """Ask who has refused whether they agree after all: key 1 → ``next``, anything else → ``refused``."""

    prompts: Strings
    next: Filled
    refused: Filled


@dataclass(frozen=True, kw_only=True)
class Record(_Node):
    """The whole recording: instruction, beep, takes that are appended, review, sending, cancelling.

    ``next`` is where the caller goes once the report is sent, ``cancelled`` who cancels it, ``refused`` who presses
    0 in the instruction, ``cannot`` where the disk has no space, ``silent`` who said nothing twice (asked once more
    with ``short``).
    """

    prompts: Strings
    next: Filled
    cancelled: Filled
    refused: Filled
    cannot: Filled
    silent: Filled
    short: Strings = ("ngan",)
    set: Answers = field(default_factory=Answers)


@dataclass(frozen=True, kw_only=True)
class Contact(_Node):
    """Ask how to reach the caller: silence is this number, 2 another one, 3 none (→ PIN)."""

    next: Filled


@dataclass(frozen=True, kw_only=True)
class Publish(_Node):
    """Ask consent to publication; no key = no."""

    prompts: Strings
    next: Filled


@dataclass(frozen=True, kw_only=True)
class Receipt(_Node):
    """Speak the ticket code twice, and the PIN when no number was left."""

    next: Filled


@dataclass(frozen=True, kw_only=True)
class Callback(_Node):
    """File a request to be rung back: asks for the number, makes a ticket of kind ``goi_lai``, speaks its code.

    ``cannot`` is where the caller goes when no number was entered or nothing can be written.
    """

    next: Filled
    cannot: Filled
    set: Answers = field(default_factory=Answers)


@dataclass(frozen=True, kw_only=True)
class Status(_Node):
    """Speak a ticket's state for its code and the last four digits or PIN; tries are limited."""

    next: Filled
    locked: Filled


@dataclass(frozen=True, kw_only=True)
class Ring(_Node):
    """Ring a person: ``line`` names an entry of ``lines`` in ``city.toml``, ``operator`` is the setting.

    ``unanswered`` is where the caller goes when everybody was busy or away from the desk for ``wait`` seconds;
    ``absent`` when there is no telephone to ring at all, ``full`` when the line has as many waiting callers as it may
    (without one of these: ``unanswered`` too).
    """

    line: Filled
    unanswered: Filled
    next: Filled
    absent: Filled | None = None
    full: Filled | None = None
    prompts: Strings = ()
    wait: Seconds | None = None


@dataclass(frozen=True, kw_only=True)
class Lookup(_Node):
    """Speak an entry of a small data file (``lookups/<source>.toml``) chosen by keys, with its "as of" date."""

    source: Filled
    next: Filled


@dataclass(frozen=True, kw_only=True)
class Announcements(_Node):
    """Speak the announcements in force, newest first, with the date each is from."""

    next: Filled


@dataclass(frozen=True, kw_only=True)
class Bye(_Node):
    """Say good-bye and end the call. The only node without a way on."""

    prompts: Strings = ("tam-biet",)


Node = (
    Say
    | Menu
    | Language
    | Hours
    | Switch
    | Consent
    | Record
    | Contact
    | Publish
    | Receipt
    | Callback
    | Status
    | Ring
    | Lookup
    | Announcements
    | Bye
)

NODE_TYPES: dict[str, type[Node]] = {
    "say": Say,
    "menu": Menu,
    "language": Language,
    "hours": Hours,
    "switch": Switch,
    "consent": Consent,
    "record": Record,
    "contact": Contact,
    "publish": Publish,
    "receipt": Receipt,
    "callback": Callback,
    "status": Status,
    "ring": Ring,
    "lookup": Lookup,
    "announcements": Announcements,
    "bye": Bye,
}
"""The ``type`` a TOML node names."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A checked menu: nodes by id and where a call begins."""

    start: str
    nodes: dict[str, Node]
