"""The call's journal, and what stands in for it where the disk takes none: a call is served all the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from ivr.model.calls import EndReason
from ivr.spool import CallJournal, Journal

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
        keys: str = "",
        note: str = "",
    ) -> None:
        """One visited node."""
        ...

    def playing(self, *, node: str, prompts: Sequence[str], at: datetime) -> None:
        """What is about to be played."""
        ...

    def language(self, language: str) -> None:
        """The call goes on in another language."""
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
        keys: str = "",
        note: str = "",
    ) -> None:
        """Nothing."""

    def playing(self, *, node: str, prompts: Sequence[str], at: datetime) -> None:
        """Nothing."""

    def language(self, language: str) -> None:
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
