"""``tongdai watch``: live events, live channels and the sweep, one process per Asterisk."""

import argparse
import asyncio
from datetime import UTC, datetime

from ivr.command import Command
from ivr.process.logs import configure_logs
from ivr.settings import Settings
from ivr.watch.service import watch
from ivr.words import tr


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = tr(
        "Chạy cùng máy với Asterisk. Trạng thái: http://<địa chỉ>:<TONGDAI_HUB_PORT>/healthz",
        "Runs beside Asterisk. State: http://<address>:<TONGDAI_HUB_PORT>/healthz",
    )


def _run(settings: Settings, _arguments: argparse.Namespace) -> int:
    configure_logs(settings)
    asyncio.run(watch(settings, lambda: datetime.now(UTC)))
    return 0


COMMAND = Command(
    help=tr(
        "theo dõi Asterisk, phát sự kiện cho bàn điều hành, dọn hàng chờ",
        "watch Asterisk, feed live pages, sweep the spool",
    ),
    configure=_configure,
    run=_run,
)
