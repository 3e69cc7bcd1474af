"""Recordings the dialplan made alone become reports: of the call they belong to, else of a call of their own."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import structlog

from ivr.durable import Held, fsync_folder
from ivr.filing.settle import settled_parts
from ivr.model.calls import EndReason
from ivr.model.numbers import normalise
from ivr.model.recordings import RecordingFlag
from ivr.model.report import CallFacts, Part
from ivr.model.tickets import Consent
from ivr.recordings import NotAudio, measure
from ivr.recordings.sound import SHORTFALL
from ivr.services import calls, intake
from ivr.settings import Settings
from ivr.spool import (
    CallJournal,
    Fallback,
    JournalFault,
    Sidecar,
    SidecarState,
    Spool,
    blank,
    end_journal,
    find_journals,
    read_journal,
)
from ivr.store import Store

_log = structlog.get_logger(__name__)


def adopt(settings: Settings, store: Store, spool: Spool, fallback: Fallback, now: datetime) -> str | None:
    """Make one fallback recording a take of a report in the spool, to be settled next; that report's ULID.

    None when there is no recording in it, or its call is held just now.

    A report of its call that is not sent yet gets it as one more take, after what was said before. Repeating it after
    a crash at any point ends the same. Needs the database: only that knows whether the call has a ticket already, in
    which case both recordings are kept, as two tickets. Raises StoreAway, OSError.
    """
    journal = find_journal(spool, fallback.uniqueid)
    own = _own_call(settings, fallback)
    with store.reading() as session:
        row = calls.find_call_on_line(session, fallback.uniqueid)
    call = journal or row or own
    if journal is None:
        with store.transaction() as session:
            calls.record_call(session, replace(call, ended_at=call.last_at, end_reason=EndReason.FAILED), now)
    if not fallback.has_audio:
        _end(spool, journal)
        _forget(spool, fallback)
        return None
    apart = fallback.ulid(settings.instance)
    again = fallback.ulid(settings.instance, sha256(fallback.audio.read_bytes()).hexdigest())
    for ulid in dict.fromkeys((call.ulid, apart, again)):
        try:
            with spool.hold(ulid):
                sidecar = _find_free(settings, store, spool, _blank(call, ulid))
                if sidecar is not None:
                    _end(spool, journal)
                    _move_in(settings, spool, fallback, sidecar)
                    return ulid
        except Held:
            return None  # our server still has the call: the next sweep
    return None


def _blank(call: CallJournal, ulid: str) -> Sidecar:
    """The dialplan says that it records, and asks nothing: an earlier refusal is not the answer to that."""
    sidecar = blank(call, ulid=ulid)
    return replace(sidecar, consent=Consent.NONE) if sidecar.consent is Consent.REFUSED else sidecar


def find_journal(spool: Spool, uniqueid: str) -> CallJournal | None:
    """The journal in the spool of the call Asterisk names so."""
    for path in find_journals(spool.folder):
        with suppress(JournalFault, FileNotFoundError):
            journal = read_journal(path)
            if same_channel(journal.facts.uniqueid, uniqueid):
                return journal
    return None


def same_channel(uniqueid: str, other: str) -> bool:
    """Whether two UNIQUEIDs, of which the dialplan may have written one, name the same channel."""
    return bool(uniqueid) and _written(uniqueid) == _written(other)


def _written(uniqueid: str) -> str:
    """The UNIQUEID as the dialplan writes it into a file's name: letters, digits and dots alone."""
    return re.sub(r"[^0-9a-zA-Z.]", "", uniqueid)


def _own_call(settings: Settings, fallback: Fallback) -> CallJournal:
    """The call as the dialplan alone knows it."""
    facts = CallFacts(
        ulid=fallback.ulid(settings.instance),
        instance=settings.instance,
        city=fallback.city or settings.city,
        caller_raw=fallback.caller,
        caller_number=normalise(fallback.caller),
        called=fallback.called,
        uniqueid=fallback.uniqueid,
        linkedid=fallback.linkedid,
        started_at=fallback.started_at,
    )
    return CallJournal(
        facts=facts, language=fallback.language, ended_at=fallback.started_at, end_reason=EndReason.FAILED
    )


def _find_free(settings: Settings, store: Store, spool: Spool, unknown: Sidecar) -> Sidecar | None:
    """A sidecar the recording can go into: the call's own as long as it is not sent, or a new one."""
    with store.reading() as session:
        if intake.is_filed(session, unknown.ulid):
            return None
    sidecar = spool.find(unknown.ulid)
    if sidecar is None:
        return None if spool.takes_on_disk(unknown.ulid) else unknown
    if sidecar.state not in (SidecarState.RECORDING, SidecarState.RECORDED):
        return None
    return replace(sidecar, parts=settled_parts(settings, spool, sidecar))


def _move_in(settings: Settings, spool: Spool, fallback: Fallback, sidecar: Sidecar) -> None:
    """Sidecar first, then the audio, the note last: whoever repeats this finds the audio where it was, or moved."""
    number = max((part.number for part in sidecar.parts), default=0) + 1
    path = spool.audio(sidecar.ulid, number, fallback.audio.suffix)
    take = Part(number=number, file=path.name, started_at=fallback.started_at, clock_seconds=fallback.lasted)
    cut = [RecordingFlag.TRUNCATED.value] * _is_cut(settings, fallback)
    flags = tuple(dict.fromkeys((*sidecar.flags, RecordingFlag.FALLBACK.value, *cut)))
    spool.save(
        replace(
            sidecar,
            state=SidecarState.RECORDING,
            parts=(*sidecar.parts, take),
            reported_at=sidecar.reported_at if sidecar.version else fallback.started_at,
            flags=flags,
        )
    )
    fallback.audio.replace(path)
    _forget(spool, fallback)
    _log.info("fallback.adopted", uniqueid=fallback.uniqueid, ulid=sidecar.ulid, take=number)


def _is_cut(settings: Settings, fallback: Fallback) -> bool:
    """Whether the disk did not take all of it: the dialplan's clock against the file."""
    if fallback.lasted is None:
        return fallback.unfinished
    try:
        measured = measure(fallback.audio)
    except NotAudio:
        return False
    silence = settings.record_silence - 1 if fallback.trimmed else 0
    return fallback.lasted - silence - measured.seconds > SHORTFALL + 1  # the dialplan counts whole seconds


def _end(spool: Spool, journal: CallJournal | None) -> None:
    """The call's own history ends where the dialplan took over, whatever our server took its end for."""
    if journal is not None and journal.end_reason in (None, EndReason.HUNG_UP):
        end_journal(spool.folder, journal, EndReason.FAILED)


def _forget(spool: Spool, fallback: Fallback) -> None:
    fallback.end.unlink(missing_ok=True)
    fallback.note.unlink(missing_ok=True)
    fsync_folder(spool.folder)
