"""What is known of the call while it lasts: who calls, what the keys settled, the report under way."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from ivr.callcentre.promises import Standing
from ivr.city.city import City
from ivr.city.flow.nodes import Answers
from ivr.engine.clock import Clock
from ivr.engine.dependencies import Dependencies
from ivr.engine.dialogue import Dialogue
from ivr.engine.report import SpokenReport
from ivr.model.journal import Left
from ivr.model.numbers import normalise
from ivr.model.report import CallFacts
from ivr.model.text import clean as clean_text
from ivr.model.tickets import Consent, Kind
from ivr.phone import Caller, RingResult, Stage
from ivr.settings import Settings
from ivr.spool import CallJournal, Sidecar, SidecarState

LONGEST_TEXT = 128
"""Characters kept of what the network says about a caller."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The answer about recording: the key that gave it and when; ``NONE`` where only the notice was heard."""

    consent: Consent = Consent.NONE
    key: str | None = None
    at: datetime | None = None


@dataclass(kw_only=True)
class Call:
    """One call, used by its one thread."""

    facts: CallFacts
    city: City
    dialogue: Dialogue
    dependencies: Dependencies
    settings: Settings
    clock: Clock
    answers: Answers = field(default_factory=Answers)
    """What the caller's keys settled about the report."""
    agreement: Agreement = field(default_factory=Agreement)
    report: SpokenReport | None = None
    connected: bool = False
    """A person took the call."""
    waited_in: str = ""
    """The queue in which the caller has just waited in vain."""
    standings: dict[str, Standing] = field(default_factory=dict)
    """By queue: what was asked about the caller since the last wait."""
    _refusal: Agreement = field(default_factory=Agreement)
    """What the answer is again after a report to which the caller said yes."""
    reports: int = 0
    """Reports of this call that left something behind."""

    @property
    def ulid(self) -> str:
        """The call's."""
        return self.facts.ulid

    @property
    def number(self) -> str | None:
        """The caller's number in E.164, None for an anonymous caller."""
        return self.facts.caller_number

    def settle(self, answers: Answers) -> None:
        """Merge what a key or node settles about the report."""
        given = {name: value for name in _ANSWERS if (value := getattr(answers, name)) is not None}
        self.answers = replace(self.answers, **given)

    def new_report(self) -> SpokenReport:
        """A report with the answers so far; the first carries the call's own ULID. Nothing is on disk yet."""
        now = self.clock()
        ulid = self.ulid if self.reports == 0 else self.dependencies.new_ulid(now)
        minimum = self.settings.record_minimum
        self.report = SpokenReport(
            self._blank(ulid, now), dependencies=self.dependencies, clock=self.clock, minimum=minimum
        )
        return self.report

    def open_report(self) -> SpokenReport:
        """The report that another take belongs to, else a new one."""
        if self.report is not None and self.report.sent:
            self.end_report()
        return self.report or self.new_report()

    def end_report(self, *, hung_up: bool = False) -> None:
        """Settle the present report; the next one in this call starts with answers of its own."""
        if self.report is not None:
            self._close(self.report, hung_up=hung_up)
            self.answers = Answers()

    def drop_report(self) -> None:
        """Nothing was said: the report goes, what the caller's keys settled stays for the next one."""
        if self.report is not None:
            self._close(self.report, hung_up=False)

    def _close(self, report: SpokenReport, *, hung_up: bool) -> None:
        """One that left nothing behind leaves the call's ULID to the next: each call is counted once."""
        report.close(hung_up=hung_up)
        if report.sidecar.state is not SidecarState.CANCELLED:
            self.reports += 1
        self.report = None
        if self.agreement.consent is Consent.GIVEN:
            self.agreement = self._refusal

    def agree(self, consent: Consent, key: str) -> None:
        """The caller answers about recording: a refusal holds for the rest of the call, a yes for one report."""
        self.agreement = Agreement(consent=consent, key=key, at=self.clock())
        if consent is Consent.REFUSED:
            self._refusal = self.agreement
        self.dialogue.journal.consent(consent)

    def leave(self, node: str) -> None:
        """Before a queue: what was said is sent, and what another session needs to go on is journalled.

        A yes to a recording is for one report: who refused before is asked again after the queue.
        """
        self.end_report()
        self.agreement = self._refusal
        left = Left(
            node=node,
            category=self.answers.category,
            kind=self.answers.kind,
            confidential=self.answers.confidential,
            urgent=self.answers.urgent,
            reports=self.reports,
            keys=self.dialogue.all_keys,
            consent=self.agreement.consent,
            consent_key=self.agreement.key,
            consent_at=self.agreement.at,
            notices=self.dialogue.notice.whole,
        )
        if not self.dialogue.journal.left(left):
            self.dependencies.unwritten.keep(replace(self.journal(), left=left))

    def come_back(self, left: Left, so_far: CallJournal) -> None:
        """Be the call again that another session left."""
        self.answers = Answers(
            category=left.category, kind=left.kind, confidential=left.confidential, urgent=left.urgent
        )
        self.reports = left.reports
        self.connected = any(step.says(RingResult.ANSWERED.value) for step in so_far.steps)
        self.agreement = Agreement(consent=left.consent, key=left.consent_key, at=left.consent_at)
        self._refusal = self.agreement
        dialogue = self.dialogue
        dialogue.all_keys, dialogue.language = left.keys, "en" if so_far.language == "en" else "vi"
        dialogue.notice.seconds.update(so_far.notice_heard)
        for language in left.notices:
            dialogue.notice.say(language)

    def stage(self, stage: Stage) -> None:
        """Set a channel variable for the dialplan: how far the report is."""
        self.dialogue.phone.stage(stage)

    def journal(self) -> CallJournal:
        """The call as it stands, without its steps."""
        return CallJournal(
            facts=self.facts,
            language=self.dialogue.language,
            notice_heard=dict(self.dialogue.notice.seconds),
            consent=None if self.agreement.key is None else self.agreement.consent,
        )

    def _blank(self, ulid: str, now: datetime) -> Sidecar:
        return Sidecar(
            ulid=ulid,
            city=self.city.id,
            language=self.dialogue.language,
            facts=self.facts,
            reported_at=now,
            keys=self.dialogue.all_keys,
            category=self.answers.category,
            kind=Kind(self.answers.kind or Kind.PHAN_ANH),
            confidential=bool(self.answers.confidential),
            urgent=bool(self.answers.urgent),
            consent=self.agreement.consent,
            consent_key=self.agreement.key,
            consent_at=self.agreement.at,
            notice_version=self.facts.notice_version,
            notice_seconds=self.dialogue.notice.seconds.get(self.dialogue.language),
        )


def facts_of(caller: Caller, *, ulid: str, started_at: datetime, city: City, instance: str) -> CallFacts:
    """What is known of a call as it begins; ``caller`` cleaned by :func:`clean`."""
    return CallFacts(
        ulid=ulid,
        instance=instance,
        city=city.id,
        caller_raw=caller.number,
        caller_number=normalise(caller.number),
        caller_name=caller.name,
        called=caller.called,
        uniqueid=caller.uniqueid,
        linkedid=caller.linkedid,
        notice_version=city.notice_version,
        trial=caller.trial,
        started_at=started_at,
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
        trial=caller.trial,
    )
