"""Log files are kept from filling the disk: one that is too long becomes an older one and begins anew."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import structlog

LOG_LIMIT = 20 * 2**20
"""Bytes beyond which a log file begins anew."""
KEPT = 3
"""Older files kept of each log: ``name.1`` is the newest of them."""
_OLDER = re.compile(r"\.\d+$")

_log = structlog.get_logger(__name__)


def bound_logs(folder: Path) -> None:
    """:func:`bound_log` for every log below ``folder``."""
    for path in list(_logs(folder)):
        bound_log(path)


def bound_log(path: Path) -> None:
    """Begin a log anew that is longer than :data:`LOG_LIMIT`; one that is not there, or not ours, is left alone.

    Its writer goes on: it appends, so that a shortened file goes on at its beginning. Lines written in the
    milliseconds between copying and shortening are lost. On a full disk nothing is copied: recordings need the room.
    """
    with suppress(OSError):
        if path.stat().st_size > LOG_LIMIT:
            _begin_anew(path)


def _logs(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if not _OLDER.search(path.name) and path.is_file())


def _begin_anew(path: Path) -> None:
    for number in range(KEPT, 1, -1):
        with suppress(FileNotFoundError):
            _older(path, number - 1).replace(_older(path, number))
    try:
        shutil.copyfile(path, _older(path, 1))
    except OSError as error:
        _log.warning("log.not_kept", path=str(path), error=str(error))
        _older(path, 1).unlink(missing_ok=True)
    os.truncate(path, 0)


def _older(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
