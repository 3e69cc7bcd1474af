"""``tongdai db``: bring the database to this version, say how it stands, copy it."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from ivr.command import Command
from ivr.jobs import queue
from ivr.model import Call, Recording, Ticket
from ivr.services.transcribing import TRANSCRIBE
from ivr.settings import Settings
from ivr.store import open_store
from ivr.store.migrate import current, head, migrate
from ivr.words import tr


def configure(parser: argparse.ArgumentParser) -> None:
    """``migrate``, ``status``, ``backup``."""
    verbs = parser.add_subparsers(required=True, metavar=tr("VIỆC", "WHAT"))
    _verb(
        verbs,
        "migrate",
        _migrate,
        tr("Cập nhật cơ sở dữ liệu cho phiên bản này.", "Bring the database to this version."),
    )
    _verb(verbs, "status", _status, tr("Cho biết cơ sở dữ liệu đang thế nào.", "Say how the database stands."))
    copying = _verb(
        verbs,
        "backup",
        _backup,
        tr("Chép cơ sở dữ liệu SQLite khi đang chạy.", "Copy a SQLite database while it is in use."),
    )
    copying.add_argument("file", type=Path, help=tr("Tệp đích, chưa có.", "Target, a new file."))


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Do it; the exit status of ``status`` is 1 when a migration is missing."""
    status: int = arguments.verb(settings, arguments)
    return status


COMMAND = Command(
    help=tr("Cơ sở dữ liệu: cập nhật, xem, sao lưu.", "The database: migrate, look, back up."),
    configure=configure,
    run=run,
)

Verb = Callable[[Settings, argparse.Namespace], int]


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, verb: Verb, description: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=description, description=description)
    parser.set_defaults(verb=verb)
    return parser


def _migrate(settings: Settings, _arguments: argparse.Namespace) -> int:
    migrate(settings)
    print(tr(f"Cơ sở dữ liệu ở bước {head()}.", f"The database is at step {head()}."))
    return 0


def _status(settings: Settings, _arguments: argparse.Namespace) -> int:
    print(make_url(settings.database).render_as_string(hide_password=True))
    stands = current(settings)
    if stands != head():
        print(
            tr(
                f"Ở bước {stands or 'trống'}, cần {head()}: chạy tongdai db migrate.",
                f"At step {stands or 'none'}, wanted {head()}: run tongdai db migrate.",
            )
        )
        return 1
    store = open_store(settings)
    try:
        with store.reading() as session:
            calls, tickets, recordings = (
                session.scalar(select(func.count()).select_from(table)) for table in (Call, Ticket, Recording)
            )
            work = queue.backlog(session, TRANSCRIBE, datetime.now(UTC))
    finally:
        store.close()
    print(
        tr(
            f"Bước {stands}. {calls} cuộc gọi, {tickets} phiếu, {recordings} bản ghi âm. Chờ chuyển thành văn bản: "
            f"{work.waiting + work.claimed}, gác lại: {work.parked}.",
            f"Step {stands}. {calls} calls, {tickets} tickets, {recordings} recordings. To be transcribed: "
            f"{work.waiting + work.claimed}, parked: {work.parked}.",
        )
    )
    return 0


def _backup(settings: Settings, arguments: argparse.Namespace) -> int:
    store = open_store(settings)
    try:
        store.backup(arguments.file)
    finally:
        store.close()
    print(
        tr(
            f"Đã chép vào {arguments.file}. Bản ghi âm nằm trong {settings.recordings}: sao lưu riêng.",
            f"Copied to {arguments.file}. Recordings are in {settings.recordings}: back them up too.",
        )
    )
    return 0
