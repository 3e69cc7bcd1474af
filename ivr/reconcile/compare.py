"""Rows, spool and recordings compared, in an order in which a hotline at work shows no gaps that are none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ivr.filing.filing import NO_AUDIO
from ivr.model import EndReason
from ivr.model.civil import ZONE
from ivr.reconcile.disk import InSpool, compare_files, find_aside, find_in_spool, is_live
from ivr.reconcile.gaps import Gap, GapKind, Severity
from ivr.reconcile.rows import Dated, Rows, read_rows, still_open, with_rows
from ivr.recordings import find_all_keys
from ivr.settings import Settings
from ivr.store import Store

PATIENCE = timedelta(hours=1)
"""Work and late codes that have waited longer are stuck."""
LONGEST_CALL = timedelta(hours=2)
"""A call without an end, of which this machine knows nothing, may run on another one for so long."""


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """How calls, recordings and tickets add up, and every gap."""

    at: datetime
    since: datetime | None
    ended: dict[EndReason, int] = field(default_factory=dict)
    running: int
    unrecorded: int
    """Calls with a journal in the spool that have no row yet."""
    recordings: int
    tickets: int
    requests: int
    """Tickets that never had a recording: somebody is to ring back."""
    gaps: tuple[Gap, ...]

    @property
    def offered(self) -> int:
        """Incoming calls."""
        open_rows = sum(gap.what in (GapKind.CALL_RUNNING, GapKind.CALL_LOST) for gap in self.gaps)
        return sum(self.ended.values()) + open_rows + self.unrecorded

    @property
    def is_whole(self) -> bool:
        """Nothing is lost, doubled or stuck; what others have in hand is none of that."""
        return not self.find_all(Severity.OFF)

    @property
    def is_settled(self) -> bool:
        """Whole, and nothing is under way."""
        return self.is_whole and not self.find_all(Severity.IN_HAND)

    def find_all(self, standing: Severity) -> list[Gap]:
        """The gaps of one standing."""
        return [gap for gap in self.gaps if gap.standing is standing]


def reconcile(settings: Settings, store: Store, now: datetime, since: datetime | None = None) -> Reconciliation:
    """Compare everything; raises StoreAway. ``since`` leaves out what began before, the spool is always whole.

    Files are listed before the spool, the spool before the rows: filing renames the audio, then commits, then removes
    the sidecar, so that a file being filed is in the spool, and a call just begun is in the rows or on disk.
    """
    keys = list(find_all_keys(settings))
    spool = find_in_spool(settings, now)
    with store.reading() as session:
        rows = read_rows(session, since)
    calls = list(_open_calls(settings, store, rows.open_calls, spool, now))
    journals = {entry.id: entry for entry in spool if f"{entry.id}.call.jsonl" in entry.names}
    with store.reading() as session:
        known = with_rows(session, journals)
    return Reconciliation(
        at=now,
        since=since,
        ended=dict(rows.ended),
        running=len(
            {gap.id for gap in calls if gap.what is GapKind.CALL_RUNNING}
            | {ulid for ulid, entry in journals.items() if entry.live and ulid not in known}
        ),
        unrecorded=len(journals.keys() - known),
        recordings=rows.recordings,
        tickets=rows.tickets,
        requests=rows.requests,
        gaps=(
            *calls,
            *_gaps_of_rows(rows, now),
            *_gaps_of_spool(settings, spool),
            *find_aside(settings),
            *_orphans(keys, rows, spool, since),
            *compare_files(settings, rows.files),
        ),
    )


def _open_calls(
    settings: Settings, store: Store, calls: Iterable[Dated], spool: list[InSpool], now: datetime
) -> Iterator[Gap]:
    """Running, about to be closed, or lost."""
    here = {entry.id: entry for entry in spool}
    unseen: list[Dated] = []
    for call in calls:
        in_spool = here.get(call.id)
        if (in_spool is not None and in_spool.live) or is_live(settings, call.id):
            yield Gap(what=GapKind.CALL_RUNNING, id=call.id, standing=Severity.IN_HAND, detail=_moment(call.since))
        elif in_spool is not None:
            yield Gap(
                what=GapKind.CALL_LOST,
                id=call.id,
                standing=_spool_standing(settings, in_spool),
                detail=_moment(call.since),
            )
        else:
            unseen.append(call)
    with store.reading() as session:  # again: it may have ended between the look at the spool and the rows
        lost = still_open(session, [call.id for call in unseen])
    elsewhere = timedelta(seconds=_settled_within(settings)) if store.dialect == "sqlite" else LONGEST_CALL
    for call in unseen:
        if call.id in lost:
            standing = Severity.OFF if now - call.since > elsewhere else Severity.IN_HAND
            yield Gap(what=GapKind.CALL_LOST, id=call.id, standing=standing, detail=_moment(call.since))


def _gaps_of_rows(rows: Rows, now: datetime) -> Iterator[Gap]:
    for what, ids in (
        (GapKind.CALL_HALF_ENDED, rows.half_ended),
        (GapKind.RECORDING_WITHOUT_TICKET, rows.recordings_without_ticket),
        (GapKind.TICKET_WITHOUT_CALL, rows.tickets_without_call),
        (GapKind.RECORDING_WITHOUT_WORK, rows.recordings_without_work),
    ):
        yield from (Gap(what=what, id=row_id) for row_id in ids)
    for call in rows.without_room:
        yield Gap(what=GapKind.CALL_WITHOUT_ROOM, id=call.id, detail=_moment(call.since))
    for first, second in rows.doubled:
        yield Gap(what=GapKind.RECORDING_DOUBLED, id=second, detail=f"= {first}")
    for ticket in rows.tickets_without_recording:
        standing = (
            Severity.NOTED if NO_AUDIO in ticket.note.split() else Severity.OFF
        )  # its audio is in ``aside``, or was
        yield Gap(what=GapKind.TICKET_WITHOUT_RECORDING, id=ticket.id, standing=standing, detail=ticket.note)
    for what, waiting in (
        (GapKind.TICKET_WITHOUT_CODE, rows.tickets_without_code),
        (GapKind.WORK_OPEN, rows.work_open),
    ):
        for row in waiting:
            standing = Severity.OFF if now - row.since > PATIENCE else Severity.IN_HAND
            yield Gap(what=what, id=row.id, standing=standing, detail=_moment(row.since))
    for item in rows.work_parked:
        yield Gap(what=GapKind.WORK_PARKED, id=item.id, standing=Severity.NOTED, detail=item.note)


def _gaps_of_spool(settings: Settings, spool: Iterable[InSpool]) -> Iterator[Gap]:
    for entry in spool:
        what = GapKind.IN_SPOOL if entry.ours else GapKind.STRANGE_FILE
        yield Gap(what=what, id=entry.id, standing=_spool_standing(settings, entry), detail=" ".join(entry.names))


def _spool_standing(settings: Settings, entry: InSpool) -> Severity:
    in_hand = entry.ours and (entry.live or entry.age < _settled_within(settings))
    return Severity.IN_HAND if in_hand else Severity.OFF


def _settled_within(settings: Settings) -> float:
    """Seconds after which two sweeps must have settled what stands still in the spool."""
    return settings.sweep_orphan + 2 * settings.sweep_every + 10


def _orphans(keys: Iterable[str], rows: Rows, spool: Iterable[InSpool], since: datetime | None) -> Iterator[Gap]:
    being_filed = {entry.id for entry in spool}
    first_day = "" if since is None else since.astimezone(ZONE).strftime("%Y/%m/%d")
    for key in keys:
        ulid = key.rpartition("/")[2].partition(".")[0]
        if key not in rows.keys and key >= first_day and ulid not in being_filed:
            yield Gap(what=GapKind.FILE_WITHOUT_ROW, id=key)


def _moment(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
