"""What the desk's tests start from: people, a report in the spool, its audio."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import pytest

from ivr.city.city import City
from ivr.jobs import queue
from ivr.model import Consent, ContactKind, Person, RecordingFlag, Role
from ivr.model.report import Part, PartState
from ivr.recordings import FiledAudio
from ivr.services import call_backs, intake
from ivr.services.call_backs import Owed
from ivr.services.transcribing import TRANSCRIBE
from ivr.services.transcripts import HeardText, store_transcript
from ivr.spool import Sidecar, SidecarState
from ivr.store import Store
from ivr.testing.jobs import claim
from ivr.testing.missed_calls import NOW, ReadOwed
from ivr.testing.spool import change, make_sidecar

ULID = "01K5CALL0000000000000000AA"


@pytest.fixture
def sidecar(now: datetime) -> Sidecar:
    """A report that was sent, its caller reached under the number it came from."""
    return make_sidecar(
        ulid=ULID,
        version=3,
        state=SidecarState.TO_FILE,
        instance="1022",
        city="da-nang",
        caller_raw="0905123456",
        caller_number="+84905123456",
        caller_name="Nguyễn Văn A",
        called="1022",
        started_at=now,
        reported_at=now,
        category="ha-tang",
        consent=Consent.GIVEN,
        consent_key="1",
        consent_at=now,
        notice_version="2026-01",
        parts=(Part(number=1, file=f"{ULID}.1.wav", state=PartState.RECORDED, seconds=12.5, started_at=now),),
        code="260042174",
        contact_kind=ContactKind.CALLER,
    )


@pytest.fixture
def audio() -> FiledAudio:
    """The report's audio after filing."""
    return audio_of(ULID)


def audio_of(ulid: str) -> FiledAudio:
    return FiledAudio(key=f"2026/09/15/{ulid}.wav", seconds=12.5, size=200_044, sha256="ab" * 32)


@pytest.fixture
def ticket_id(store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime) -> int:
    """The usual report, filed."""
    with store.transaction() as session:
        return intake.file_report(session, sidecar, audio, now).ticket_id


class HearReport(Protocol):
    """Does the worker's part for the usual report, which is filed; returns its recording's id."""

    def __call__(self, heard: HeardText, *flags: RecordingFlag) -> str: ...


@pytest.fixture
def hear_report(store: Store, sidecar: Sidecar, now: datetime) -> HearReport:
    """Stores what was heard and ends the work item."""

    def hear(heard: HeardText, *flags: RecordingFlag) -> str:
        claimed = claim(store, TRANSCRIBE, "w", now)
        assert claimed is not None
        with store.transaction() as session:
            store_transcript(session, sidecar.ulid, heard, [1, 100], flags, now)
            queue.finish(session, claimed, now)
        return sidecar.ulid

    return hear


class FileReport(Protocol):
    """Files a report that differs from the usual one; returns the ticket's id."""

    def __call__(self, number: int = 0, **differs: Any) -> int: ...


@pytest.fixture
def file_report(store: Store, sidecar: Sidecar, now: datetime) -> FileReport:
    """Files the report of call ``number``, each with a ULID and a code of its own."""

    def file(number: int = 0, **differs: Any) -> int:
        ulid = f"{ULID[:-4]}{number:04d}"
        report = change(sidecar, ulid=ulid, code=None, **differs)
        with store.transaction() as session:
            return intake.file_report(session, report, audio_of(ulid) if report.parts else None, now).ticket_id

    return file


@pytest.fixture
def add_person(store: Store, now: datetime) -> Callable[[str, Role], Person]:
    """Adds a person without the cost of a real password."""

    def add(name: str, role: Role) -> Person:
        with store.transaction() as session:
            person = Person(username=name, name=name.title(), role=role, password_hash="none", created_at=now)
            session.add(person)
        return person

    return add


@pytest.fixture
def operator(add_person: Callable[[str, Role], Person]) -> Person:
    """An operator."""
    return add_person("lan", Role.OPERATOR)


@pytest.fixture
def supervisor(add_person: Callable[[str, Role], Person]) -> Person:
    """A supervisor."""
    return add_person("hoa", Role.SUPERVISOR)


@pytest.fixture
def da_nang(get_city: Callable[[str], City]) -> City:
    """The city as it is shipped."""
    return get_city("da-nang")


@pytest.fixture
def owed(store: Store, da_nang: City) -> ReadOwed:
    """Reads the call-backs that are owed."""

    def read(now: datetime = NOW, viewer: Person | None = None) -> list[Owed]:
        with store.reading() as session:
            return call_backs.find_owed(session, viewer, now, missed_after=15, city_of=lambda _: da_nang)

    return read
