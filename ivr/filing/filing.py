"""From the spool to a ticket: each step may be the last before a crash, and every step may be repeated."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from enum import Enum

import structlog
from sqlalchemy.orm import Session

from ivr.city.due import find_due
from ivr.durable import Held, is_held
from ivr.model.calls import EndReason
from ivr.model.recordings import RecordingFlag
from ivr.recordings import FiledAudio, NotAudio, file_audio
from ivr.services import calls, intake
from ivr.services import codes as codes_service
from ivr.settings import Settings
from ivr.spool import CallJournal, Sidecar, SidecarState, Spool, call_of, read_journal
from ivr.spool.codebook import CodeBook
from ivr.spool.journal import journal_path
from ivr.spool.sidecar import HUNG_UP
from ivr.store import Store

NO_AUDIO = "no_audio"
"""Flag of a ticket whose recording was gone or unreadable when it was filed; what there was is in ``spool/aside``."""

_log = structlog.get_logger(__name__)


class Outcome(Enum):
    """What became of a report in the spool."""

    FILED = "filed"  # the ticket stands as the sidecar says; the sidecar stays until its call is over
    SETTLED = "settled"  # … and nothing is left in the spool
    NOT_YET = "not_yet"  # the caller still decides
    CANCELLED = "cancelled"  # the caller cancelled: deleted
    BUSY = "busy"  # another thread or process is filing it now
    GONE = "gone"  # no such report in the spool: filed before, or never begun


def file_one(
    settings: Settings, store: Store, spool: Spool, ulid: str, now: datetime, *, known: bool = False
) -> Outcome:
    """File the newest version of one report, in this order: audio to its last place, one transaction, sidecar away.

    ``known``: this process has filed it before, only answers are new. Raises StoreAway (nothing is lost, try later),
    SidecarFault, OSError. Callers beside a live call need no lock of the call: two filings exclude one another here.
    """
    return _Filing(settings, store, spool, now, known=known).file(ulid)


def close_call(
    settings: Settings, store: Store, spool: Spool, ulid: str, now: datetime, *, known: bool = False
) -> None:
    """File what an ended call left to file and close its row, in one transaction; then its files go.

    Raises as :func:`file_one`, and JournalFault.
    """
    path = journal_path(spool.folder, ulid)
    try:
        journal = read_journal(path)
    except FileNotFoundError:  # the disk took none, or the sweep has closed the call
        journal = None
    filing = _Filing(settings, store, spool, now, known=known, ended=journal, over=True)
    filing.file(ulid)
    if journal is not None:
        if not filing.recorded:
            with store.transaction() as session:
                calls.record_call(session, journal, now)
        path.unlink(missing_ok=True)
    with suppress(Held), spool.hold(ulid):
        pass  # letting go removes the lock file with the last file of the call


class _Filing:
    """One report on its way to a ticket, with its call's row where the call ``ended``."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        spool: Spool,
        now: datetime,
        *,
        known: bool,
        ended: CallJournal | None = None,
        over: bool = False,
    ) -> None:
        self._settings = settings
        self._store = store
        self._spool = spool
        self._now = now
        self._known = known
        self._ended = ended
        self._over = over
        self.recorded = False
        """The call's row was closed together with its report."""

    def file(self, ulid: str) -> Outcome:
        try:
            with self._spool.filing(ulid):
                return self._file(ulid)
        except Held:
            return Outcome.BUSY

    def _file(self, ulid: str) -> Outcome:
        sidecar = self._spool.find(ulid)
        if sidecar is None:
            return Outcome.GONE
        match sidecar.state:
            case SidecarState.RECORDING | SidecarState.RECORDED:
                return Outcome.NOT_YET
            case SidecarState.CANCELLED:
                self._spool.remove(sidecar)
                return Outcome.CANCELLED
            case SidecarState.TO_FILE:
                self._to_ticket(sidecar)
        if not (sidecar.ended or self._over):
            return Outcome.FILED  # whoever saves a newer version gives it to the background filer again
        self._spool.remove(sidecar)  # no newer version is saved after this one
        return Outcome.SETTLED

    def _to_ticket(self, sidecar: Sidecar) -> None:
        if self._known:
            with self._store.transaction() as session:
                if intake.update_report(session, sidecar, self._now):
                    self._record(session, sidecar)
                    return
        audio = _audio(self._settings, self._spool, sidecar)
        if audio is None and sidecar.parts:
            sidecar = replace(sidecar, flags=(*sidecar.flags, NO_AUDIO))
        due_at = find_due(
            self._settings.config,
            city=sidecar.city,
            category=sidecar.category,
            urgent=sidecar.urgent,
            at=sidecar.reported_at,
        )
        with self._store.transaction() as session:
            filed = intake.file_report(session, sidecar, audio, self._now, due_at=due_at)
            self._record(session, sidecar)
        if filed.created:
            seconds = audio.seconds if audio else 0
            _log.info("report.filed", ulid=sidecar.ulid, ticket=filed.ticket_id, seconds=round(seconds, 1))

    def _record(self, session: Session, sidecar: Sidecar) -> None:
        """The call's row with its report: from its journal, or as the report knows it where there is none."""
        if self._ended is not None:
            calls.record_call(session, self._ended, self._now)
            self.recorded = True
        elif (sidecar.ended or self._over) and (call := self._without_journal(sidecar)) is not None:
            calls.record_call(session, call, self._now)

    def _without_journal(self, sidecar: Sidecar) -> CallJournal | None:
        """The call as its report knows it, where it is over and the spool holds no journal of it.

        None for a further report whose call goes on, and for a report without a call.
        """
        folder, call = self._spool.folder, call_of(sidecar)
        if call is None or journal_path(folder, call.ulid).exists():
            return None
        if sidecar.is_further and is_held(folder / f"{call.ulid}.lock"):
            return None
        return replace(call, ended_at=sidecar.reported_at, end_reason=_presumed_end(sidecar))


def _presumed_end(sidecar: Sidecar) -> EndReason:
    """How a call ended for whose journal the disk was full; an end already in its row stands."""
    match sidecar.flags:
        case flags if RecordingFlag.FALLBACK in flags:
            return EndReason.FAILED
        case flags if HUNG_UP in flags:
            return EndReason.HUNG_UP
        case _:
            return EndReason.INTERRUPTED


def _audio(settings: Settings, spool: Spool, sidecar: Sidecar) -> FiledAudio | None:
    """All kept takes as one recording in its last place; None when there is none.

    A file that is no sound is set aside, not deleted, and the others are filed without it.
    """
    parts = [spool.sound(sidecar.ulid, part) for part in sidecar.kept]
    while parts:
        try:
            filed = file_audio(settings, parts, sidecar.ulid, sidecar.reported_at)
        except FileNotFoundError:
            _log.error("report.audio_gone", ulid=sidecar.ulid, parts=[part.name for part in parts])
            return None
        except NotAudio as error:
            _log.error("report.audio_unreadable", ulid=sidecar.ulid, file=error.path.name, error=str(error))
            if error.path not in parts:
                return None  # the recording in its last place
            spool.set_aside(error.path)
        else:
            gone = [part.name for part, length in zip(parts, filed.lengths, strict=False) if length is None]
            if gone:
                _log.error("report.audio_gone", ulid=sidecar.ulid, parts=gone)
            return filed
    return None


def renew_codes(store: Store, codes: CodeBook, now: datetime) -> bool:
    """Lease another block when this instance has few codes left; whether one was leased. Raises StoreAway."""

    def lease(year: int, size: int) -> range:
        with store.transaction() as session:
            return codes_service.lease_codes(session, year, size)

    return codes.renew(lease, now)


def give_late_codes(store: Store, spool: Spool, codes: CodeBook, now: datetime) -> int:
    """Give tickets filed without a code theirs; how many. Raises StoreAway.

    Only where the caller can no longer hear another code: the report has left the spool and its call is over.
    """
    with store.reading() as session:
        waiting = [
            ticket for ticket in codes_service.tickets_without_code(session) if calls.is_over(session, ticket.call_id)
        ]
    given = 0
    for ticket in waiting:
        if spool.path(ticket.ulid).exists():
            continue
        code = codes.take(now)
        if code is None:
            break
        with store.transaction() as session:
            given += codes_service.give_late_code(session, ticket.id, code, now)
    return given
