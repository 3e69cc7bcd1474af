"""``tongdai reconcile``: does everything add up? Exit status 1 when something is lost, doubled or stuck."""

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ivr.command import Command
from ivr.model.civil import ZONE
from ivr.reconcile import Gap, Reconciliation, Severity, reconcile, remedy, sentence
from ivr.settings import Settings
from ivr.store import open_store
from ivr.words import tr

SHOWN = 20
"""Gaps of one kind that are printed; ``--json`` gives all."""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since",
        metavar="YYYY-MM-DD[THH:MM]",
        type=_moment,
        help=tr(
            "chỉ xem từ lúc này (giờ Việt Nam); cũng nhận today, yesterday",
            "only what began at or after this moment (Vietnam time); today and yesterday too",
        ),
    )
    parser.add_argument("--json", action="store_true", help=tr("in dạng JSON, đủ mọi mục", "print JSON, every gap"))
    parser.add_argument(
        "--settled",
        action="store_true",
        help=tr(
            "sau diễn tập: cũng không được còn cuộc gọi hay việc dở dang",
            "after an exercise: no call or work may be under way either",
        ),
    )
    parser.epilog = tr(
        "Trạng thái thoát 1: có điều không khớp. Lệnh này chỉ đọc, không sửa gì.",
        "Exit status 1: something is off. It reads only and changes nothing.",
    )


def _moment(text: str) -> datetime:
    today = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    match text.strip().lower():
        case "today" | "hôm nay":
            return today
        case "yesterday" | "hôm qua":
            return today - timedelta(days=1)
    try:
        given = datetime.fromisoformat(text.strip())
        moment = given if given.tzinfo is not None else given.replace(tzinfo=ZONE)
        moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the first hours of year 1 are none in UTC
        example = f"{today:%Y-%m-%d}, {today:%Y-%m-%d}T07:30"
        raise argparse.ArgumentTypeError(
            tr(
                f"“{text}” không phải là ngày giờ. Ví dụ: {example}, yesterday.",
                f'"{text}" is not a date. For example: {example}, yesterday.',
            )
        ) from error
    return moment


def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    since: datetime | None = arguments.since
    store = open_store(settings)
    try:
        found = reconcile(settings, store, datetime.now(UTC), since)
    finally:
        store.close()
    print(as_json(found) if arguments.json else "\n".join(describe(found, settled=arguments.settled)))
    return 0 if (found.is_settled if arguments.settled else found.is_whole) else 1


def as_json(found: Reconciliation) -> str:
    """One object: the figures, and a list of gaps with id, standing and remedy."""
    gaps = [
        {"what": gap.what, "id": gap.id, "standing": gap.standing, "detail": gap.detail, "remedy": remedy(gap)}
        for gap in found.gaps
    ]
    values = {
        "at": found.at.isoformat(),
        "since": found.since.isoformat() if found.since else None,
        "whole": found.is_whole,
        "settled": found.is_settled,
        "calls": {
            "offered": found.offered,
            "running": found.running,
            "unrecorded": found.unrecorded,
        },
        "ended": {reason.value: number for reason, number in sorted(found.ended.items())},
        "recordings": found.recordings,
        "tickets": found.tickets,
        "requests": found.requests,
        "gaps": gaps,
    }
    return json.dumps(values, ensure_ascii=False, indent=1)


def describe(found: Reconciliation, *, settled: bool = False) -> Iterator[str]:
    """Lines for a person: the figures, what is in hand, what to do, and the verdict last.

    ``settled``: what is still under way is against the verdict, too.
    """
    ended = ", ".join(f"{reason.value} {number}" for reason, number in sorted(found.ended.items())) or "0"
    yield tr(
        f"Cuộc gọi: {found.offered}; đã kết thúc: {ended}; đang diễn ra: {found.running}; "
        f"chưa vào sổ: {found.unrecorded}.",
        f"Calls: {found.offered}; ended: {ended}; running: {found.running}; not in the rows yet: {found.unrecorded}.",
    )
    yield tr(
        f"Ghi âm: {found.recordings}; phiếu: {found.tickets}, trong đó chỉ xin gọi lại: {found.requests}.",
        f"Recordings: {found.recordings}; tickets: {found.tickets}, of which only to be rung back: {found.requests}.",
    )
    in_hand = len(found.find_all(Severity.IN_HAND))
    if in_hand:
        yield tr(f"Đang được xử lý: {in_hand} mục.", f"In hand: {in_hand}.")
    for mark, standing in (("·", Severity.NOTED), ("✗", Severity.OFF)):
        yield from _listed(mark, found.find_all(standing))
    off = len(found.find_all(Severity.OFF))
    if off:
        yield tr(f"✗ Không khớp: {off} mục.", f"✗ {off} things do not add up.")
    elif settled and not found.is_settled:
        yield tr(
            "✗ Chưa xong: còn cuộc gọi hoặc việc dở dang. Đợi rồi chạy lại.",
            "✗ Not settled: calls or work are still under way. Wait and run it again.",
        )
    else:
        yield tr("✓ Mọi thứ đều khớp.", "✓ Everything adds up.")


def _listed(mark: str, gaps: list[Gap]) -> Iterator[str]:
    for what in sorted({gap.what for gap in gaps}):
        same = [gap for gap in gaps if gap.what is what]
        yield f"{mark} {sentence(what)}: {len(same)}"
        yield from (f"    {gap.id}  {gap.detail}".rstrip() for gap in same[:SHOWN])
        if len(same) > SHOWN:
            yield f"    … {len(same) - SHOWN} (--json)"
        yield f"    → {remedy(same[0])}"


COMMAND = Command(
    help=tr("Đối soát: cuộc gọi, ghi âm, phiếu, hàng chờ có khớp nhau không", "Reconcile calls, recordings, tickets"),
    configure=_configure,
    run=_run,
)
