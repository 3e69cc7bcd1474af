"""A call's journal and a report's sidecar describe the same call: each can be begun from the other."""

from ivr.model.journal import CallJournal, Left
from ivr.model.tickets import Consent, Kind
from ivr.spool.sidecar import Sidecar


def blank(journal: CallJournal, *, ulid: str | None = None) -> Sidecar:
    """A sidecar that knows what the call's journal knows, for a report of its own if ``ulid`` is another one.

    Of who waited for a person it knows what the keys had settled: that rescue was asked for, or confidence.
    """
    left = journal.left or Left(node="")
    return Sidecar(
        ulid=ulid or journal.ulid,
        city=journal.facts.city,
        language=journal.language,
        facts=journal.facts,
        reported_at=journal.last_at,
        category=left.category,
        kind=Kind(left.kind or Kind.PHAN_ANH),
        confidential=bool(left.confidential),
        urgent=bool(left.urgent),
        consent=journal.consent or Consent.NONE,
        notice_version=journal.facts.notice_version,
        notice_seconds=journal.notice_seconds,
    )


def call_of(sidecar: Sidecar) -> CallJournal | None:
    """The call as one of its reports knows it, without steps and end; None for a report without a call."""
    if sidecar.facts is None:
        return None
    heard = {} if sidecar.notice_seconds is None else {sidecar.language: sidecar.notice_seconds}
    return CallJournal(facts=sidecar.facts, language=sidecar.language, notice_heard=heard, consent=sidecar.consent)
