"""``tongdai asterisk``: write the configuration, start the private Asterisk alone, ask it, show the softphones."""

import argparse
import os

from ivr.asterisk.control import cli, prepare
from ivr.asterisk.install import get_asterisk
from ivr.asterisk.logins import load_logins
from ivr.asterisk.rendering import render, render_site
from ivr.command import Command
from ivr.settings import Settings
from ivr.words import tr


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=tr("VIỆC", "VERB"))
    writing = verbs.add_parser(
        "render", help=tr("ghi cấu hình vào <home>/asterisk/etc", "write the configuration into <home>/asterisk/etc")
    )
    writing.add_argument(
        "--site",
        action="store_true",
        help=tr(
            "chỉ phần mà tổng đài sẵn có của thành phố nạp thêm (docs/asterisk.md)",
            "only what a city's own PBX includes (docs/asterisk.md)",
        ),
    )
    verbs.add_parser("start", help=tr("chạy riêng Asterisk, ở tiền cảnh", "run Asterisk alone, in the foreground"))
    verbs.add_parser("phones", help=tr("tài khoản để đăng ký máy SIP", "logins for registering softphones"))
    verbs.add_parser("version", help=tr("Asterisk nào đang được dùng", "which Asterisk is used"))
    ask = verbs.add_parser("cli", help=tr("một lệnh cho Asterisk đang chạy", "one command for the running Asterisk"))
    ask.add_argument("words", nargs="+", metavar=tr("LỆNH", "COMMAND"), help="core show channels")


def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    match arguments.verb:
        case "render":
            print(render_site(settings) if arguments.site else render(settings))
        case "start":
            words = prepare(settings)
            os.execv(words[0], words)  # noqa: S606  # an argument list of our own; Asterisk takes this process's place
        case "phones":
            for user, password in load_logins(settings).softphones.items():
                print(f"{user}\t{password}\tsip:{user}@{settings.bind}:{settings.sip_port}")
        case "version":
            install = get_asterisk(settings)
            print(f"{install.version}\t{install.root or install.program[0]}")
        case _:
            print(cli(settings, " ".join(arguments.words)), end="")
    return 0


COMMAND = Command(
    help=tr("Asterisk riêng của tổng đài: cấu hình, chạy, hỏi.", "The hotline's own Asterisk: configure, start, ask."),
    configure=_configure,
    run=_run,
)
