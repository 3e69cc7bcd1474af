"""A call's journal and a report's sidecar describe the same call: each can be begun from the other."""

from ivr.model.journal import CallJournal
from ivr.spool.sidecar import Sidecar


def blank(journal: CallJournal, *, ulid: str | None = None) -> Sidecar:
    """A sidecar that knows what the call's journal knows, for a report of its own if ``ulid`` is another one."""
    return Sidecar(
        ulid=ulid or journal.ulid,
        city=journal.facts.city,
        language=journal.language,
        facts=journal.facts,
        reported_at=journal.last_at,
        notice_version=journal.facts.notice_version,
    )


def call_of(sidecar: Sidecar) -> CallJournal | None:
    """The call as one of its reports knows it, without steps and end; None for a report without a call."""
    return None if sidecar.facts is None else CallJournal(facts=sidecar.facts, language=sidecar.language)
