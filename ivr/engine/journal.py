"""The call's journal, and what stands in for it where the disk takes none: a call is served all the same."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from ivr.model.calls import EndReason
from ivr.model.journal import Left
from ivr.model.tickets import Consent
from ivr.spool import CallJournal, Journal, read_journal
from ivr.spool.journal import journal_path

_log = structlog.get_logger(__name__)


class JournalWriter(Protocol):
    """What a call writes down about itself."""

    def step(
        self,
        *,
        node: str,
        type: str,  # the word of the menu files
        at: datetime,
        prompts: Sequence[str] = (),
        heard: Sequence[float] = (),
        keys: str = "",
        note: str = "",
    ) -> None:
        """One visited node; ``heard`` are the seconds of each of ``prompts``."""
        ...

    def playing(self, *, node: str, prompts: Sequence[str], at: datetime, after: float = 0.0) -> None:
        """What is about to be played; keys that come within ``after`` seconds of it may be dropped."""
        ...

    def language(self, language: str) -> None:
        """The call goes on in another language."""
        ...

    def notice(self, seconds: Mapping[str, float]) -> None:
        """How much of the notice about recording was heard so far, in seconds by language."""
        ...

    def consent(self, consent: Consent) -> None:
        """The call's answer about recording from here on."""
        ...

    def left(self, left: Left) -> bool:
        """The call goes on in a queue; whether that is kept."""
        ...

    def back(self, note: str) -> None:
        """The call is back from there; ``note`` says what came of it."""
        ...

    def end(self, reason: EndReason, at: datetime) -> bool:
        """The call is over; whether that is kept."""
        ...


class NoJournal:
    """Takes everything and keeps nothing."""

    def step(
        self,
        *,
        node: str,
        type: str,
        at: datetime,
        prompts: Sequence[str] = (),
        heard: Sequence[float] = (),
        keys: str = "",
        note: str = "",
    ) -> None:
        """Nothing."""

    def playing(self, *, node: str, prompts: Sequence[str], at: datetime, after: float = 0.0) -> None:
        """Nothing."""

    def language(self, language: str) -> None:
        """Nothing."""

    def notice(self, seconds: Mapping[str, float]) -> None:
        """Nothing."""

    def consent(self, consent: Consent) -> None:
        """Nothing."""

    def left(self, left: Left) -> bool:
        """Nothing."""
        return False

    def back(self, note: str) -> None:
        """Nothing."""

    def end(self, reason: EndReason, at: datetime) -> bool:
        """Nothing."""
        return False


@contextmanager
def open_journal(folder: Path, start: CallJournal) -> Iterator[JournalWriter]:
    """The call's journal, closed afterwards."""
    try:
        journal = Journal(folder, start)
    except OSError as error:
        _log.error("call.without_journal", ulid=start.ulid, error=error.strerror)
        yield NoJournal()
        return
    with journal:
        yield journal


@contextmanager
def reopen_journal(
    folder: Path, ulid: str, *, unwritten: CallJournal | None
) -> Iterator[tuple[JournalWriter, CallJournal]]:
    """The journal of a call that another session left, and what is in it.

    :param unwritten: what the session kept of it in memory, where the disk took it not.
    :raises OSError: there is none, and nothing in memory.
    :raises JournalFault: it has no readable first line.
    """
    so_far = unwritten or read_journal(journal_path(folder, ulid))
    try:
        journal = Journal(folder, so_far, going_on=True)
    except OSError as error:
        _log.error("call.without_journal", ulid=ulid, error=error.strerror)
        yield NoJournal(), so_far
        return
    with journal:
        yield journal, so_far
