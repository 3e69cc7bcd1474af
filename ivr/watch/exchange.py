"""What becomes of calls on the line, followed event by event and written behind (:mod:`ivr.services.line_calls`).

The calls that go on are in memory and in rows: a restarted ``watch`` reads the rows, asks Asterisk which channels live,
and goes on. While the database is away nothing is lost: what was not written waits here.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import structlog

from ivr.asterisk.ami import Ami
from ivr.asterisk.ami import Event as ManagerEvent
from ivr.asterisk.listed_channels import read_channels
from ivr.asterisk.queue_events import READ, EventReader
from ivr.callcentre.board import OnLine, on_line
from ivr.callcentre.calls import Call, CallBook, LiveChannel
from ivr.callcentre.events import CallEvent, Event
from ivr.callcentre.exchange_events import Booted
from ivr.callcentre.segments import Timeline, timeline_of
from ivr.callcentre.visits import visits_of
from ivr.errors import TongdaiError
from ivr.services import line_calls
from ivr.services.line_calls import Written
from ivr.store import Store, StoreAway

EVERY = 0.5
"""Seconds between two writes: what happens within them is one."""
AWAY_PAUSE = 2.0
"""Seconds until an absent database is tried again."""
LINGER = timedelta(seconds=30)
"""How long a call that ended is kept in mind: Asterisk says some things of it late."""
INSTANT = timedelta(milliseconds=1)
"""How long what began last has lasted at least: a stretch without length is none, and would not be on the board."""
MOST_AT_ONCE = 200
"""Calls in one transaction: it keeps no other writer waiting for long."""

MOST_WAITING = 100_000
"""Events that are kept while the database has been away since the start: some fifty megabytes, two hours of calls."""

_log = structlog.get_logger(__name__)


class Exchange:
    """The calls of one Asterisk. Owned by the event loop; rows are written on a thread."""

    def __init__(
        self,
        store: Store,
        instance: str,
        now: Callable[[], datetime],
        *,
        phones: Collection[str],
        every: float = EVERY,
        beside: Callable[[Event], None] = lambda _event: None,
        kept: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        """``phones``: interfaces of all operators' telephones.

        :param beside: hears every event as it comes.
        :param kept: linkedids of calls of which something may still be said, however long ago they ended.
        """
        self._store, self._instance, self._now = store, instance, now
        self._phones, self._every, self._beside, self._kept = phones, every, beside, kept
        self._reader, self._book = EventReader(), CallBook()
        self._unwritten: set[str] = set()
        """linkedids of calls of which something is not in their rows."""
        self._news: set[str] = set()
        """linkedids of calls of which something happened since they were asked for."""
        self._rows: set[str] = set()
        """linkedids that have a row, as far as we remember the call."""
        self._waiting: list[Event] | None = []
        """Events that came before the calls of last time were read, or while Asterisk is asked what lives."""
        self._restored = False
        self._away = False
        self._syncing = asyncio.Lock()
        """One list at a time: an older one would end the calls that began behind it."""

    def listen(self, ami: Ami) -> None:
        """Follow the events of a connection."""
        for name in READ:
            ami.on(name, self.take)

    def take(self, event: ManagerEvent) -> None:
        """Take one manager event in, whatever it is."""
        value = self._reader.read(event, now=self._now())
        if value is not None:
            self._beside(value)
            self.take_own(value)

    def take_own(self, value: Event) -> None:
        """… or one that only we know: the end of an operator's paper work."""
        if self._waiting is not None:
            self._waiting.append(value)
            if len(self._waiting) > MOST_WAITING:
                del self._waiting[: MOST_WAITING // 2]
                _log.error("line_calls.forgotten", events=MOST_WAITING // 2)
        else:
            self._apply(value)

    async def resync(self, ami: Ami) -> None:
        """After every login: what Asterisk lists is so; events that come meanwhile are newer than the list."""
        self._hold_events()
        async with self._syncing:
            await self._sync(ami)

    async def follow(self, ami: Ami) -> None:
        """Write what is new until cancelled; at the end what is left is written once more."""
        try:
            while True:
                await asyncio.sleep(AWAY_PAUSE if self._away else self._every)
                await self._sync_late(ami)
                await self.write()
        finally:
            await asyncio.shield(self.write())

    async def write(self) -> None:
        """Write the calls of which something is new; without a database they wait."""
        if not self._restored:
            return
        while self._unwritten or self._rows - set(self._book.calls):
            merged = self._rows - set(self._book.calls)
            self._news |= merged
            chosen = sorted(self._unwritten)[:MOST_AT_ONCE]
            calls = [self._book.calls[linkedid] for linkedid in chosen if linkedid in self._book.calls]
            written = [Written.of(call, self._timeline(call)) for call in calls]
            self._unwritten.difference_update(chosen)
            if not await self._try(lambda: self._store_rows(written, merged)):  # noqa: B023  # done before the next turn
                self._unwritten.update(chosen)
                return
            self._rows = self._rows - merged | {call.linkedid for call in calls}
        self._forget()

    async def _sync_late(self, ami: Ami) -> None:
        """What the login could not do: the database was away, or Asterisk left before it had answered."""
        async with self._syncing:
            if self._waiting is None or not ami.authenticated:
                return
            try:
                await self._sync(ami)
            except TongdaiError as error:
                _log.warning("line_calls.no_list", error=str(error))  # the next login asks, or a later turn

    async def _sync(self, ami: Ami) -> None:
        self._hold_events()
        if await self._restore():
            answer = await ami.ask({"Action": "CoreShowChannels"}, many=True)
            self._settle(read_channels(answer))

    @property
    def is_synced(self) -> bool:
        """Whether Asterisk has said which calls live, since the last login."""
        return self._waiting is None

    def take_news(self) -> dict[str, OnLine | None]:
        """Calls of which something happened since the last time, as they stand now; None for one that is over."""
        news, self._news = self._news, set()
        return {linkedid: self._on_line(linkedid) for linkedid in news}

    def _on_line(self, linkedid: str) -> OnLine | None:
        call = self._book.calls.get(linkedid)
        if call is None or not call.is_open:
            return None
        just_now = max(self._now(), call.events[-1].at) + INSTANT
        timeline = timeline_of(call, phones=self._phones, now=just_now)
        return on_line(timeline, visits_of(call, timeline))

    def _hold_events(self) -> None:
        self._waiting = [] if self._waiting is None else self._waiting

    def _apply(self, event: Event) -> None:
        call = self._book.apply(event)
        if call is not None:
            self._note({call.linkedid})
        elif isinstance(event, Booted):  # it may have cut any call
            self._note(set(self._book.calls))

    def _settle(self, listed: list[LiveChannel]) -> None:
        waiting, self._waiting = self._waiting or [], None
        restarts = [event for event in waiting if isinstance(event, Booted)]
        for restart in restarts:  # first: calls that a restart cut did not end just now
            self._apply(restart)
        self._book.settle(listed, at=self._now())
        for event in waiting:
            if event not in restarts:
                self._apply(event)
        self._note(set(self._book.calls))

    def _note(self, linkedids: set[str]) -> None:
        self._unwritten |= linkedids
        self._news |= linkedids

    async def _restore(self) -> bool:
        """Read the calls that went on when they were written last, once; whether that is done."""
        if self._restored:
            return True
        found: list[tuple[CallEvent, ...]] = []

        def read() -> None:
            with self._store.reading() as session:
                found.extend(line_calls.find_open(session, self._instance, since=self._now() - LINGER))

        if not await self._try(read):
            return False
        for events in found:
            for event in events:
                self._book.apply(event)
        self._rows = set(self._book.calls)
        self._restored = True
        return True

    def _store_rows(self, written: list[Written], merged: set[str]) -> None:
        with self._store.transaction() as session:
            line_calls.store(session, self._instance, written, merged=merged)

    async def _try(self, work: Callable[[], None]) -> bool:
        try:
            await asyncio.to_thread(work)
        except StoreAway as error:
            if not self._away:
                _log.warning("line_calls.store_away", error=str(error).partition("\n")[0], waiting=len(self._unwritten))
            self._away = True
            return False
        self._away = False
        return True

    def _forget(self) -> None:
        """Calls that ended a while ago and are written."""
        before, kept = self._now() - LINGER, self._kept()
        for linkedid, call in list(self._book.calls.items()):
            written = linkedid not in self._unwritten and linkedid not in kept
            if not call.is_open and written and call.events[-1].at < before:
                self._book.forget(linkedid)
                self._rows.discard(linkedid)

    def _timeline(self, call: Call) -> Timeline:
        return timeline_of(call, phones=self._phones, now=self._now())
