"""A home with people of every role and reports in every stage, all made by the services' own verbs."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select
from ulid import ULID

from ivr.callcentre.segments import Direction, Segment, SegmentKind, Timeline
from ivr.callcentre.visits import Outcome, Visit
from ivr.jobs import queue
from ivr.model import Call, Channel, Consent, EndReason, LineCall, Refusal, Report, Role, SignIn, State, Ticket
from ivr.model.code import make_code
from ivr.model.report import Part, PartState
from ivr.recordings import file_audio
from ivr.secrets import pin_mac
from ivr.services import casework, intake, line_calls, listing, people
from ivr.services.calls import record_call
from ivr.services.line_calls import Written
from ivr.services.transcribing import TRANSCRIBE
from ivr.services.transcripts import store_transcript
from ivr.settings import Settings, load_settings
from ivr.spool import CallJournal, SidecarState, Step
from ivr.store import Store
from ivr.testing.database import sqlite_store
from ivr.testing.heard import heard_text
from ivr.testing.jobs import claim
from ivr.testing.seeded_reports import REPORTS, SeededReport
from ivr.testing.speechlike import peaks_of, write_speech
from ivr.testing.spool import make_journal, make_sidecar

PASSWORD = "mat-khau-thu-1022"  # noqa: S105  # a test password
"""Everybody's."""
NOW = datetime(2026, 9, 15, 2, 30, tzinfo=UTC)
PEOPLE = (
    ("lan", "Trần Thị Lan", Role.OPERATOR),
    ("minh", "Lê Minh", Role.OPERATOR),
    ("hoa", "Nguyễn Thanh Hoa", Role.SUPERVISOR),
    ("admin", "Quản trị", Role.ADMIN),
)


@dataclass(kw_only=True)
class SeededConsole:
    """A seeded home: what a test asks for."""

    settings: Settings
    store: Store
    now: datetime

    def add(self, report: SeededReport) -> str:
        """File one report with its call and, if it was heard, its transcript; returns its ULID."""
        return _seed(self, report)

    def ulid(self, number: int) -> str:
        """The ULID of the report with this running number."""
        with self.store.reading() as session:
            ticket = listing.find_ticket_by_code(session, make_code(2026, number))
            assert ticket is not None
            return ticket.ulid

    def find(self, number: int) -> Ticket:
        """The ticket with this running number, with its holder and its history."""
        ulid = self.ulid(number)
        with self.store.reading() as session:
            found = listing.find_ticket_of_report(session, ulid)
            assert found is not None
            assert found.assignee is None or found.assignee.username  # both are read while the session is open
            assert found.events
            return found

    def find_talk(self) -> str:
        """The id of the call in which an operator talked; the first, where a test has added others."""
        with self.store.reading() as session:
            of_line = Call.linkedid.in_(select(LineCall.linkedid))
            return session.scalars(select(Call.id).where(of_line).order_by(Call.id).limit(1)).one()

    def miss_call(self, number: str, minutes: float) -> str:
        """A caller left in the menu that long before now; the call's id."""
        start = self.now - timedelta(minutes=minutes)
        call = str(ULID.from_datetime(start))
        with self.store.transaction() as session:
            record_call(session, _journal(call, number, start, ended=True), self.now)
        return call

    def change(self, number: int, **values: object) -> None:
        """Set values of a ticket as they are stored, past the desk's own rules."""
        found = self.find(number).id
        with self.store.transaction() as session:
            ticket = session.get_one(Ticket, found)
            for name, value in values.items():
                setattr(ticket, name, value)

    def write(self, text: str) -> str:
        """File a report that a citizen wrote and no telephone was needed for; its ULID."""
        report = Report(
            ulid=str(ULID.from_datetime(self.now)), version=1, channel=Channel.ZALO, channel_id="msg-7",
            city="da-nang", reported_at=self.now, text=text,
        )  # fmt: skip
        with self.store.transaction() as session:
            intake.file_report(session, report, None, self.now)
        return report.ulid

    def sign_in(self, username: str) -> str:
        """The session token of a signed-in browser, without the quarter of a second that hashing takes."""
        token = secrets.token_urlsafe(32)
        with self.store.transaction() as session:
            row = SignIn(
                token_sha256=people.token_hash(token),
                person_id=people.get_person(session, username).id,
                created_at=self.now,
                seen_at=self.now,
                expires_at=self.now + timedelta(hours=self.settings.session_hours),
            )
            session.add(row)
        return token

    def report_now(self, number: int, text: str, **differs: Any) -> tuple[str, Callable[[], None]]:
        """File a report spoken now; returns its ULID and what the worker would do to it."""
        self.now = datetime.now(UTC)
        ulid = self.add(SeededReport(number=number, minutes=0, text=text, heard=False, **differs))
        times = [(at * 0.3, at * 0.3 + 0.25) for at in range(len(text.split()))]
        return ulid, lambda: hear(self, ulid, text, times, datetime.now(UTC))


def build_home(home: Path, *, reports: bool, now: datetime = NOW) -> Path:
    """Make a home with its people and, if asked, its reports, as it stands at ``now``."""
    settings = load_settings(home=home)
    with sqlite_store(home) as store:
        seeded = SeededConsole(settings=settings, store=store, now=now)
        add_people(seeded)
        if reports:
            seed_all(seeded)
    return home


def add_people(seeded: SeededConsole) -> None:
    """One person of every role, two operators."""
    with seeded.store.transaction() as session:
        hashed = ""
        for username, name, role in PEOPLE:
            person = people.create_person(session, username, name, role, PASSWORD, seeded.now)
            hashed = hashed or person.password_hash
            person.password_hash = hashed


def seed_all(seeded: SeededConsole) -> None:
    """File :data:`REPORTS`, oldest first, and two calls that left nothing; in the newer an operator talked."""
    for report in sorted(REPORTS, key=lambda report: -report.minutes):
        seeded.add(report)
    with seeded.store.transaction() as session:
        for minutes, number in ((2, "+84905123456"), (50, None)):
            start = seeded.now - timedelta(minutes=minutes)
            journal = _journal(str(ULID.from_datetime(start)), number, start, ended=True)
            record_call(session, journal, seeded.now)
            if number:
                line_calls.store(session, "1022", [_talk(journal.facts.linkedid, start)])


def _seed(seeded: SeededConsole, report: SeededReport) -> str:
    spoken = seeded.now - timedelta(minutes=report.minutes)
    ulid = str(ULID.from_datetime(spoken))
    words = report.text.split() or ["…"] * 6
    audio = seeded.settings.spool / f"{ulid}.1.wav"
    audio.parent.mkdir(parents=True, exist_ok=True)
    times = write_speech(audio, len(words), seed=report.number)
    filed = file_audio(seeded.settings, [audio], ulid, spoken)
    sidecar = make_sidecar(
        ulid=ulid, call=report.call, version=2, state=SidecarState.TO_FILE, instance="1022", city="da-nang",
        caller_raw=report.caller or "anonymous", caller_number=report.caller, called="1022",
        started_at=spoken - timedelta(seconds=40), reported_at=spoken, category=report.category, kind=report.kind,
        confidential=report.confidential, urgent=report.urgent, consent=Consent.GIVEN, consent_key="1",
        consent_at=spoken, notice_version="2026-01",
        parts=(Part(number=1, file=audio.name, state=PartState.RECORDED, seconds=filed.seconds, started_at=spoken),),
        code=make_code(2026, report.number), contact_kind=report.contact, publish=True, publish_at=spoken,
        pin_mac=pin_mac(seeded.settings, ulid, report.pin) if report.pin else None, flags=report.flags, ended=True,
    )  # fmt: skip
    due = spoken + timedelta(hours=report.hours) if report.hours else None
    with seeded.store.transaction() as session:
        made = intake.file_report(session, sidecar, filed, spoken, due)
        if not report.call:
            journal = _journal(ulid, report.caller, spoken - timedelta(seconds=40), ended=True)
            record_call(session, journal, spoken)
    if report.heard:
        hear(seeded, ulid, report.text, times, spoken + timedelta(seconds=9))
    _work(seeded, made.ticket_id, report, spoken)
    return ulid


def hear(seeded: SeededConsole, ulid: str, text: str, times: list[tuple[float, float]], at: datetime) -> None:
    """Do the worker's part: claim the item, store words, peaks and text."""
    claimed = _claim(seeded, ulid, at)
    words = [
        {"text": word.rstrip("?"), "start": start, "end": end, "confidence": 0.41 if word.endswith("?") else 0.94}
        for word, (start, end) in zip(text.split(), times, strict=False)
    ]
    raw = " ".join(str(word["text"]) for word in words)
    heard = heard_text(
        raw, tidy_text=raw[:1].upper() + raw[1:] + ("." if raw else ""), words=words, confidence=0.88,
        model_version="2026-11", audio_seconds=times[-1][1], decode_seconds=1.2,
    )  # fmt: skip
    with seeded.store.reading() as session:
        recording = listing.get_recording(session, ulid)
    with seeded.store.transaction() as session:
        peaks = peaks_of(seeded.settings.recordings / recording.key)
        store_transcript(session, ulid, heard, peaks, [], at)
        queue.finish(session, claimed, at)


def _claim(seeded: SeededConsole, ulid: str, at: datetime) -> queue.Claimed:
    """The work item of one recording; older ones not yet transcribed are put back."""
    others = []
    while (claimed := claim(seeded.store, TRANSCRIBE, "test", at, 300)) and claimed.subject != ulid:
        others.append(claimed)
    for other in others:
        queue.release(seeded.store, other)
    assert claimed is not None
    return claimed


def _work(seeded: SeededConsole, ticket_id: int, report: SeededReport, spoken: datetime) -> None:
    at = spoken + timedelta(minutes=5)
    with seeded.store.transaction() as session:
        for username, to, reason in report.moves:
            person = people.get_person(session, username)
            version = listing.get_ticket(session, ticket_id).version
            if report.holder:
                version = casework.change(session, ticket_id, person, version, at, assignee=person.id).version
            if to is State.DA_CHUYEN:
                version = casework.change(session, ticket_id, person, version, at, agency="so-xay-dung").version
            refusal = Refusal.KHONG_CO_NOI_DUNG if to is State.TU_CHOI else None
            casework.move(session, ticket_id, to, person, reason, version, at, refusal=refusal)
            at += timedelta(minutes=20)


def _talk(linkedid: str, start: datetime) -> Written:
    """24 s in the menu, 12 s in which an operator's telephone rang, 35 s of talk, 24 s on hold."""
    parts = (
        (SegmentKind.MENU, 0, 24, ()),
        (SegmentKind.RING, 24, 36, ()),
        (SegmentKind.TALK, 36, 71, ("PJSIP/op1",)),
        (SegmentKind.HOLD, 71, 95, ("PJSIP/op1",)),
    )
    segments = tuple(
        Segment(
            kind=kind, began=start + timedelta(seconds=began), ended=start + timedelta(seconds=ended), phones=phones
        )
        for kind, began, ended, phones in parts
    )
    timeline = Timeline(
        linkedid=linkedid, direction=Direction.INBOUND, began=start, ended=segments[-1].ended, is_open=False,
        cut=False, segments=segments,
    )  # fmt: skip
    visit = Visit(
        queue="da-nang-operator", uniqueid=linkedid, joined_at=segments[1].began, outcome=Outcome.ANSWERED,
        waited=timedelta(seconds=12), answered_by="PJSIP/op1", answered_at=segments[2].began,
    )  # fmt: skip
    return Written(timeline=timeline, visits=(visit,), records=(), live=False)


def _journal(ulid: str, caller: str | None, start: datetime, *, ended: bool) -> CallJournal:
    step = partial(Step, keys="")
    return make_journal(
        ulid=ulid, instance="1022", city="da-nang", caller_raw=caller or "anonymous", caller_number=caller,
        called="1022", uniqueid=f"{ulid[-6:]}.1", linkedid=f"{ulid[-6:]}.1", started_at=start,
        steps=(
            step(
                node="chao", type="say", at=start + timedelta(seconds=1),
                prompts=("chao", "ghi-am", "khan"), heard=(4.25, 3.9, 0.0),
            ),
            step(
                node="chinh", type="menu", at=start + timedelta(seconds=14),
                prompts=("menu",), heard=(9.5,), keys="1",
            ),
            step(node="linh-vuc", type="menu", at=start + timedelta(seconds=24), prompts=("linh-vuc",), keys="1"),
        ),
        notice_heard={"vi": 3.9},
        ended_at=start + timedelta(seconds=95) if ended else None, end_reason=EndReason.HUNG_UP if ended else None,
    )  # fmt: skip
