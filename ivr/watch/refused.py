"""How many calls Asterisk's dialplan refused because there were too many: asked now and then, and logged."""

import asyncio

import structlog

from ivr.asterisk import variables
from ivr.asterisk.ami import Ami
from ivr.errors import TongdaiError

EVERY = 5.0
"""Seconds between two questions."""

_log = structlog.get_logger(__name__)


class Refused:
    """The dialplan's count, as Asterisk said it last; it begins anew with Asterisk. Owned by the event loop."""

    def __init__(self, *, every: float = EVERY) -> None:
        self.total = 0
        """Calls refused since Asterisk began."""
        self._every = every

    async def follow(self, ami: Ami) -> None:
        """Ask until cancelled; while Asterisk is away its last word stands."""
        while True:
            try:
                (answer,) = await ami.ask({"Action": "Getvar", "Variable": variables.REFUSED})
                self._note(str(answer.get("Value") or "0"))
            except TongdaiError:
                pass  # away; whoever keeps the connection says so
            await asyncio.sleep(self._every)

    def _note(self, value: str) -> None:
        total = int(value) if value.isdecimal() else 0
        if total > self.total:
            _log.warning("calls.refused", more=total - self.total, total=total)
        self.total = total
