"""Acts that people asked for on a page, done one after another and answered; what happened is written behind them."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from ivr.asterisk.ami import Ami
from ivr.callcentre.acts import FinishWrapUp, GetReady, SignIn, SignOut, TakePause, Why, Wish
from ivr.callcentre.browser_phones import browser_phone
from ivr.model import OperatorAct, Wanted
from ivr.services import operator_acts, operators
from ivr.services.operators import AtWork
from ivr.store import Store, StoreAway
from ivr.watch.browsers import Browsers
from ivr.watch.desk import OperatorDesk

EVERY = 0.1
"""Seconds between two looks at whether an act was asked for."""
AWAY_PAUSE = 2.0
"""Seconds until an absent database is tried again."""

_log = structlog.get_logger(__name__)


class DeskActs:
    """What is asked of one desk. Owned by the event loop; rows are read and written on threads."""

    def __init__(
        self, store: Store, instance: str, now: Callable[[], datetime], operators: OperatorDesk, browsers: Browsers
    ) -> None:
        self._store, self._instance, self._now = store, instance, now
        self._operators, self._browsers = operators, browsers
        self._begun = False
        self._away = False

    async def follow(self, ami: Ami) -> None:
        """Do what is asked for and write what happened, until cancelled; what is left is written once more."""
        try:
            while True:
                there = await self._try(ami)
                await asyncio.sleep(EVERY if there else AWAY_PAUSE)
        finally:
            await asyncio.shield(self._write_last())

    async def _try(self, ami: Ami) -> bool:
        """Whether the database was there for it."""
        try:
            await self._work(ami)
        except StoreAway as error:
            if not self._away:
                _log.warning("desk.store_away", error=str(error).partition("\n")[0])
            self._away = True
            return False
        self._away = False
        return True

    async def _work(self, ami: Ami) -> None:
        if not self._begun:
            await asyncio.to_thread(self._give_up)
            self._begun = True
        await self._operators.restore(ami)
        for asked in await asyncio.to_thread(self._claim):
            why = await self._do(asked, ami)
            await asyncio.to_thread(self._answer, asked.id, why, self._operators.unwritten())
        await self._operators.write()

    async def _write_last(self) -> None:
        try:
            await self._operators.write()
        except StoreAway as error:
            _log.error("desk.not_written", error=str(error).partition("\n")[0])

    async def _do(self, asked: OperatorAct, ami: Ami) -> Why | None:
        if asked.wanted is Wanted.RING_AGAIN:
            return await self._browsers.ring_again(ami, browser_phone(asked.operator_id))
        wish = self._wish(asked)
        return wish if isinstance(wish, Why) else await self._operators.wish(asked.operator_id, wish, ami)

    def _wish(self, asked: OperatorAct) -> Wish | Why:
        """What is asked for, as a value; a reason where it names something that is not there."""
        desk = self._operators.desk
        match asked.wanted:
            case Wanted.SIGN_IN:
                known = {telephone.interface for telephone in desk.telephones.values()}
                own = {browser_phone(asked.operator_id)} if desk.browser else set()
                return SignIn(phone=asked.phone) if asked.phone in known | own else Why.NO_PHONE
            case Wanted.PAUSE:
                pause = desk.pause(asked.reason)
                return Why.NO_REASON if pause is None else TakePause(pause)
            case Wanted.READY:
                return GetReady()
            case Wanted.FINISH:
                return FinishWrapUp()
            case Wanted.SIGN_OUT:
                return SignOut(forced=asked.person_id != asked.operator_id)
            case _:
                return Why.NO_CALL

    def _give_up(self) -> None:
        with self._store.transaction() as session:
            operator_acts.give_up(session, self._instance, self._now())

    def _claim(self) -> list[OperatorAct]:
        with self._store.reading() as session:
            if not operator_acts.has_open(session, self._instance):
                return []
        with self._store.transaction() as session:
            return list(operator_acts.claim(session, self._instance, self._now()))

    def _answer(self, act_id: str, why: Why | None, rows: list[AtWork]) -> None:
        """With what follows from it: a page that reads the row after the answer sees it."""
        with self._store.transaction() as session:
            operators.store(session, self._instance, rows, ())
            operator_acts.answer(session, act_id, why, self._now())
