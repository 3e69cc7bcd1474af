"""``tongdai doctor``: what is wrong, where, and what to do about it; exit status 1 when something is."""

import argparse

from ivr.command import Command, Finding
from ivr.doctor.checks import CHECKS
from ivr.doctor.findings import find_checks, gather
from ivr.settings import Settings
from ivr.words import tr

__all__ = ["CHECKS", "COMMAND"]


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help=tr("chỉ in chỗ có lỗi", "print only what is wrong"))


def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    found = gather(settings, find_checks())
    wrong = [finding for finding in found if not finding.ok]
    for finding in [finding for finding in found if not finding.ok or finding.warning] if arguments.quiet else found:
        print(line(finding))
    if wrong:
        print(tr(f"{len(wrong)} chỗ cần sửa", f"{len(wrong)} to mend"))
    elif not arguments.quiet:
        print(tr("Không thấy lỗi", "Nothing wrong"))
    return 1 if wrong else 0


def line(finding: Finding) -> str:
    """One finding as a person reads it."""
    remedy = f"\n    → {finding.remedy}" if finding.remedy else ""
    mark = "!" if finding.ok and finding.warning else "✓" if finding.ok else "✗"
    return f"{mark} {finding.name:<10} {finding.text}{remedy}"


COMMAND = Command(
    help=tr(
        "Kiểm tra cổng, Asterisk, mô hình, đĩa, cơ sở dữ liệu, đồng hồ và nói cách sửa.",
        "Check ports, Asterisk, model, disk, database, clock, and say the remedy.",
    ),
    configure=_configure,
    run=_run,
)
