"""The disk's side: whose files lie in the spool, and whether recordings are what their rows say."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ivr.durable import is_held
from ivr.phone import LONGEST_TALK
from ivr.reconcile.gaps import Gap, GapKind
from ivr.reconcile.rows import FiledRow
from ivr.recordings import path_of
from ivr.settings import Settings
from ivr.spool import JournalFault, Spool, read_journal
from ivr.spool.fallback import PREFIX
from ivr.spool.journal import journal_path
from ivr.spool.sidecar import SidecarFault
from ivr.spool.spool import is_ulid

_LOCKS = (".lock", ".filing")


@dataclass(frozen=True, kw_only=True)
class InSpool:
    """All files of one call, or of one recording the dialplan made alone."""

    id: str
    """ULID, ``fallback-<uniqueid>``, or the name of a file that is none of ours."""
    ours: bool
    live: bool
    """A running process holds the call."""
    age: float
    """Seconds since the newest of its files changed."""
    names: tuple[str, ...]


def find_in_spool(settings: Settings, now: datetime) -> list[InSpool]:
    """Everything in the spool but locks and scratch files, oldest call first."""
    groups: dict[str, list[Path]] = {}
    for path in sorted(settings.spool.glob("*")):
        if path.is_file() and path.suffix not in _LOCKS and not path.name.startswith("."):
            groups.setdefault(_owner(path.name), []).append(path)
    return [_in_spool(settings, owner, paths, now) for owner, paths in sorted(groups.items())]


def find_aside(settings: Settings) -> Iterator[Gap]:
    """Files that were put aside for a person to look at."""
    for path in sorted((settings.spool / "aside").glob("*")):
        yield Gap(what=GapKind.ASIDE, id=path.name, detail=str(path))


def is_live(settings: Settings, ulid: str) -> bool:
    """Whether a running process holds the call, or its caller waits in a queue or talks, where none does."""
    return is_held(settings.spool / f"{ulid}.lock") or _is_in_queue(settings, ulid)


def _is_in_queue(settings: Settings, ulid: str) -> bool:
    path = journal_path(settings.spool, ulid)
    try:
        journal = read_journal(path)
        still = time.time() - path.stat().st_mtime
    except (OSError, JournalFault):
        return False
    return journal.left is not None and journal.end_reason is None and still < LONGEST_TALK


def compare_files(settings: Settings, rows: Iterable[FiledRow]) -> Iterator[Gap]:
    """Each recording's file against its row: there, as long, and the same bytes."""
    for row in rows:
        path = path_of(settings, row.key)
        if row.erased:
            if path.exists():
                yield Gap(what=GapKind.FILE_AFTER_ERASURE, id=row.id, detail=str(path))
            continue
        try:
            size = path.stat().st_size
            if size != row.size:
                yield Gap(what=GapKind.WRONG_LENGTH, id=row.id, detail=f"{path}: {size} ≠ {row.size}")
            elif (found := _sha256(path)) != row.sha256:
                yield Gap(what=GapKind.WRONG_SHA256, id=row.id, detail=f"{path}: {found[:12]}… ≠ {row.sha256[:12]}…")
        except FileNotFoundError:
            yield Gap(what=GapKind.ROW_WITHOUT_FILE, id=row.id, detail=str(path))


def _owner(name: str) -> str:
    if is_ulid(name[:26]) and name[26:27] == ".":
        return name[:26]
    return name.rpartition(".")[0] if name.startswith(PREFIX) else name


def _in_spool(settings: Settings, owner: str, paths: list[Path], now: datetime) -> InSpool:
    is_call = is_ulid(owner)
    changed = [path.stat().st_mtime for path in paths if path.exists()]
    return InSpool(
        id=owner,
        ours=is_call or owner.startswith(PREFIX),
        live=is_call and any(is_live(settings, ulid) for ulid in (owner, _call_of(settings, owner)) if ulid),
        age=max(0.0, now.timestamp() - max(changed)) if changed else 0.0,
        names=tuple(path.name for path in paths),
    )


def _call_of(settings: Settings, ulid: str) -> str:
    """The call that a further report belongs to: that call's lock is the one that is held."""
    try:
        sidecar = Spool(settings).find(ulid)
    except SidecarFault:
        return ""
    return sidecar.call_id or "" if sidecar is not None else ""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
