"""``tongdai agi``: the FastAGI server that Asterisk's dialplan connects to."""

import argparse
import os
import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from types import FrameType

import structlog

from agi_scripts.hotline import Hotline
from ivr.asterisk.fastagi import FastAgiServer
from ivr.asterisk.silences import Silences
from ivr.city.city import City, load_city
from ivr.city.seconds.check import measure_city, past_limits
from ivr.command import Command
from ivr.engine import Clock, Dependencies
from ivr.engine.caller_lookup import CallerLookup
from ivr.engine.clock import steady
from ivr.errors import TongdaiError
from ivr.filing.background import BackgroundFiler
from ivr.model.civil import ZONE
from ivr.process.logs import configure_logs
from ivr.process.sd_notify import Watchdog
from ivr.prompts import Catalogue, load_catalogue
from ivr.secrets import pin_mac
from ivr.settings import Settings
from ivr.settings.files import find_cities
from ivr.spool import Spool
from ivr.spool.codebook import CodeBook
from ivr.store import open_store
from ivr.words import tr

LAST_CALLS = 2.0
"""Seconds calls under way have at a stop, before the dialplan's fallback takes them."""

CODES_AHEAD = 8
"""Codes taken from the block at once: two waits for the disk less for seven of eight callers who have sent a report."""

_log = structlog.get_logger(__name__)


class PortTaken(TongdaiError):
    """Another program listens on the FastAGI port."""


def serve(settings: Settings, clock: Clock) -> int:
    """Serve calls until SIGTERM or SIGINT."""
    cities, sounds = load_cities(settings)
    _tell_missing(settings, sounds)
    _tell_seconds(settings, cities, sounds)
    filer = BackgroundFiler(settings, lambda: open_store(settings), now=clock)
    lookup = CallerLookup(settings)
    desk = Dependencies(
        spool=Spool(settings),
        codes=CodeBook(settings.codes, ahead=CODES_AHEAD),
        filer=filer,
        find_status=lookup.find_status,
        find_standing=lookup.find_standing,
        pin_mac=lambda ulid, pin: pin_mac(settings, ulid, pin),
    )
    silences = Silences(settings)
    hotline = Hotline(settings=settings, cities=cities, sounds=sounds, desk=desk, clock=clock, silences=silences)
    server = _listen(settings, hotline)
    _stop_on_signals(server)
    silences.start()
    filer.renew_codes()
    _log.info("agi.ready", port=server.port, cities=",".join(cities))
    try:
        server.serve()
        server.wait(LAST_CALLS)
    finally:
        silences.stop()
        filer.close()
        lookup.close()
    return 0


def load_cities(settings: Settings) -> tuple[dict[str, City], dict[str, Catalogue]]:
    """Every city that is whole, with its sounds.

    A broken one is logged and left out, unless it is the one that answers by default.
    """
    cities: dict[str, City] = {}
    sounds: dict[str, Catalogue] = {}
    for name in find_cities(settings.config):
        try:
            city = load_city(settings.config, name)
            sounds[name] = load_catalogue(settings, name)
            cities[name] = city
        except TongdaiError as error:
            if name == settings.city:
                raise
            _log.error("city.broken", city=name, error=str(error))
    if settings.city not in cities:
        load_city(settings.config, settings.city)  # says which cities there are
    return cities, sounds


def _tell_missing(settings: Settings, sounds: Mapping[str, Catalogue]) -> None:
    """A missing file is heard as silence and answered like a hang-up: it must not go unnoticed."""
    missing = sorted({path for catalogue in sounds.values() for path in catalogue.missing(settings)})
    if missing:
        _log.error("prompts.missing", files=len(missing), first=missing[0], remedy="tongdai prompts build")


def _tell_seconds(settings: Settings, cities: Mapping[str, City], sounds: Mapping[str, Catalogue]) -> None:
    """Calls are answered however long the prompts are; that they keep callers too long must not go unnoticed."""
    for name, city in cities.items():
        for fault in past_limits(city, measure_city(settings, city, sounds[name]), warning=True):
            _log.warning("seconds.past_limit", city=name, limit=fault.setting, what=fault.text)


def _listen(settings: Settings, hotline: Hotline) -> FastAgiServer:
    try:
        return FastAgiServer({"hotline": hotline}, port=settings.agi_port, watchdog=Watchdog.of(os.environ))
    except OSError as error:
        raise PortTaken(
            tr(
                f"Không mở được cổng FastAGI {settings.agi_port} ({error.strerror}). "
                "Dừng chương trình đang dùng cổng này hoặc đổi TONGDAI_AGI_PORT.",
                f"Cannot listen on FastAGI port {settings.agi_port} ({error.strerror}). "
                "Stop the program that uses it or change TONGDAI_AGI_PORT.",
            )
        ) from error


def _stop_on_signals(server: FastAgiServer) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        server.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def clock_from(moment: datetime) -> Clock:
    """A clock that says ``moment`` now and goes on from there."""
    return steady(lambda: moment.astimezone(UTC))


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--at",
        metavar="YYYY-MM-DDTHH:MM",
        type=datetime.fromisoformat,
        help=tr(
            "diễn tập: coi như bây giờ là thời điểm này (giờ Việt Nam), để thử giờ làm việc và ngày nghỉ",
            "rehearsal: take this moment (Vietnam time) for now, to try opening hours and holidays",
        ),
    )


def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    configure_logs(settings)
    at: datetime | None = arguments.at
    if at is None:
        return serve(settings, lambda: datetime.now(UTC))
    return serve(settings, clock_from(at if at.tzinfo else at.replace(tzinfo=ZONE)))


COMMAND = Command(
    help=tr("máy chủ FastAGI: trả lời các cuộc gọi", "the FastAGI server: answers the calls"),
    configure=_configure,
    run=_run,
)
