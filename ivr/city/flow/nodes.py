"""The closed union of menu nodes: what a city's ``menu.toml`` is made of, frozen after the check."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What choosing a key settles about the report: merged into the call's facts."""

    category: str | None = None
    kind: str | None = None
    confidential: bool | None = None
    urgent: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One key of a menu: where it leads and what it settles."""

    goto: str
    set: Answers = field(default_factory=Answers)


@dataclass(frozen=True, kw_only=True)
class Say:
    """Play prompts, then go on. A key pressed meanwhile is kept for the next menu (key-ahead)."""

    id: str
    prompts: tuple[str, ...]
    next: str


@dataclass(frozen=True, kw_only=True)
class Menu:
    """Ask for one key. ``*`` repeats; silence or a wrong key ``tries`` times leads to ``give_up``.

    ``prompts`` is played first, ``short`` on repeats (empty: ``prompts`` again).
    """

    id: str
    prompts: tuple[str, ...]
    keys: dict[str, Choice]
    give_up: str
    short: tuple[str, ...] = ()
    tries: int = 2
    wait: float | None = None
    """Seconds to wait for a key; None is the setting ``key_wait``."""


@dataclass(frozen=True, kw_only=True)
class Language:
    """Go on in another language: ``vi``, ``en``, or ``other`` (the one of the two not spoken now)."""

    id: str
    language: str
    next: str


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Fork by the opening hours and holidays of the city (``hours.toml``, schedule ``schedule``)."""

    id: str
    schedule: str
    open: str
    closed: str


@dataclass(frozen=True, kw_only=True)
class Switch:
    """Fork by a named switch that a person throws (``emergency``): ``tongdai flow switch``."""

    id: str
    switch: str
    on: str
    off: str


@dataclass(frozen=True, kw_only=True)
class Consent:
    """Ask consent to the recording: key 1 → ``given``, key 0 → ``refused``; no key → ``given`` path, consent none."""

    id: str
    prompts: tuple[str, ...]
    next: str
    refused: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """Record the report: too short is asked again once (``ngan``); hanging up files what was said.

    ``cannot`` is where the caller goes when there is no room to record, ``silent`` who said nothing both times
    (nothing is filed for them).
    """

    id: str
    prompts: tuple[str, ...]
    next: str
    cannot: str
    silent: str
    short: tuple[str, ...] = ("ngan",)
    set: Answers = field(default_factory=Answers)


@dataclass(frozen=True, kw_only=True)
class Review:
    """Send (1), listen (2), record again (3), cancel (4, asked once more). No key: send."""

    id: str
    prompts: tuple[str, ...]
    next: str
    again: str
    cancelled: str


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Ask how to reach the caller: this number, another one, none (→ PIN)."""

    id: str
    next: str


@dataclass(frozen=True, kw_only=True)
class Publish:
    """Ask consent to publication; no key = no."""

    id: str
    prompts: tuple[str, ...]
    next: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Speak the ticket code twice, and the PIN when no number was left."""

    id: str
    next: str


@dataclass(frozen=True, kw_only=True)
class Callback:
    """File a request to be rung back: asks for the number, makes a ticket of kind ``goi_lai``, speaks its code.

    ``cannot`` is where the caller goes when no number came or nothing can be written.
    """

    id: str
    next: str
    cannot: str
    set: Answers = field(default_factory=Answers)


@dataclass(frozen=True, kw_only=True)
class Status:
    """Speak a ticket's state for its code and the last four digits or PIN; tries are limited."""

    id: str
    next: str
    locked: str


@dataclass(frozen=True, kw_only=True)
class Ring:
    """Ring a person: ``line`` names an entry of ``lines`` in ``city.toml``, ``operator`` is the setting."""

    id: str
    line: str
    unanswered: str
    next: str
    prompts: tuple[str, ...] = ()
    wait: float | None = None


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """Speak an entry of a small data file (``lookups/<source>.toml``) chosen by keys, with its "as of" date."""

    id: str
    source: str
    next: str


@dataclass(frozen=True, kw_only=True)
class Announcements:
    """Speak the announcements in force, newest first, with the date each is from."""

    id: str
    next: str


@dataclass(frozen=True, kw_only=True)
class Bye:
    """Say good-bye and end the call. The only node without a way on."""

    id: str
    prompts: tuple[str, ...] = ("tam-biet",)


Node = (
    Say
    | Menu
    | Language
    | Hours
    | Switch
    | Consent
    | Record
    | Review
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
    "review": Review,
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
