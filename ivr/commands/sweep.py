"""``tongdai sweep``: one sweep by hand; the running hotline does the same every 30 seconds."""

import argparse
from datetime import UTC, datetime

from ivr.command import Command
from ivr.filing.sweep import SweepReport, sweep
from ivr.settings import Settings
from ivr.spool import Spool
from ivr.store import open_store
from ivr.words import tr


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = tr(
        "Không đụng tới cuộc gọi đang diễn ra. Trạng thái thoát 1: còn việc cần xem.",
        "Calls that go on are left alone. Exit status 1: something needs a look.",
    )


def _run(settings: Settings, _arguments: argparse.Namespace) -> int:
    store = open_store(settings)
    try:
        report = sweep(settings, store, Spool(settings), datetime.now(UTC), None)
    finally:
        store.close()
    print(describe(report))
    return 1 if report.faults or report.store_away else 0


def describe(report: SweepReport) -> str:
    """The report as lines for a person."""
    lines = [
        tr(
            f"Đã lập phiếu: {report.filed}; tiếp nhận từ bản ghi dự phòng: {report.adopted}; không có lời nói hoặc đã "
            f"hủy: {report.silent}; cuộc gọi đã đóng: {report.calls}; mã cấp sau: {report.late_codes}; "
            f"đang diễn ra: {report.live}.",
            f"Filed: {report.filed}; adopted from the fallback: {report.adopted}; nobody spoke or cancelled: "
            f"{report.silent}; calls closed: {report.calls}; late codes: {report.late_codes}; live: {report.live}.",
        )
    ]
    if report.store_away:
        lines.append(
            tr(
                "Chưa dùng được cơ sở dữ liệu: phản ánh chờ trong hàng chờ, không mất. Xem tongdai doctor.",
                "The database cannot be used: reports wait in the spool, none is lost. See tongdai doctor.",
            )
        )
    return "\n".join([*lines, *report.faults])


COMMAND = Command(
    help=tr("Dọn hàng chờ: lập phiếu cho phần cuộc gọi dở dang", "Settle the spool: file what dead calls left"),
    configure=_configure,
    run=_run,
)
