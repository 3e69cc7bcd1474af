"""A call's journal and a report's sidecar tell of the same call: each can be begun from the other."""

from ivr.spool.journal import CallJournal
from ivr.spool.sidecar import Sidecar


def blank(journal: CallJournal, *, ulid: str | None = None) -> Sidecar:
    """A sidecar that knows what the call's journal knows, for a report of its own if ``ulid`` is another one."""
    own = ulid or journal.ulid
    return Sidecar(
        ulid=own,
        call="" if own == journal.ulid else journal.ulid,
        instance=journal.instance,
        city=journal.city,
        caller_raw=journal.caller_raw,
        caller_number=journal.caller_number,
        caller_name=journal.caller_name,
        called=journal.called,
        uniqueid=journal.uniqueid,
        linkedid=journal.linkedid,
        language=journal.language,
        started_at=journal.started_at,
        spoken_at=journal.last_at,
    )


def call_of(sidecar: Sidecar) -> CallJournal:
    """The call as one of its reports knows it, without steps and end."""
    return CallJournal(
        ulid=sidecar.call_id,
        instance=sidecar.instance,
        city=sidecar.city,
        caller_raw=sidecar.caller_raw,
        caller_number=sidecar.caller_number,
        caller_name=sidecar.caller_name,
        called=sidecar.called,
        uniqueid=sidecar.uniqueid,
        linkedid=sidecar.linkedid,
        language=sidecar.language,
        started_at=sidecar.started_at,
    )
