"""``tongdai run``: check, prepare, start every process, say where everything is, stop on Ctrl-C."""

import argparse
import os
import signal
import time
from types import FrameType

from ivr.asterisk import load_logins, render_site
from ivr.command import Command
from ivr.process.logs import configure_logs
from ivr.process.run_lock import hold
from ivr.settings import Settings
from ivr.supervisor.child import State
from ivr.supervisor.preparation import (
    DatabaseWork,
    build_prompts,
    export_home,
    first_sign_in,
    make_folders,
    refuse_faults,
)
from ivr.supervisor.specs import process_specs
from ivr.supervisor.supervisor import Supervisor
from ivr.words import tr

READY_WITHIN = 30.0
"""Seconds after which what does not serve yet is named; it goes on being tried."""


class _Signals:
    """Counts the requests to stop: one stops in order, a second one at once."""

    def __init__(self) -> None:
        self.asked = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def stop(self) -> bool:
        return self.asked > 0

    def hurry(self) -> bool:
        return self.asked > 1

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1


def run(settings: Settings, *, asterisk: bool) -> int:
    """The whole life of one ``tongdai run``; 0 when it was asked to stop, 1 when it could not come up."""
    began = time.monotonic()
    configure_logs(settings)
    os.umask(0o077)  # other users must not read what citizens said
    export_home(settings)
    make_folders(settings)
    with hold(settings):
        pass  # who runs already is said before its ports are called taken
    refuse_faults(settings, asterisk=asterisk)
    with hold(settings):
        database = DatabaseWork(settings, _say)
        database.first(time.monotonic())
        build_prompts(settings, _say)
        supervisor = Supervisor(
            process_specs(settings, asterisk=asterisk), status=settings.run / "status.json", say=_say
        )
        signals = _Signals()
        supervisor.start()
        try:
            ready = supervisor.wait_ready(READY_WITHIN, signals.stop)
            if not signals.stop():
                _greet(settings, supervisor, time.monotonic() - began, ready=ready, asterisk=asterisk)
                if database.password:
                    _say(first_sign_in(database.password))
            supervisor.run(signals.stop, lambda: database.again(time.monotonic()))
        finally:
            _say(tr("đang dừng…", "stopping…"))
            stopping = time.monotonic()
            supervisor.stop(signals.hurry)
            seconds = time.monotonic() - stopping
            _say(tr(f"đã dừng sau {seconds:.1f} giây", f"stopped after {seconds:.1f} s"))
    return 0


def _greet(settings: Settings, supervisor: Supervisor, seconds: float, *, ready: bool, asterisk: bool) -> None:
    """What a person needs now: the console, a telephone to try, the logs."""
    if ready:
        _say(
            tr(
                f"✓ Tổng đài 1022 đã sẵn sàng sau {seconds:.1f} giây",
                f"✓ The 1022 hotline is ready after {seconds:.1f} s",
            )
        )
    for child in supervisor.children:
        if child.state is not State.READY:
            name, log = child.spec.name, child.spec.log
            _say(tr(f"✗ {name} chưa chạy được, xem {log}", f"✗ {name} does not serve yet, see {log}"))
    _say(tr(f"  Bàn điều hành: {settings.console_address}", f"  Console: {settings.console_address}"))
    if not asterisk:
        site = render_site(settings)
        _say(tr(f"  Tổng đài của thành phố nạp: {site}/*.conf", f"  The city's PBX includes: {site}/*.conf"))
    else:
        logins = load_logins(settings)
        server = f"{settings.bind}:{settings.sip_port}"
        for user, use_vi, use_en in (
            (
                "101",
                "gọi thử: đăng ký rồi quay 1022 (600: nghe lại tiếng mình)",
                "to call: register, then dial 1022 (600: echo)",
            ),
            ("100", "điện thoại viên: phím 0 đổ chuông máy này", "operator: key 0 rings it"),
        ):
            password = logins.softphones[user]
            _say(
                tr(
                    f"  Máy SIP {use_vi}\n    máy chủ {server} (UDP), người dùng {user}, mật khẩu {password}",
                    f"  Softphone {use_en}\n    server {server} (UDP), user {user}, password {password}",
                )
            )
    _say(tr(f"  Nhật ký: {settings.logs}/   Dừng: Ctrl-C", f"  Logs: {settings.logs}/   Stop: Ctrl-C"))


def _say(line: str) -> None:
    print(line, flush=True)


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-asterisk",
        action="store_true",
        help=tr(
            "không chạy Asterisk riêng: nơi đã có tổng đài (docs/asterisk.md)",
            "run no Asterisk of our own: a site with its own PBX (docs/asterisk.md)",
        ),
    )


def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    try:
        return run(settings, asterisk=not arguments.no_asterisk)
    except KeyboardInterrupt:  # before anything was started
        return 130


COMMAND = Command(
    help=tr(
        "Chạy cả tổng đài: Asterisk, FastAGI, theo dõi, chuyển văn bản, bàn điều hành. Ctrl-C dừng tất cả.",
        "Run the whole hotline: Asterisk, FastAGI, watch, transcription, console. Ctrl-C stops all.",
    ),
    configure=_configure,
    run=_run,
)
