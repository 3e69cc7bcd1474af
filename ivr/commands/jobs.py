"""``tongdai jobs``: the work that workers do beside the calls: what waits, runs and is parked, and try again."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from ivr.command import Command
from ivr.errors import TongdaiError
from ivr.jobs import queue
from ivr.model import WorkItem, WorkState
from ivr.model.civil import ZONE
from ivr.services import job_list
from ivr.services.job_list import KindCount
from ivr.settings import Settings
from ivr.store import open_store
from ivr.words import tr

_MOST = 100


def configure(parser: argparse.ArgumentParser) -> None:
    """``list``, ``retry``."""
    verbs = parser.add_subparsers(required=True, metavar=tr("VIỆC", "WHAT"))

    explained = tr(
        "Đếm từng loại việc, rồi liệt kê việc đang chạy và việc đã gác lại.",
        "Count each kind, then list the jobs that run and those that are parked.",
    )
    listing = verbs.add_parser("list", help=explained, description=explained)
    listing.set_defaults(verb=_list)
    for state, text in (
        (WorkState.WAITING, tr("Chỉ việc đang chờ, theo thứ tự sẽ làm.", "Only what waits, in the order of its turn.")),
        (WorkState.CLAIMED, tr("Chỉ việc đang chạy.", "Only what runs.")),
        (WorkState.PARKED, tr("Chỉ việc đã gác lại, kèm lý do.", "Only what is parked, and why.")),
    ):
        name = "--running" if state is WorkState.CLAIMED else f"--{state.value}"
        listing.add_argument(name, dest="states", action="append_const", const=state, help=text)
    listing.add_argument("--kind", help=tr("Chỉ loại việc này.", "Only this kind."))

    explained = tr(
        "Cho việc đã gác lại làm lại từ đầu: một việc theo số, hoặc mọi việc cùng loại.",
        "Let parked jobs be tried again with all their tries: one by its number, or all of a kind.",
    )
    again = verbs.add_parser("retry", help=explained, description=explained)
    again.set_defaults(verb=_retry)
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("id", type=int, nargs="?", help=tr("Số của việc, như `jobs list` in ra.", "The job's number."))
    which.add_argument("--kind", help=tr("Mọi việc đã gác lại của loại này.", "Every parked job of this kind."))


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Do it and print the result."""
    store = open_store(settings)
    verb: Verb = arguments.verb
    try:
        with store.reading() if verb is _list else store.transaction() as session:
            said = verb(session, arguments, datetime.now(UTC))
    finally:
        store.close()
    print(said)
    return 0


COMMAND = Command(
    help=tr("Việc nền: đang chờ, đang chạy, đã gác lại; thử lại.", "Jobs: waiting, running, parked; try again."),
    configure=configure,
    run=run,
)

Verb = Callable[[Session, Any, datetime], str]


def _list(session: Session, arguments: argparse.Namespace, now: datetime) -> str:
    counts = [count for count in job_list.count_kinds(session, now) if arguments.kind in (None, count.kind)]
    if not counts:
        return tr("Không có việc nào đang chờ, đang chạy hay đã gác lại.", "No job waits, runs or is parked.")
    lines = [] if arguments.states else [_counted(count) for count in counts]
    for state in arguments.states or (WorkState.CLAIMED, WorkState.PARKED):
        found = job_list.find_items(session, (state,), kind=arguments.kind, limit=_MOST + 1)
        lines += [_line(item, now) for item in found[:_MOST]]
        if len(found) > _MOST:
            lines.append(tr(f"… và còn nữa (chỉ in {_MOST}).", f"… and more ({_MOST} are printed)."))
    return "\n".join(lines) or tr("Không có việc nào như vậy.", "There is no such job.")


def _retry(session: Session, arguments: argparse.Namespace, now: datetime) -> str:
    if arguments.kind is not None:
        count = job_list.retry_kind(session, arguments.kind, now)
        return tr(
            f"{count} việc loại {arguments.kind} sẽ được thử lại.",
            f"{count} {'job' if count == 1 else 'jobs'} of kind {arguments.kind} will be tried again.",
        )
    if not job_list.retry_item(session, arguments.id, now):
        raise TongdaiError(
            tr(
                f"Việc {arguments.id} không ở mục gác lại. Xem: tongdai jobs list --parked",
                f"Job {arguments.id} is not parked. See: tongdai jobs list --parked",
            )
        )
    return tr("1 việc sẽ được thử lại.", "1 job will be tried again.")


def _counted(count: KindCount) -> str:
    work = count.backlog
    oldest = _length(work.oldest_seconds) if work.waiting + work.claimed else "–"
    return tr(
        f"{count.kind}: đang chờ {work.waiting}, đang chạy {work.claimed}, gác lại {work.parked}; cũ nhất {oldest}",
        f"{count.kind}: waiting {work.waiting}, running {work.claimed}, parked {work.parked}; oldest {oldest}",
    )


def _line(item: WorkItem, now: datetime) -> str:
    state = {
        WorkState.WAITING: tr("đang chờ", "waiting"),
        WorkState.CLAIMED: tr("đang chạy", "running"),
        WorkState.PARKED: tr("gác lại", "parked"),
    }[WorkState(item.state)]
    urgent = tr(" · khẩn", " · urgent") if item.urgency >= queue.URGENT else ""
    age = _length((now - item.created_at).total_seconds())
    added = f"{item.created_at.astimezone(ZONE):%d/%m/%Y %H:%M}"
    line = tr(
        f"{item.id}  {state}{urgent}  {item.kind}  {item.subject}  từ {added} ({age})  lần thử {item.attempt}",
        f"{item.id}  {state}{urgent}  {item.kind}  {item.subject}  since {added} ({age})  try {item.attempt}",
    )
    if item.owner:
        line += f"  {item.owner}"
    return f"{line}\n    {item.error}" if item.error else line


def _length(seconds: float) -> str:
    """An age for people: the largest unit that is whole."""
    for unit, text in ((86_400, tr("ngày", "d")), (3_600, tr("giờ", "h")), (60, tr("phút", "min"))):
        if seconds >= unit:
            return f"{seconds // unit:.0f} {text}"
    return f"{max(0.0, seconds):.0f} {tr('giây', 's')}"
