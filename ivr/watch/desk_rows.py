"""Rows of operators' work, read and written on threads, so that a slow database holds up no event of the line."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from ivr.services import operators
from ivr.services.operators import AtWork, Span
from ivr.store import Store


class DeskRows:
    """The rows of one hotline. Each method raises :class:`ivr.store.StoreAway`."""

    def __init__(self, store: Store, instance: str, now: Callable[[], datetime]) -> None:
        self._store, self._instance, self._now = store, instance, now

    async def find_at_work(self) -> list[AtWork]:
        """Those who are signed in to work, as they were written last."""
        return await asyncio.to_thread(self._find_at_work)

    async def find_new(self, person_id: int) -> AtWork | None:
        """Somebody who is not at work; None for no such person."""
        return await asyncio.to_thread(self._find_new, person_id)

    async def write(self, written: Iterable[AtWork], spans: Iterable[Span]) -> None:
        """Write what operators do now and did before."""
        await asyncio.to_thread(self._write, list(written), list(spans))

    def _find_at_work(self) -> list[AtWork]:
        with self._store.reading() as session:
            return operators.find_at_work(session, self._instance)

    def _find_new(self, person_id: int) -> AtWork | None:
        with self._store.reading() as session:
            return operators.find_new(session, person_id, self._now())

    def _write(self, written: list[AtWork], spans: list[Span]) -> None:
        with self._store.transaction() as session:
            operators.store(session, self._instance, written, spans)
