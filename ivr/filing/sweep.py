"""One sweep: fallbacks, reports, journals, codes, leftovers; what one of them cannot settle never stops the others."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import structlog

from ivr.durable import Held
from ivr.errors import TongdaiError
from ivr.filing.adopt import adopt, same_channel
from ivr.filing.filing import Outcome, file_one, give_late_codes, renew_codes
from ivr.filing.settle import rebuild, settle
from ivr.model.calls import EndReason
from ivr.phone import LONGEST_TALK
from ivr.services import calls
from ivr.settings import Settings
from ivr.spool import (
    CallJournal,
    Fallback,
    JournalFault,
    Sidecar,
    SidecarState,
    Spool,
    end_journal,
    find_fallbacks,
    find_journals,
    read_journal,
)
from ivr.spool.codebook import CodeBook
from ivr.spool.journal import SUFFIX, journal_path
from ivr.store import Store, StoreAway

LEFTOVER_AGE = 3600.0
"""Seconds after which a scratch file of a dead process is removed."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class SweepReport:
    """What one sweep did; ``faults`` are sentences for a person."""

    adopted: int = 0
    """Recordings of the dialplan alone."""
    filed: int = 0
    """Reports that are tickets now and gone from the spool."""
    silent: int = 0
    """Recordings without speech, or cancelled: removed."""
    calls: int = 0
    """Journals closed."""
    late_codes: int = 0
    live: int = 0
    """Reports of calls that go on, or that may still grow."""
    store_away: bool = False
    faults: list[str] = field(default_factory=list)


def sweep(
    settings: Settings,
    store: Store,
    spool: Spool,
    now: datetime,
    live_channels: set[str] | None,
    *,
    ask_again: Callable[[], set[str] | None] | None = None,
) -> SweepReport:
    """Settle everything dead processes left. ``live_channels``: UNIQUEIDs Asterisk has, None when it is not known.

    ``ask_again`` gives them as they are by then: filing many reports may take minutes, in which calls begin.

    Never raises for one report's or the database's sake: both are in the :class:`SweepReport`.
    """
    steps = _Sweep(settings, store, spool, now, live_channels)
    steps.attempt_each(steps.adopt, find_fallbacks(spool.folder))
    steps.attempt_each(steps.settle_report, sorted({*spool.ulids(), *spool.ulids_of_audio()}))
    journals = find_journals(spool.folder)  # before the channels: those of a call that begins now are in neither
    if ask_again is not None:
        steps.live = ask_again()
    steps.attempt_each(steps.close_call, journals)
    steps.attempt_each(steps.give_codes, [CodeBook(settings.codes)])
    clear_leftovers(spool)
    if steps.report.filed or steps.report.faults or steps.report.store_away:
        _log.info("sweep.done", **vars(steps.report))
    return steps.report


class _Sweep:
    """What the steps of one sweep share."""

    def __init__(
        self, settings: Settings, store: Store, spool: Spool, now: datetime, live_channels: set[str] | None
    ) -> None:
        self.report = SweepReport()
        self._settings = settings
        self._store = store
        self._spool = spool
        self._now = now
        self.live = live_channels
        """UNIQUEIDs that Asterisk has; None when it is not known."""
        self._unfinished: list[Fallback] = []
        """May still be written, or not safe in a report yet."""
        self._adopted: set[str] = set()

    def attempt_each(self, step: Callable[[T], None], things: Iterable[T]) -> None:
        """Do a step with each thing: a held one is live, a database that is away is not asked again in this sweep."""
        for thing in things:
            try:
                step(thing)
            except Held:
                self.report.live += 1
            except StoreAway as error:
                self.report.store_away = True
                _log.warning("sweep.store_away", error=str(error))
            except (TongdaiError, OSError) as error:
                self.report.faults.append(str(error))
                _log.error("sweep.fault", thing=str(thing), error=str(error))
            except Exception as error:  # a mistake of ours in one report must not keep all others from being filed
                self.report.faults.append(repr(error))
                _log.exception("sweep.failed", thing=str(thing))

    def adopt(self, fallback: Fallback) -> None:
        """Take one recording of the dialplan alone into a report."""
        if not self._is_finished(fallback.files, fallback.uniqueid) or self.report.store_away:
            self._unfinished.append(fallback)
            self.report.live += 1
        else:
            self._unfinished.append(fallback)  # until it is safe in a report, that report waits for it
            ulid = adopt(self._settings, self._store, self._spool, fallback, self._now)
            if ulid is not None:
                self._adopted.add(ulid)
                self.report.adopted += 1
            if not fallback.files:
                self._unfinished.pop()

    def settle_report(self, ulid: str) -> None:
        """Settle and file one report, if its call is dead."""
        with self._spool.hold(ulid):
            sidecar = self._spool.find(ulid)
            if sidecar is not None and sidecar.is_further and sidecar.call_id is not None:
                with self._spool.hold(sidecar.call_id):
                    pass  # a further report is alive as long as its call is
            if sidecar is None or not self._settled_before(sidecar):
                sidecar = self._settle(ulid, sidecar)
            if sidecar is None or self.report.store_away:
                return
            outcome = file_one(self._settings, self._store, self._spool, ulid, self._now)
            if outcome is Outcome.SETTLED:
                self.report.filed += 1

    def close_call(self, path: Path) -> None:
        """Close one call's row; a call whose process died ends where its journal does."""
        ulid = path.name.removesuffix(SUFFIX)
        with self._spool.hold(ulid):
            try:
                journal = read_journal(path)
            except FileNotFoundError:
                return  # the background filer has closed it since the folder was listed
            except JournalFault:
                if self._spool.stands_still(path, self._settings.sweep_orphan):
                    self._spool.set_aside(path)
                    raise
                return
            if journal.end_reason is None:
                if not self._is_over(journal, path) or self._waits_for_fallback(journal.facts.uniqueid):
                    return
                end_journal(self._spool.folder, journal, EndReason.INTERRUPTED)
                journal = read_journal(path)
            if self.report.store_away:
                return
            with self._store.transaction() as session:
                calls.record_call(session, journal, self._now)
            path.unlink(missing_ok=True)
            self.report.calls += 1

    def give_codes(self, codes: CodeBook) -> None:
        """Keep this instance's block filled, and give the tickets that were filed without a code theirs."""
        if self.report.store_away:
            return
        renew_codes(self._store, codes, self._now)
        self.report.late_codes = give_late_codes(self._store, self._spool, codes, self._now)

    def _settled_before(self, sidecar: Sidecar) -> bool:
        """Nothing is left to find out: its call ended properly, or an earlier sweep settled it."""
        return sidecar.state is SidecarState.TO_FILE and sidecar.ended

    def _settle(self, ulid: str, sidecar: Sidecar | None) -> Sidecar | None:
        audio = list(self._spool.takes_on_disk(ulid).values())
        if sidecar is None and not audio:
            return None  # the background filer has filed it since the folder was listed
        if sidecar is None:
            if not self._is_finished(audio, self._uniqueid(ulid)):
                self.report.live += 1
                return None
            sidecar = self._spool.save(rebuild(self._settings, self._spool, ulid, self._now))
        elif sidecar.state is not SidecarState.CANCELLED and not self._sent_and_over(sidecar):
            written = (
                audio if ulid in self._adopted else [*audio, self._spool.path(ulid)]
            )  # the sidecar just now, by us
            still = all(self._still(path) for path in written)
            if not still or self._waits_for_fallback(_line_of(sidecar)):
                self.report.live += 1
                return None
        settled = settle(self._settings, self._spool, sidecar)
        if settled is None:
            self.report.silent += 1
        return settled

    def _sent_and_over(self, sidecar: Sidecar) -> bool:
        """Sent in a call whose journal has its end: no process writes any more."""
        if sidecar.state is not SidecarState.TO_FILE:
            return False
        with suppress(FileNotFoundError, JournalFault):
            return read_journal(journal_path(self._spool.folder, sidecar.ulid)).end_reason is not None
        return False

    def _still(self, path: Path) -> bool:
        return self._spool.stands_still(path, self._settings.sweep_still)

    def _is_over(self, journal: CallJournal, path: Path) -> bool:
        """Whether a call without an end line is dead; one that waits or talks without us writes nothing meanwhile."""
        if journal.left is None or self._is_gone(journal.facts.uniqueid):
            return self._is_finished([path], journal.facts.uniqueid)
        return self.live is None and self._spool.stands_still(path, LONGEST_TALK)

    def _is_finished(self, files: Iterable[Path], uniqueid: str) -> bool:
        """Whether no process can still be writing: Asterisk no longer has the channel, or all stood still for long."""
        seconds = self._settings.sweep_still if self._is_gone(uniqueid) else self._settings.sweep_orphan
        return all(self._spool.stands_still(path, seconds) for path in files)

    def _is_gone(self, uniqueid: str) -> bool:
        """Whether Asterisk can be asked, and no longer has the channel."""
        return bool(
            self.live is not None and uniqueid and not any(same_channel(channel, uniqueid) for channel in self.live)
        )

    def _waits_for_fallback(self, uniqueid: str) -> bool:
        """The dialplan may be recording this same caller: the report is settled together with that recording."""
        return any(same_channel(uniqueid, fallback.uniqueid) for fallback in self._unfinished)

    def _uniqueid(self, ulid: str) -> str:
        with suppress(FileNotFoundError, JournalFault):
            return read_journal(journal_path(self._spool.folder, ulid)).facts.uniqueid
        return ""


def _line_of(sidecar: Sidecar) -> str:
    """Asterisk's UNIQUEID of the call it was spoken in; empty for a report without a call."""
    return "" if sidecar.facts is None else sidecar.facts.uniqueid


def clear_leftovers(spool: Spool) -> None:
    """Remove unheld locks of calls that are gone, and scratch files of dead processes."""
    for path in spool.folder.glob("*.filing"):
        with suppress(Held, OSError), spool.filing(path.stem):
            pass  # letting go removes it
    for path in spool.folder.glob("*.lock"):
        with suppress(Held, TongdaiError, OSError), spool.hold(path.stem):
            pass
    for path in (*spool.folder.glob(".*.tmp"), *spool.folder.glob(".room-*"), *spool.folder.glob(".now-*")):
        if spool.stands_still(path, LEFTOVER_AGE):
            path.unlink(missing_ok=True)
