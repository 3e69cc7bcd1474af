"""Telephones in operators' browsers: their logins follow who works at them, and talks outlive a page that is gone.

A page that is loaded anew, or whose network was away for too long, has lost the sound of its talk (LIVE §0, facts 4 to
6): the citizen is rung through to it once more. Where no page comes back, the queue finds another person.
"""

import asyncio
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog

from ivr.asterisk import cli
from ivr.asterisk.ami import Ami
from ivr.asterisk.browser_phones import BrowserPhones
from ivr.asterisk.listed_channels import read_channels
from ivr.callcentre.acts import Why
from ivr.callcentre.browser_phones import person_at
from ivr.callcentre.calls import LiveChannel
from ivr.callcentre.legs import interface_of
from ivr.callcentre.operators import TALKS, Operator, OperatorState
from ivr.errors import TongdaiError
from ivr.services.operators import AtWork
from ivr.settings import Settings

LEFT_AFTER = timedelta(seconds=8)
"""How long a talk waits for a page that is gone: loading one anew takes a second or two; the citizen hears nothing."""
LEAVES = timedelta(seconds=5)
"""How long a login outlives its stretch of work."""
LOOK = 0.5
"""Seconds between two looks at whether one has waited so long."""
_AGAIN = "tongdai-again"
"""The dialplan's context; its extensions are persons' numbers."""
_CHANNEL = re.compile(r"[\w/@;.+-]+")
"""A channel's name that may stand on Asterisk's command line."""

_log = structlog.get_logger(__name__)


class Browsers:
    """The telephones in browsers. Owned by the event loop; Asterisk's command line is asked on threads."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings, self._now = settings, now
        self._phones = BrowserPhones(settings)
        self._at_work: set[int] = set()
        self._leaving: dict[int, datetime] = {}
        """Who went home, and until when the login stands."""
        self._left: set[tuple[str, str]] = set()
        """Telephones that were left, with their calls: once is enough."""

    async def keep(self, operators: Iterable[AtWork]) -> None:
        """Let those have a login who work in their browser; raises :class:`TongdaiError` where Asterisk is silent.

        Who goes home keeps it for a moment, in which the page takes its registration back: it would stand for another
        ten minutes, and the next stretch of work would begin with a telephone that is not there.
        """
        phones = [each.operator.phone for each in operators if each.operator.state is not OperatorState.SIGNED_OUT]
        at_work = {person for phone in phones if (person := person_at(phone)) is not None}
        now = self._now()
        anew = at_work & set(self._leaving)
        gone = self._at_work - at_work
        self._leaving = {
            person: ends
            for person, ends in (self._leaving | dict.fromkeys(gone, now + LEAVES)).items()
            if ends > now and person not in at_work
        }
        self._at_work = at_work
        await asyncio.to_thread(self._phones.keep, at_work | set(self._leaving), anew=anew)

    async def follow(self, ami: Ami, operators: Callable[[], Iterable[AtWork]]) -> None:
        """Send citizens on whose person's page does not come back, until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            if any(ends <= self._now() for ends in self._leaving.values()):
                await self._end_logins(operators())
            lost = {
                (each.operator.phone, each.operator.linkedid) for each in operators() if self._is_lost(each.operator)
            }
            self._left &= lost
            for phone, linkedid in lost - self._left:
                self._left.add((phone, linkedid))
                why = await self.ring_again(ami, phone)
                _log.warning("browser.left", phone=phone, linkedid=linkedid, refused=why)

    async def _end_logins(self, operators: Iterable[AtWork]) -> None:
        try:
            await self.keep(operators)
        except TongdaiError as error:
            _log.warning("browser.logins_stand", error=str(error))  # an Asterisk that begins anew reads the file

    def _is_lost(self, operator: Operator) -> bool:
        return (
            operator.state is OperatorState.CONNECTION_LOST
            and operator.before in TALKS
            and person_at(operator.phone) is not None
            and self._now() - operator.since >= LEFT_AFTER
        )

    async def ring_again(self, ami: Ami, phone: str) -> Why | None:
        """Ring the citizen through to a telephone in a browser that has lost their talk; a lost ring is rung anew.

        Why it could not be done, or None.
        """
        try:
            listed = read_channels(await ami.ask({"Action": "CoreShowChannels"}, many=True))
            own = [channel for channel in listed if interface_of(channel.name) == phone]
            talks = {channel.bridge for channel in own if channel.bridge}
            far = [channel for channel in listed if channel.bridge in talks and channel not in own]
            if far:
                await self._ask(f"channel redirect {_named(far[0])} {_AGAIN},{person_at(phone)},1")
            elif own:  # it rings where nothing hears it: the queue rings anew
                await self._ask(f"channel request hangup {_named(own[0])}")
            else:
                return Why.NO_CALL
        except TongdaiError as error:
            _log.warning("browser.not_rung", phone=phone, error=str(error))
            return Why.NO_EXCHANGE
        return None

    async def _ask(self, words: str) -> None:
        said = await asyncio.to_thread(cli, self._settings, words)
        _log.info("browser.asked", asked=words, said=said.strip())


def _named(channel: LiveChannel) -> str:
    if not _CHANNEL.fullmatch(channel.name):
        raise TongdaiError(f"{channel.name!r} cannot stand on Asterisk's command line")
    return channel.name
