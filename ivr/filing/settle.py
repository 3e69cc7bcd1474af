"""A report whose call is dead: what is on disk decides whether it holds speech."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import structlog
from ulid import ULID

from ivr.model.recordings import RecordingFlag
from ivr.model.report import CallFacts, Part, PartState
from ivr.recordings import Measured, NotAudio, measure
from ivr.settings import Settings
from ivr.spool import CallJournal, JournalFault, Sidecar, SidecarState, Spool, blank, read_journal
from ivr.spool.journal import journal_path

ORPHAN = "orphan"
"""Flag of a ticket made of audio that had no sidecar: what the caller chose is not known."""

_log = structlog.get_logger(__name__)


def settle(settings: Settings, spool: Spool, sidecar: Sidecar) -> Sidecar | None:
    """Bring a dead call's report into ``to_file``, ended; None when it holds no speech and was removed.

    The caller holds the ULID and has seen its audio stand still. A recording that was not ended is kept when there is
    a report in it; audio the sidecar does not name counts as one more take.
    """
    match sidecar.state:
        case SidecarState.CANCELLED:
            spool.cancel(sidecar)
            return None
        case SidecarState.TO_FILE:
            return sidecar if sidecar.ended else spool.save(replace(sidecar, ended=True))
        case SidecarState.RECORDING | SidecarState.RECORDED:
            return _settle_takes(settings, spool, sidecar)


def _settle_takes(settings: Settings, spool: Spool, sidecar: Sidecar) -> Sidecar | None:
    settled = replace(sidecar, parts=settled_parts(settings, spool, sidecar))
    if not settled.kept:
        _log.info("report.nobody_spoke", ulid=sidecar.ulid)
        spool.cancel(settled)
        return None
    flags = sidecar.flags
    if RecordingFlag.FALLBACK not in flags or any(_is_torn(spool.sound(sidecar.ulid, part)) for part in settled.kept):
        flags = tuple(dict.fromkeys((*flags, RecordingFlag.INTERRUPTED.value)))
    return spool.save(replace(settled, state=SidecarState.TO_FILE, ended=True, flags=flags))


def settled_parts(settings: Settings, spool: Spool, sidecar: Sidecar) -> tuple[Part, ...]:
    """The takes as they are on disk: none is being recorded any more, and none is missing from the list."""
    settled: list[Part] = []
    for part in _all_parts(spool, sidecar):
        further = any(earlier.state is PartState.RECORDED for earlier in settled)
        settled.append(_settled(settings, spool, sidecar.ulid, part, further=further))
    return tuple(settled)


def _all_parts(spool: Spool, sidecar: Sidecar) -> tuple[Part, ...]:
    known = {part.number for part in sidecar.parts}
    found = sorted(spool.takes_on_disk(sidecar.ulid).items())
    unknown = (
        Part(number=number, file=path.name, started_at=sidecar.reported_at)
        for number, path in found
        if number not in known
    )
    return (*sidecar.parts, *unknown)


def _settled(settings: Settings, spool: Spool, ulid: str, part: Part, *, further: bool) -> Part:
    """A take that was being recorded becomes recorded or dropped; the others stay as they are.

    ``further``: the report has an earlier take, so that any word more belongs to it.
    """
    if part.state is not PartState.RECORDING:
        return part
    path = spool.sound(ulid, part)
    measured = _measure(spool, path)
    if measured is not None and (measured.is_report(settings.record_minimum) or (further and measured.adds)):
        return replace(part, state=PartState.RECORDED, seconds=measured.seconds)
    if measured is not None and measured.is_doubtful:
        _log.warning("take.kept_for_a_person", kept_as=str(spool.set_aside(path)), seconds=round(measured.seconds, 1))
    return replace(part, state=PartState.DROPPED)


def _is_torn(path: Path) -> bool:
    """Asked now, because filing mends the header; filing reports audio that is missing by then."""
    try:
        return measure(path).torn
    except (FileNotFoundError, NotAudio):
        return False


def _measure(spool: Spool, path: Path) -> Measured | None:
    try:
        return measure(path)
    except FileNotFoundError:
        return None
    except NotAudio as error:
        if path.stat().st_size > 0:  # nothing Asterisk began and lost, but a file from elsewhere: for a person to see
            _log.error("report.audio_unreadable", file=path.name, error=str(error), kept_as=str(spool.set_aside(path)))
        return None


def rebuild(settings: Settings, spool: Spool, ulid: str, now: datetime) -> Sidecar:
    """A sidecar for audio that has none, from the call's journal or, without one, from the ULID alone; not saved."""
    try:
        journal = read_journal(journal_path(spool.folder, ulid))
    except (FileNotFoundError, JournalFault):
        started_at = _time_of(ulid, now)
        facts = CallFacts(ulid=ulid, instance=settings.instance, city=settings.city, started_at=started_at)
        journal = CallJournal(facts=facts)
    return replace(blank(journal), flags=(ORPHAN,))


def _time_of(ulid: str, now: datetime) -> datetime:
    try:
        return ULID.from_str(ulid).datetime.astimezone(UTC)
    except ValueError:
        return now
