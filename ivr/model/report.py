"""A report, whatever channel it came by: what was said or written, its parts, and the facts of its call, if any."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.model.tickets import Channel, Consent, ContactKind, Kind
from ivr.phone import RecordEnd

TRIAL = "trial"
"""Mark of a report from a call that only tried the hotline."""


class PartKind(StrEnum):
    """What one part of a report is."""

    TAKE = "take"  # one recording attempt of a citizen who speaks to the menu
    TALK = "talk"  # a stretch of a conversation with a person, one leg of it
    FILE = "file"  # a picture or a document that was sent along


class PartState(StrEnum):
    """How far one part is."""

    RECORDING = "recording"  # it is being written
    RECORDED = "recorded"  # ended, long enough, kept
    DROPPED = "dropped"  # nothing was heard in it, the caller began again, or cancelled: its file goes


@dataclass(frozen=True, kw_only=True)
class Part:
    """One piece of a report, in the order in which it was spoken or sent."""

    number: int
    """Counts from 1 within the report."""
    kind: PartKind = PartKind.TAKE
    file: str
    """Its name in the spool folder."""
    state: PartState = PartState.RECORDING
    leg: str = ""
    """Whose voice it holds where a conversation is recorded leg by leg: ``caller`` or ``operator``."""
    offset: float = 0.0
    """Seconds from the beginning of the conversation to the beginning of this part; of takes, which are joined one
    after another when they are filed, it is only known then."""
    seconds: float = 0.0
    """By samples on disk; 0 while it is recorded."""
    clock_seconds: float | None = None
    """Seconds the recorder ran by the clock, None where not measured. More than ``seconds``: sound is missing."""
    end: RecordEnd | None = None
    """How it ended; None where that is not known."""
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class CallFacts:
    """What is known of a call from its first moment on; a new fact is a field here and a column of ``calls``."""

    ulid: str
    instance: str
    """Name of the hotline that took it."""
    city: str
    caller_raw: str = ""
    """The number as the network gave it."""
    caller_number: str | None = None
    """E.164; None for an anonymous caller."""
    caller_name: str = ""
    called: str = ""
    uniqueid: str = ""
    linkedid: str = ""
    notice_version: str = ""
    """Which wording of the notice about recording was in force."""
    trial: bool = False
    """Whether somebody only tried the hotline (``tongdai call``): no citizen, and in no figure."""
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything a ticket is made of; services take it whatever channel it came by."""

    ulid: str
    """The report's own; the first report of a call has the call's."""
    version: int = 0
    """Counts up with each change: a ticket is only ever brought to a newer one. 0 has never been kept."""
    channel: Channel = Channel.PHONE
    channel_id: str = ""
    """The message's id in its channel, of which one ticket is made however often it comes; empty: ``ulid``."""
    city: str
    language: str = "vi"
    facts: CallFacts | None = None
    """The call it was spoken in."""
    reported_at: datetime
    """When the citizen spoke (first beep), wrote, or asked to be rung back."""
    text: str = ""
    """What was written; empty for what was spoken."""
    parts: tuple[Part, ...] = ()
    """In order; empty for a request to be rung back: a ticket without a recording."""
    category: str | None = None
    kind: Kind = Kind.PHAN_ANH
    confidential: bool = False
    urgent: bool = False
    consent: Consent = Consent.NONE
    """The answer about recording."""
    consent_key: str | None = None
    """The key that gave it, on a telephone."""
    consent_at: datetime | None = None
    notice_version: str = ""
    """Which wording of the notice about recording was in force."""
    notice_seconds: float | None = None
    """Seconds of it that were heard; None where that was not measured."""
    code: str | None = None
    pin_mac: str | None = None
    contact_kind: ContactKind = ContactKind.UNASKED
    contact_number: str | None = None
    publish: bool | None = None
    publish_at: datetime | None = None
    flags: tuple[str, ...] = ()

    @property
    def natural_key(self) -> tuple[Channel, str]:
        """Channel and the id in it: filing is idempotent on both together."""
        return self.channel, self.channel_id or self.ulid

    @property
    def call_id(self) -> str | None:
        """ULID of the call it was reported in; None for a report without a call."""
        return None if self.facts is None else self.facts.ulid

    @property
    def is_further(self) -> bool:
        """Whether an earlier report of the same call has the call's ULID."""
        return self.facts is not None and self.facts.ulid != self.ulid

    @property
    def caller_number(self) -> str | None:
        """The number the call came from, in E.164."""
        return None if self.facts is None else self.facts.caller_number

    @property
    def marks(self) -> tuple[str, ...]:
        """Its flags, and that it is a trial, each once."""
        trial = (TRIAL,) if self.facts is not None and self.facts.trial else ()
        return tuple(dict.fromkeys((*trial, *(str(flag) for flag in self.flags))))

    @property
    def kept(self) -> tuple[Part, ...]:
        """The parts that are filed, in the order in which they were spoken: all that are recorded."""
        return tuple(part for part in self.parts if part.state is PartState.RECORDED)
