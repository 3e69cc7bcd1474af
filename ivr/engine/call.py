"""What is known of the call while it lasts: who calls, what the keys settled, the report under way."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from ivr.city.city import City
from ivr.city.flow.nodes import Answers
from ivr.engine.clock import Clock
from ivr.engine.dependencies import Dependencies
from ivr.engine.dialogue import Dialogue
from ivr.engine.report import Report
from ivr.model.numbers import normalise
from ivr.model.text import clean as clean_text
from ivr.model.tickets import Consent, Kind
from ivr.phone import Caller, Stage
from ivr.settings import Settings
from ivr.spool import CallJournal, Sidecar, SidecarState

LONGEST_TEXT = 128
"""Characters kept of what the network says about a caller."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Consent to the recording: the key that gave it and when; silence is ``NONE``."""

    consent: Consent = Consent.NONE
    key: str | None = None
    at: datetime | None = None


@dataclass(kw_only=True)
class Call:
    """One call, used by its one thread."""

    ulid: str
    caller: Caller
    """Cleaned by :func:`clean`."""
    started_at: datetime
    city: City
    dialogue: Dialogue
    dependencies: Dependencies
    settings: Settings
    clock: Clock
    facts: Answers = field(default_factory=Answers)
    agreement: Agreement = field(default_factory=Agreement)
    report: Report | None = None
    connected: bool = False
    """A person took the call."""
    reports: int = 0
    """Reports of this call that left something behind."""

    @property
    def number(self) -> str | None:
        """The caller's number in E.164, None for an anonymous caller."""
        return normalise(self.caller.number)

    def settle(self, answers: Answers) -> None:
        """Merge what a key or node settles about the report."""
        given = {name: value for name in _ANSWERS if (value := getattr(answers, name)) is not None}
        self.facts = replace(self.facts, **given)

    def new_report(self) -> Report:
        """A report with the facts so far; the first carries the call's own ULID. Nothing is on disk yet."""
        now = self.clock()
        ulid = self.ulid if self.reports == 0 else self.dependencies.new_ulid(now)
        sidecar = replace(self._blank(ulid), spoken_at=now)
        minimum = self.settings.record_minimum
        self.report = Report(sidecar, dependencies=self.dependencies, clock=self.clock, minimum=minimum)
        return self.report

    def open_report(self) -> Report:
        """The report that another take belongs to, else a new one."""
        if self.report is not None and self.report.sent:
            self.end_report()
        return self.report or self.new_report()

    def end_report(self, *, hung_up: bool = False) -> None:
        """Settle the present report; the next one in this call starts with facts of its own."""
        if self.report is not None:
            self._close(self.report, hung_up=hung_up)
            self.facts = Answers()

    def drop_report(self) -> None:
        """Nothing was said: the report goes, what the caller's keys settled stays for the next one."""
        if self.report is not None:
            self._close(self.report, hung_up=False)

    def _close(self, report: Report, *, hung_up: bool) -> None:
        """One that left nothing behind leaves the call's ULID to the next: each call is counted once."""
        report.close(hung_up=hung_up)
        if report.sidecar.state is not SidecarState.CANCELLED:
            self.reports += 1
        self.report, self.agreement = None, Agreement()

    def stage(self, stage: Stage) -> None:
        """Tell the dialplan how far the report is."""
        self.dialogue.phone.stage(stage)

    def journal_start(self) -> CallJournal:
        """The facts the call's journal begins with."""
        return CallJournal(
            ulid=self.ulid,
            instance=self.settings.instance,
            city=self.city.id,
            caller_raw=self.caller.number,
            caller_number=self.number,
            caller_name=self.caller.name,
            called=self.caller.called,
            uniqueid=self.caller.uniqueid,
            linkedid=self.caller.linkedid,
            started_at=self.started_at,
        )

    def _blank(self, ulid: str) -> Sidecar:
        return Sidecar(
            ulid=ulid,
            call="" if ulid == self.ulid else self.ulid,
            instance=self.settings.instance,
            city=self.city.id,
            caller_raw=self.caller.number,
            caller_number=self.number,
            caller_name=self.caller.name,
            called=self.caller.called,
            uniqueid=self.caller.uniqueid,
            linkedid=self.caller.linkedid,
            language=self.dialogue.language,
            keys=self.dialogue.all_keys,
            started_at=self.started_at,
            spoken_at=self.started_at,
            category=self.facts.category,
            kind=Kind(self.facts.kind or Kind.PHAN_ANH),
            confidential=bool(self.facts.confidential),
            urgent=bool(self.facts.urgent),
            consent=self.agreement.consent,
            consent_key=self.agreement.key,
            consent_at=self.agreement.at,
            notice_version=self.city.notice_version,
        )


_ANSWERS = ("category", "kind", "confidential", "urgent")


def clean(caller: Caller) -> Caller:
    """The caller without anything that could do harm where it is shown or sent on; the one place for it.

    Control characters (CR, LF, NUL …), marks that turn the writing direction and lone surrogates go; spaces are
    joined; each text has at most :data:`LONGEST_TEXT` characters.
    """
    return Caller(
        number=clean_text(caller.number, LONGEST_TEXT),
        name=clean_text(caller.name, LONGEST_TEXT),
        called=clean_text(caller.called, LONGEST_TEXT),
        uniqueid=clean_text(caller.uniqueid, LONGEST_TEXT),
        linkedid=clean_text(caller.linkedid, LONGEST_TEXT),
        city=clean_text(caller.city, LONGEST_TEXT),
    )
