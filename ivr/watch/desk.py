"""Operators at work: what people wish and what happens on the line becomes their state, and Asterisk's queues follow.

The states are in memory and in rows: a restarted ``watch`` reads the rows, believes Asterisk's list of channels, and
goes on. A wish comes about when Asterisk has taken what follows from it; else the operator is as before. What happens
on the line counts in any case, and the queues are brought to it when they can be.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import structlog

from ivr.asterisk.ami import Ami
from ivr.asterisk.listed_channels import read_channels
from ivr.callcentre.acts import Fact, Refused, SignIn, SignOut, Why, Wish
from ivr.callcentre.events import Event, WrapUpEnded
from ivr.callcentre.exchange_events import MemberRemoved, MemberStatus
from ivr.callcentre.moves import act, pass_time
from ivr.callcentre.operators import Operator, OperatorState
from ivr.callcentre.telephones import Telephones
from ivr.city.desk import Desk
from ivr.errors import TongdaiError
from ivr.services.operators import AtWork, Span
from ivr.store import StoreAway
from ivr.watch.browsers import Browsers
from ivr.watch.desk_rows import DeskRows
from ivr.watch.members import Members, wanted_members

TICK = 0.25
"""Seconds between two looks at whether time has moved an operator on."""
ASKED_EVERY = 15.0
"""Seconds between two questions to Asterisk what lives: a hostile number may have cut an operator's event in two."""
PEOPLE_EVERY = 5.0
"""Seconds between two looks at people's names, queues and rights."""

_log = structlog.get_logger(__name__)


class OperatorDesk:
    """Everybody's work. Owned by the event loop; rows are read and written on threads."""

    def __init__(
        self,
        rows: DeskRows,
        now: Callable[[], datetime],
        *,
        read: Callable[[], tuple[Desk, Mapping[str, tuple[str, ...]]]],
        on_own: Callable[[Event], None],
        browsers: Browsers,
    ) -> None:
        """``on_own`` takes what only we know of a call.

        :param read: reads the desk's file, and the queues with their configured telephones.
        """
        self._rows, self._now = rows, now
        self._read, self._on_own, self._browsers = read, on_own, browsers
        self.desk, self._fixed = read()
        self.operators: dict[int, AtWork] = {}
        self._members, self._telephones = Members(), Telephones()
        self._restored = False
        self._held: list[Event] | None = None
        """Events that come while Asterisk is asked what lives: they are newer than its list."""
        self._asking = asyncio.Lock()
        self._asked_at = 0.0
        """When it was asked last, by the event loop's clock."""
        self._synced = False
        """It has said since the last login what lives, and who is in its queues."""
        self._unwritten: set[int] = set()
        self._spans: list[Span] = []
        self._news: set[int] = set()
        self._sending = asyncio.Lock()
        """One comparison with Asterisk at a time."""
        self._due = asyncio.Event()

    def take(self, event: Event) -> None:
        """Take in what happens on the line."""
        if self._held is not None:
            self._held.append(event)
        elif isinstance(event, MemberStatus | MemberRemoved):
            self._of_member(event)
        else:
            self._of_call(event)

    async def look(self, ami: Ami) -> None:
        """After every login, and now and then: what Asterisk lists is so, of channels and of queues."""
        if not self._restored:
            return  # it is asked when the rows are read
        async with self._asking:
            self._held = []
            try:
                await self._believe(ami)
            except TongdaiError as error:
                _log.warning("desk.no_list", error=str(error))  # the next login asks, or the next time
            finally:
                held, self._held = self._held, None
                for event in held:
                    self.take(event)
        self._due.set()

    def lost(self) -> None:
        """The connection broke: what Asterisk has is not known until the next :meth:`look`."""
        self._synced = False
        self._telephones.lost()

    async def _believe(self, ami: Ami) -> None:
        self._asked_at = asyncio.get_running_loop().time()
        await self._members.ask(ami)
        listed = read_channels(await ami.ask({"Action": "CoreShowChannels"}, many=True))
        phones = self._phones()
        for phone, fact in self._telephones.believe(listed, phones):
            self._happened(phones[phone], fact)
        self._news |= set(self.operators)
        if not self._synced:
            _log.info("desk.synced", operators=len(phones))
        self._synced = True

    async def restore(self, ami: Ami) -> None:
        """Read the rows, once, and ask Asterisk what it did not say before; raises :class:`StoreAway`."""
        if self._restored:
            return
        found = await self._rows.find_at_work()
        self.operators = {each.person_id: each for each in found}
        for each in found:
            self._telephones.restore(each.legs, each.operator.phone)
        self._news |= set(self.operators)
        self._restored = True
        self._due.set()
        if ami.authenticated:
            await self.look(ami)

    async def follow_queues(self, ami: Ami) -> None:
        """Bring Asterisk's queues to what operators do, until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                await self._apply(ami)
            except TongdaiError as error:  # the next login compares anew, or the next thing that happens
                _log.warning("desk.queues_behind", error=str(error))

    async def follow_time(self, ami: Ami) -> None:
        """Move operators on by the clock, and ask Asterisk now and then whether it is so, until cancelled."""
        while True:
            await asyncio.sleep(TICK)
            if ami.authenticated and asyncio.get_running_loop().time() - self._asked_at > ASKED_EVERY:
                await self.look(ami)
            for each in list(self.operators.values()):
                self._set(each, pass_time(each.operator, now=self._now()))

    async def follow_people(self) -> None:
        """Follow what is changed about people and the desk's file; who may answer no more signs out."""
        while True:
            await asyncio.sleep(PEOPLE_EVERY)
            self.desk, self._fixed = await asyncio.to_thread(self._read)
            with suppress(StoreAway):
                await self._read_people()

    def take_news(self) -> dict[int, AtWork | None]:
        """Operators of whom something is new since the last time; None for who is not at work."""
        news, self._news = self._news, set()
        found = [self.operators[number] for number in news if number in self.operators]
        return {each.person_id: None if each.operator.state is OperatorState.SIGNED_OUT else each for each in found}

    def linkedids(self) -> frozenset[str]:
        """The calls that operators are in, or write about."""
        return frozenset(each.operator.linkedid for each in self.operators.values() if each.operator.linkedid)

    def is_reachable(self, each: AtWork) -> bool:
        """Whether the operator's telephone is there."""
        return self._members.is_reachable(each.operator.phone)

    # --- states -------------------------------------------------------------------------------------------------------

    def _phones(self) -> dict[str, int]:
        """Who sits at which telephone."""
        return {each.operator.phone: each.person_id for each in self.operators.values() if each.operator.phone}

    def _of_member(self, event: MemberStatus | MemberRemoved) -> None:
        phones = self._phones()
        reachable = {phone: self._members.is_reachable(phone) for phone in phones}
        self._members.take(event)
        self._news |= {phones[phone] for phone, was in reachable.items() if was != self._members.is_reachable(phone)}

    def _of_call(self, event: Event) -> None:
        phones = self._phones()
        said = self._telephones.read(event, phones)
        if said is not None:
            self._happened(phones[said[0]], said[1])

    def _happened(self, number: int, fact: Fact) -> None:
        each = self.operators[number]
        result = act(each.operator, fact, now=self._now(), rules=self.desk.rules)
        self._set(each, result.operator)

    def _set(self, each: AtWork, operator: Operator) -> None:
        """The operator is so now: noted for rows, pages, queues and the call."""
        before = each.operator
        if operator == before:
            return
        self.operators[each.person_id] = replace(each, operator=operator)
        self._unwritten.add(each.person_id)
        self._news.add(each.person_id)
        self._due.set()
        if (before.state, before.since) == (operator.state, operator.since):
            return
        if before.state is not OperatorState.SIGNED_OUT:
            self._spans.append(Span(person_id=each.person_id, operator=before, ended=operator.since))
        if before.state is OperatorState.WRAP_UP:
            ended = WrapUpEnded(at=operator.since, uniqueid="", linkedid=before.linkedid, interface=before.phone)
            self._on_own(ended)

    # --- wishes -------------------------------------------------------------------------------------------------------

    async def wish(self, person_id: int, wish: Wish, ami: Ami) -> Why | None:
        """Do what a person wishes of an operator's work; why it is refused, or None.

        Raises :class:`StoreAway` where somebody who is not at work cannot be looked up.
        """
        each = self.operators.get(person_id)
        if each is None or each.operator.state is OperatorState.SIGNED_OUT:  # of them no changes are followed
            each = await self._rows.find_new(person_id)
        if each is None or not each.may_answer:
            return Why.NOT_SIGNED_IN
        if not self._synced:
            return Why.NO_EXCHANGE
        if isinstance(wish, SignIn) and self._phones().get(wish.phone, person_id) != person_id:
            return Why.PHONE_TAKEN
        self.operators[person_id] = each
        result = act(each.operator, wish, now=self._now(), rules=self.desk.rules)
        if isinstance(result, Refused):
            self._set(each, result.operator)
            return result.why
        if result.operator.is_free and not self._members.is_reachable(each.operator.phone):
            return Why.NO_CONNECTION
        self._set(each, result.operator)
        try:
            await self._apply(ami)
        except TongdaiError as error:
            _log.warning("desk.wish_not_taken", wish=type(wish).__name__, error=str(error))
            if self.operators[person_id].operator == result.operator:
                self._take_back(each)
            return Why.NO_EXCHANGE
        return None

    def unwritten(self) -> list[AtWork]:
        """Operators whose rows are behind."""
        behind = [self.operators[number] for number in self._unwritten]
        return [replace(each, legs=self._telephones.legs(each.operator.phone)) for each in behind]

    def _take_back(self, before: AtWork) -> None:
        """The act did not come about: no stretch of work was begun by it."""
        self.operators[before.person_id] = before
        self._unwritten.add(before.person_id)
        self._news.add(before.person_id)
        self._spans = [span for span in self._spans if span.operator is not before.operator]
        self._due.set()

    async def _apply(self, ami: Ami) -> None:
        async with self._sending:
            if not self._synced:
                return
            await self._browsers.keep(self.operators.values())
            await self._members.apply(ami, wanted_members(self.operators.values(), self._fixed, self._fixed))

    # --- rows ---------------------------------------------------------------------------------------------------------

    async def _read_people(self) -> None:
        if not self._restored:
            return
        for found in await self._rows.find_at_work():
            known = self.operators.get(found.person_id)
            if known is None:
                continue
            fresh = replace(found, operator=known.operator, legs=known.legs)
            if fresh != known:
                self.operators[found.person_id] = fresh
                self._news.add(found.person_id)
                self._due.set()
            if not fresh.may_answer:
                result = act(known.operator, SignOut(forced=True), now=self._now(), rules=self.desk.rules)
                self._set(fresh, result.operator)

    async def write(self) -> None:
        """Write what is new; raises :class:`StoreAway`, and it waits."""
        if not self._restored or not (self._unwritten or self._spans):
            return
        written, spans = self.unwritten(), self._spans
        self._spans = []  # a write that is cancelled is done all the same, and must not be done twice
        try:
            await self._rows.write(written, spans)
        except StoreAway:
            self._spans = spans + self._spans
            raise
        self._unwritten -= {
            each.person_id for each in written if self.operators[each.person_id].operator == each.operator
        }
