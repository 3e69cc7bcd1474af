"""Files that survive a power cut: write, fsync, rename, fsync the folder; and locks the kernel frees at death."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def fsync_folder(folder: Path) -> None:
    """Make names just created, renamed or removed in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, content: bytes, *, mode: int = 0o600, name: bool = True) -> None:
    """Replace ``path`` by ``content``: a reader, also after a crash, sees the old content or the new, whole.

    Without ``name`` it may still be the old one after a power cut (never after a process died), until the folder is
    flushed for whatever reason: half the waiting.
    Only one writer at a time may write one path (its owners hold a lock). A failed write leaves the old file and
    raises :class:`OSError`.
    """
    scratch = path.with_name(f".{path.name}.tmp")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise
    if name:
        fsync_folder(path.parent)


class Held(Exception):  # another holder is an expected state, not an error
    """Another process or thread holds the lock."""


@contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold ``flock`` on ``path``; raises :class:`Held` when ``wait`` is false and somebody else holds it.

    The file may be unlinked by a holder: whoever then locked the removed file notices by its inode and tries again.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Held(path.name) from None
            if not _is_still(path, descriptor):
                continue
            yield
            return
        finally:
            os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock ``path``; never makes the file.

    A shared lock is tried for a moment: ask only about locks whose owner took them a while ago.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether ``path`` still names the file that was locked."""
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    opened = os.fstat(descriptor)
    return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)
