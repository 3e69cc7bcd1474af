"""The watch process put together: AMI, calls on the line, operators, hub, outbox tail and sweep, until a signal."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from ivr.asterisk.ami import Ami
from ivr.asterisk.logins import load_logins
from ivr.asterisk.queues import find_fixed
from ivr.city.desk import load_desk
from ivr.city.flow.switches import get_stamp
from ivr.errors import TongdaiError
from ivr.filing.sweep_thread import Sweeping
from ivr.process.log_files import bound_logs
from ivr.process.sd_notify import Watchdog
from ivr.settings import Settings
from ivr.store import Store, open_store
from ivr.watch.board import Board
from ivr.watch.browsers import Browsers
from ivr.watch.channels import LiveChannels
from ivr.watch.desk import OperatorDesk
from ivr.watch.desk_acts import DeskActs
from ivr.watch.desk_rows import DeskRows
from ivr.watch.exchange import Exchange
from ivr.watch.hub import Hub
from ivr.watch.kept_task import keep_running
from ivr.watch.phones import find_phones
from ivr.watch.refused import Refused
from ivr.watch.tail import Change, Tail
from ivr.words import tr

SWITCHES_EVERY = 1.0
"""Seconds between two looks at whether a person has thrown a switch: pages show the emergency menu by themselves."""
LOGS_EVERY = 30.0
"""Seconds between two looks at the size of Asterisk's log files."""

_log = structlog.get_logger(__name__)


class HubPortTaken(TongdaiError):
    """Another program listens on the hub's port."""


async def watch(settings: Settings, now: Callable[[], datetime]) -> None:
    """Serve until SIGTERM or SIGINT. Neither Asterisk nor the database needs to be there at the start."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    store = open_store(settings)
    try:
        async with Watch(settings, store, now):
            beats = keep_running("beat", lambda: _beat(Watchdog.of(os.environ)))
            bounds = keep_running("log_bounds", lambda: _bound_logs(settings))
            await stopped.wait()
            beats.cancel()
            bounds.cancel()
    finally:
        store.close()


async def _beat(watchdog: Watchdog) -> None:
    while watchdog.every is not None:
        watchdog.beat()
        await asyncio.sleep(watchdog.every)


async def _bound_logs(settings: Settings) -> None:
    """Asterisk's own, which scanners make grow day and night; the supervisor, or systemd, bounds our processes'."""
    while True:
        await asyncio.to_thread(bound_logs, settings.logs / "asterisk")
        await asyncio.sleep(LOGS_EVERY)


class Watch:
    """Everything that runs, started and stopped as one."""

    def __init__(self, settings: Settings, store: Store, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self.tail = Tail(store, self._from_tail)
        self.hub = Hub(settings, store, now, store_away=lambda: self.tail.away, state=self.state)
        self.live = LiveChannels(on_change=self.hub.publish_live)
        self.browsers = Browsers(settings, now)
        self.desk = OperatorDesk(
            DeskRows(store, settings.instance, now),
            now,
            read=lambda: (load_desk(settings.config), find_fixed(settings)),
            on_own=lambda event: self.exchange.take_own(event),
            browsers=self.browsers,
        )
        self.acts = DeskActs(store, settings.instance, now, self.desk, self.browsers)
        self.exchange = Exchange(
            store,
            settings.instance,
            now,
            phones=find_phones(settings),
            beside=self.desk.take,
            kept=self.desk.linkedids,
        )
        self.board = Board(
            store,
            settings.instance,
            self.exchange,
            self.desk,
            now,
            is_connected=lambda: bool(self.ami.authenticated),
            publish=self.hub.publish_board,
        )
        self.hub.board = self.board.snapshot
        self.sweeping = Sweeping(settings, store, now, self.live.snapshot)
        logins = load_logins(settings)
        self.ami = Ami(
            port=settings.ami_port,
            username=logins.ami_user,
            secret=logins.ami_secret,
            on_ready=self._resync,
            on_lost=self._lost,
        )
        self.live.listen(self.ami)
        self.exchange.listen(self.ami)
        self.refused = Refused()
        self.hub.publish_switches(get_stamp(settings))
        self._runner = web.AppRunner(self.hub.app(), access_log=None, shutdown_timeout=1.0)

    def state(self) -> dict[str, Any]:
        """How the parts are."""
        last = self.sweeping.last
        return {
            "asterisk": bool(self.ami.authenticated),
            "database": not self.tail.away,
            "sweep_faults": len(last.faults) if last else 0,
            "calls_limit": self._settings.most_calls,
            "calls_refused": self.refused.total,
        }

    async def __aenter__(self) -> "Watch":
        self._loop = asyncio.get_running_loop()
        await self._listen()
        self._following = keep_running("switches", self._follow_switches)
        self.tail.start()
        self.ami.start()
        self._counting = keep_running("refused", lambda: self.refused.follow(self.ami))
        self._telling = keep_running("board", self.board.follow)
        self._reading = keep_running("board_rows", self.board.follow_rows)
        self._writing = keep_running("line_calls", lambda: self.exchange.follow(self.ami))
        self._acting = keep_running("desk_acts", lambda: self.acts.follow(self.ami))
        self._at_desk = [
            keep_running("desk_queues", lambda: self.desk.follow_queues(self.ami)),
            keep_running("desk_time", lambda: self.desk.follow_time(self.ami)),
            keep_running("desk_people", self.desk.follow_people),
            keep_running(
                "desk_browsers", lambda: self.browsers.follow(self.ami, lambda: list(self.desk.operators.values()))
            ),
        ]
        self.sweeping.start()
        _log.info("watch.ready", hub=self._settings.hub_address)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._counting.cancel()
        self._telling.cancel()
        self._reading.cancel()
        self._following.cancel()
        for task in self._at_desk:
            task.cancel()
        self.ami.close()
        self._writing.cancel()  # no event comes any more: the last are written
        self._acting.cancel()
        await asyncio.gather(self._writing, self._acting, return_exceptions=True)
        await self._runner.cleanup()
        await asyncio.gather(asyncio.to_thread(self.tail.stop), asyncio.to_thread(self.sweeping.stop))

    async def _listen(self) -> None:
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._settings.bind, self._settings.hub_port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise HubPortTaken(
                tr(
                    f"Không mở được cổng sự kiện {self._settings.hub_port} ({error.strerror}). "
                    "Dừng chương trình đang dùng cổng này hoặc đổi TONGDAI_HUB_PORT.",
                    f"Cannot listen on the hub's port {self._settings.hub_port} ({error.strerror}). "
                    "Stop the program that uses it or change TONGDAI_HUB_PORT.",
                )
            ) from error

    async def _resync(self) -> None:
        await self.live.resync(self.ami)
        await self.exchange.resync(self.ami)
        await self.desk.look(self.ami)

    def _lost(self) -> None:
        self.live.lost()
        self.desk.lost()

    async def _follow_switches(self) -> None:
        known = get_stamp(self._settings)
        while True:
            await asyncio.sleep(SWITCHES_EVERY)
            stamp = await asyncio.to_thread(get_stamp, self._settings)
            if stamp != known:
                known = stamp
                self.hub.publish_switches(stamp)

    def _from_tail(self, changes: list[Change]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.hub.publish, changes)
