"""``agi://…/hotline?city=…``: a citizen's call."""

import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from ivr.asterisk.agi import Wire
from ivr.asterisk.fastagi import Replies, Request
from ivr.asterisk.nudge import make_age, make_nudge
from ivr.asterisk.phone import AsteriskPhone
from ivr.asterisk.silences import Silences
from ivr.asterisk.trial_calls import read_name
from ivr.city.city import City
from ivr.engine import Clock, Dependencies, Served, resume_call, run_call
from ivr.engine.clock import steady
from ivr.engine.dialogue import Sounds
from ivr.model.calls import EndReason
from ivr.phone import HungUp
from ivr.settings import Settings
from ivr.spool.spool import is_ulid

SILENCE = 4 * 3600 + 60
"""Seconds without any word from Asterisk after which a line is given up: longer than any command."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Hotline:
    """Serves calls; everything in it is shared by all call threads."""

    settings: Settings
    cities: Mapping[str, City]
    sounds: Mapping[str, Sounds]
    desk: Dependencies
    clock: Clock
    silences: Silences | None = None
    """Which lines have fallen silent; None leaves it to the recordings to show it."""
    line_clock: Callable[[], float] = time.monotonic
    """Seconds by which keys and prompts are measured."""

    def __call__(self, request: Request) -> None:
        """Serve one call on its connection."""
        wanted = request.query.get("city", "")
        city = self.cities.get(wanted)
        if city is None:
            _log.error("hotline.unknown_city", city=wanted[:64])
            city = self.cities[self.settings.city]
        self.serve(request, city)

    def serve(self, request: Request, city: City) -> EndReason | None:
        """Serve the call with the menu of ``city``; None: it goes on in a queue."""
        connection = request.connection
        connection.setblocking(True)  # with a limit that the kernel keeps: Python's own is a system call more each time
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE, 0))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SILENCE, 0))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        replies = Replies(connection)
        wire = Wire(replies, connection.sendall, request.env, hears=replies.hears, clock=self.line_clock)
        phone = AsteriskPhone(
            wire,
            margin=self.settings.deadman_margin,
            city=city.id,
            nudge=make_nudge(self.settings),
            age=make_age(self.settings, self.clock),
            silences=self.silences,
            hide_withheld=self.settings.withheld_numbers == "hide",
            read_name=partial(read_name, self.settings),
            queues="call" in request.query,
        )
        phone.learn()
        served = Served(
            phone=phone,
            city=city,
            sounds=self.sounds[city.id],
            dependencies=self.desk,
            clock=steady(self.clock),
            settings=self.settings,
        )
        ulid = request.query.get("call", "")
        if not ulid:
            return run_call(served)
        if not is_ulid(ulid):
            _log.error("hotline.unknown_call", call=ulid[:64])
            return EndReason.FAILED
        try:
            result = phone.came_back()
        except HungUp:  # between two lines of the dialplan: it asks again, and says so
            return None
        return resume_call(served, ulid=ulid, result=result, gone="gone" in request.query)
