"""Files that survive a power cut: write, fsync, rename, fsync the folder; and locks the kernel frees at death."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path


def fsync_folder(folder: Path) -> None:
    """Make names just created, renamed or removed in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Sync(Enum):
    """What must have reached the disk when a write returns; a process that dies never leaves half a file."""

    NOTHING = "nothing"  # after a power cut the file may be the old one, or empty: only for what is easily made again
    CONTENT = "content"  # … the old one or the new, whole, until the folder is flushed for whatever reason
    NAME = "name"  # the new one


def replace(
    path: Path, content: bytes, *, mode: int = 0o600, sync: Sync = Sync.NAME, several_writers: bool = False
) -> None:
    """Replace ``path`` by ``content``: a reader, also after a crash, sees the old content or the new, whole.

    A failed write leaves the old file and raises :class:`OSError`.

    :param mode: permissions, whatever the umask.
    :param several_writers: others may write the same path now, and the last one wins. Else the owner holds a lock, and
        the draft has a fixed name: the next write takes over what a process that died has left.
    """
    draft = _draft(path, unique=several_writers)
    _write(draft, content, mode, flush=sync is not Sync.NOTHING)
    try:
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    if sync is Sync.NAME:
        fsync_folder(path.parent)


def create(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Make ``path`` where there is none yet, whole and durable; False when it is there: another's file stays."""
    draft = _draft(path, unique=True)
    _write(draft, content, mode, flush=True)
    try:
        os.link(draft, path)  # unlike a rename this never replaces
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    fsync_folder(path.parent)
    return True


def write_durably(path: Path, content: bytes, *, mode: int = 0o600, name: bool = True) -> None:
    """:func:`replace` by the only writer; without ``name`` the folder is not flushed: half the waiting."""
    replace(path, content, mode=mode, sync=Sync.NAME if name else Sync.CONTENT)


class Held(Exception):  # another holder is an expected state, not an error
    """Another process or thread holds the lock."""


@contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold ``flock`` on ``path``; raises :class:`Held` when ``wait`` is false and another process holds it.

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
    """Whether a process holds the lock ``path``; never makes the file.

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


def _draft(path: Path, *, unique: bool) -> Path:
    mark = f".{secrets.token_hex(6)}" if unique else ""
    return path.with_name(f".{path.name}{mark}.tmp")


def _write(draft: Path, content: bytes, mode: int, *, flush: bool) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode & 0o077:  # for readers of other users too, whatever this process's umask is
                os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            if flush:
                os.fsync(file.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
