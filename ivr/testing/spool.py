"""What a dead call leaves on disk, and a process that can be killed before any step that lasts. For tests alone."""

import io
import os
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from sqlalchemy import delete, event, select

from ivr.filing.filing import renew_codes
from ivr.filing.sweep import SweepReport, sweep
from ivr.model import Base, Call, Recording, Ticket, WorkItem
from ivr.model.report import CallFacts, Part, PartState, Report
from ivr.recordings import path_of
from ivr.settings import Settings
from ivr.spool import CallJournal, Journal, Sidecar, SidecarState, Spool
from ivr.spool.codebook import CodeBook
from ivr.spool.plain import names_of
from ivr.store import Store

NOW = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
UNIQUEID = "1790843000.17"


class Killed(BaseException):
    """The process is dead: kill −9."""


@dataclass
class Reaper:
    """Kills before step ``fatal`` of all that lasts (fsync, rename, unlink, commit); the dead do nothing more."""

    fatal: int | None = None
    steps: int = 0
    dead: bool = False

    def step(self) -> None:
        if self.dead:
            raise Killed
        if self.steps == self.fatal:
            self.dead = True
            raise Killed
        self.steps += 1


@contextmanager
def reaping(monkeypatch: pytest.MonkeyPatch, fatal: int | None) -> Iterator[Reaper]:
    """Everything inside may be killed once; afterwards the machine works again."""
    reaper = Reaper(fatal)

    def before(action: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*given: Any, **named: Any) -> Any:
            reaper.step()
            return action(*given, **named)

        return stepping

    real_transaction = Store.transaction

    @contextmanager
    def transaction(store: Store) -> Iterator[Any]:
        with real_transaction(store) as session:
            yield session
            reaper.step()
        reaper.step()

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(os, "fsync", before(os.fsync))
        patch.setattr(Path, "replace", before(Path.replace))
        patch.setattr(Path, "unlink", before(Path.unlink))
        patch.setattr(Store, "transaction", transaction)
        yield reaper


def wav(seconds: float, *, pitch: float = 0.7, torn: bool = False) -> bytes:
    """A tone, its header as Asterisk leaves it when it is killed if ``torn``."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((np.sin(np.arange(round(seconds * 8000)) * pitch) * 6000).astype("<i2").tobytes())
    content = target.getvalue()
    return content[:4] + bytes(4) + content[8:40] + bytes(4) + content[44:] if torn else content


@dataclass(kw_only=True)
class Leavings:
    """A home with its database, and words for what a call leaves there."""

    settings: Settings
    store: Store
    spool: Spool = field(init=False)
    codes: CodeBook = field(init=False)

    def __post_init__(self) -> None:
        self.spool = Spool(self.settings)
        self.codes = CodeBook(self.settings.codes)

    def blank(self, **given: Any) -> Sidecar:
        facts: dict[str, Any] = {
            "ulid": ULID,
            "instance": "1022",
            "city": "da-nang",
            "caller_raw": "0905123456",
            "caller_number": "+84905123456",
            "uniqueid": UNIQUEID,
            "linkedid": UNIQUEID,
            "started_at": NOW,
            "reported_at": NOW + timedelta(seconds=30),
            "category": "ha-tang",
        }
        return make_sidecar(**{**facts, **given})

    def take(
        self, number: int, state: PartState, content: bytes | None, *, ulid: str = ULID, ending: str = ".wav"
    ) -> Part:
        path = self.spool.audio(ulid, number, ending)
        if content is not None:
            path.write_bytes(content)
        return Part(number=number, file=path.name, state=state, started_at=NOW)

    def save(self, state: SidecarState, *parts: Part, **given: Any) -> Sidecar:
        return self.spool.save(replace(self.blank(**given), state=state, parts=parts))

    def journal(self, *, end: Any = None, ulid: str = ULID, uniqueid: str = UNIQUEID) -> Path:
        facts = CallFacts(
            ulid=ulid,
            instance="1022",
            city="da-nang",
            caller_raw="0905123456",
            caller_number="+84905123456",
            uniqueid=uniqueid,
            linkedid=uniqueid,
            started_at=NOW,
        )
        start = CallJournal(facts=facts)
        with Journal(self.spool.folder, start) as journal:
            journal.step(node="menu", type="menu", at=NOW + timedelta(seconds=9), prompts=["chao"], keys="1")
            if end is not None:
                journal.end(end, NOW + timedelta(seconds=60))
            return journal.path

    def fallback(
        self,
        content: bytes | None,
        *,
        uniqueid: str = UNIQUEID,
        note: bool = True,
        end: str | None = None,
        ending: str = ".wav",
    ) -> None:
        """``end``: what the dialplan wrote when its recording ended, empty for nothing; None: one that tells no end."""
        stem = self.spool.folder / f"fallback-{uniqueid}"
        if note:
            stem.with_name(stem.name + ".json").write_text(
                f'{{"uniqueid":"{uniqueid}","linkedid":"{uniqueid}","caller":"0905123456","called":"1022",'
                f'"city":"hai-phong","language":"vi","started":{int(NOW.timestamp()) + 40}'
                + (',"tells_end":true' if end is not None else "")
                + "}\n"
            )
        if end:
            stem.with_name(stem.name + ".end").write_text(end)
        if content is not None:
            stem.with_name(stem.name + ending).write_bytes(content)

    def age(self, seconds: float = 1000) -> None:
        """Everything in the spool was last written so long ago; a background filer may take files away meanwhile."""
        for path in self.spool.folder.iterdir():
            with suppress(FileNotFoundError):
                then = path.stat().st_mtime - seconds
                os.utime(path, (then, then))

    def sweep(self, *, live: set[str] | None = None, aged: bool = True) -> SweepReport:
        if aged:
            self.age()
        return sweep(self.settings, self.store, self.spool, NOW + timedelta(minutes=5), live)

    def lease(self) -> None:
        renew_codes(self.store, self.codes, NOW)

    def left(self) -> list[str]:
        """What is still in the spool."""
        return sorted(path.name for path in self.spool.folder.iterdir())

    def tickets(self) -> list[Ticket]:
        with self.store.reading() as session:
            return list(session.scalars(select(Ticket).order_by(Ticket.ulid)))

    def calls(self) -> list[Call]:
        with self.store.reading() as session:
            return list(session.scalars(select(Call).order_by(Call.id)))

    def work(self) -> list[str]:
        with self.store.reading() as session:
            return list(session.scalars(select(WorkItem.subject).order_by(WorkItem.id)))

    def heard(self) -> dict[str, bytes]:
        """Samples of each filed recording by ULID, each checked against its row; no file is without a row."""
        with self.store.reading() as session:
            rows = list(session.scalars(select(Recording)))
        found = {}
        for row in rows:
            content = path_of(self.settings, row.key).read_bytes()
            assert (len(content), sha256(content).hexdigest()) == (row.size, row.sha256)
            assert row.seconds == (len(content) - 44) // 2 / 8000
            found[row.id] = content[44:]
        assert {path.stem for path in self.settings.recordings.rglob("*.wav")} == set(found)
        return found


def kept(spool: Spool, ulid: str) -> Sidecar:
    """The report that must be in the spool."""
    found = spool.find(ulid)
    assert found is not None, f"{ulid} is not in the spool"
    return found


def make_sidecar(*, call: str = "", **given: Any) -> Sidecar:
    """A sidecar from flat names: those of its call's facts go where they belong.

    :param call: ULID of the call that a further report belongs to.
    """
    facts = {name: given[name] for name in names_of(CallFacts) if name in given}
    facts["ulid"] = call or given["ulid"]
    report = {name: value for name, value in given.items() if name in names_of(Sidecar)}
    assert set(given) <= {*facts, *report}, f"unknown: {set(given) - {*facts, *report}}"
    return Sidecar(**report, facts=CallFacts(**facts))


def make_journal(**given: Any) -> CallJournal:
    """A call's journal from flat names: those of its facts go where they belong."""
    facts = {name: given.pop(name) for name in names_of(CallFacts) if name in given}
    return CallJournal(facts=CallFacts(**facts), **given)


AnyReport = TypeVar("AnyReport", bound=Report)


def change(report: AnyReport, *, call: str = "", **given: Any) -> AnyReport:
    """The report with other values, by flat names as in :func:`make_sidecar`; another ``ulid`` is another call's."""
    assert report.facts is not None
    facts = {name: given[name] for name in names_of(CallFacts) if name in given and name != "ulid"}
    facts["ulid"] = call or given.get("ulid", report.facts.ulid)
    own = {name: value for name, value in given.items() if name in names_of(type(report))}
    assert set(given) <= {*facts, *own}, f"unknown: {set(given) - {*facts, *own}}"
    return replace(report, **own, facts=replace(report.facts, **facts))


def wipe(store: Store) -> None:
    """An empty database, without the price of migrating another one."""
    with store.transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))


def unsynced(store: Store) -> None:
    """A SQLite that waits for no disk: these tests kill processes, not machines."""

    @event.listens_for(store.engine, "connect")
    def relax(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    store.engine.dispose()


def size(path: Path) -> int:
    """Bytes of a file that a background filer may take away in this moment; 0 where it is gone."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
