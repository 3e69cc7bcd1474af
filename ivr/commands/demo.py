"""``tongdai demo``: exit 0 only if every part of the way was really found."""

import argparse
import signal
import sys
import time
from contextlib import closing

from ivr.command import Command
from ivr.settings import Settings
from ivr.simulator.demo.calls import ask, look, report
from ivr.simulator.demo.system import hotline
from ivr.store import open_store
from ivr.words import tr


def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave through the blocks below, which stop and remove
    _say(tr("Khởi động một tổng đài riêng…", "Starting a hotline of its own…"))
    with hotline(keep=arguments.keep) as (own, password):
        with closing(open_store(own)) as store:
            _say(tr("Cuộc gọi thứ nhất: người dân phản ánh", "First call: a citizen reports"))
            filed = report(own, store, _say)
            look(own, store, filed, password, _say)
            _say(tr("Cuộc gọi thứ hai: người dân tra cứu", "Second call: the citizen asks"))
            ask(own, store, filed, _say)
        if arguments.keep:
            _say(tr(f"Dữ liệu còn ở {own.home}", f"The data are kept in {own.home}"))
    seconds = time.monotonic() - began
    _say(tr(f"✓ Tất cả đều thấy thật, trong {seconds:.0f} giây.", f"✓ All of it was really found, in {seconds:.0f} s."))
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keep", action="store_true", help=tr("giữ lại thư mục dữ liệu để xem", "keep the data folder for a look")
    )


COMMAND = Command(
    help=tr(
        "Chạy thử trên thành phần thật: gọi SIP, phản ánh, phiếu, nội dung, rồi gọi lại nghe trạng thái.",
        "Try it on real parts: a SIP call, a report, its ticket and text, then a second call that hears the state.",
    ),
    configure=_configure,
    run=_run,
)
