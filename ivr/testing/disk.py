"""Small file systems of our own for tests: full, without inodes, read-only. Imported by tests alone.

Root mounts them. A test of any other user runs again in a user namespace (:func:`run_in_namespace`), where its user
counts as root and the mounts end with the test; where the kernel refuses that, ``sudo`` mounts, if it asks no password.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from ivr.testing import need

_PIECE = 4096
_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


@dataclass(frozen=True, kw_only=True)
class SmallDisk:
    """A mounted tmpfs."""

    path: Path

    @property
    def free(self) -> int:
        """Bytes that can still be written."""
        state = os.statvfs(self.path)
        return state.f_bavail * state.f_frsize

    @property
    def _ballast(self) -> Path:
        return self.path / ".ballast"

    def fill(self, *, leave: int = 0) -> None:
        """Leave so many bytes, rounded up to whole pages."""
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            while self.free > leave:
                file.write(bytes(min(_PIECE * 16, max(_PIECE, self.free - leave))))

    def use_up_inodes(self) -> None:
        """Leave no further name."""
        folder = self.path / ".names"
        with suppress(OSError):
            folder.mkdir()
            for number in range(1_000_000):
                (folder / str(number)).touch()

    def make_room(self) -> None:
        """Undo what was filled."""
        self._ballast.unlink(missing_ok=True)
        folder = self.path / ".names"
        if folder.exists():
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()

    def read_only(self, yes: bool) -> None:
        """Let nothing be written, or let it be again."""
        # "bind": of this mount alone; the file system's own options may not be set again in a user namespace
        options = f"remount,bind,{'ro' if yes else 'rw'}"
        subprocess.run([*_as_root(), "mount", "-o", options, str(self.path)], check=True)


@contextmanager
def small_disk(path: Path, *, mib: int, inodes: int = 0) -> Iterator[SmallDisk]:
    """A tmpfs of our own mounted on ``path`` for the block; skips where mounting is not allowed."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = f"size={mib}m,mode=700,uid={os.geteuid()},gid={os.getegid()}" + f",nr_inodes={inodes}" * bool(inodes)
    words = [*_as_root(), "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)]
    mounted = subprocess.run(words, check=False, capture_output=True, text=True)
    need(mounted.returncode == 0, f"a mount of a small file system: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(path=path)
    finally:
        subprocess.run([*_as_root(), "umount", "-l", str(path)], check=True)


@cache
def _as_root() -> tuple[str, ...]:
    """What stands before ``mount``; skips where this user may not mount in any way."""
    if os.geteuid() == 0:
        return ()
    sudo = ("sudo", "-n")
    with suppress(FileNotFoundError):
        if subprocess.run([*sudo, "true"], check=False, capture_output=True).returncode == 0:
            return sudo
    need(False, "a way to mount a small file system: root, a user namespace (unshare -Urm) or sudo without a password")
    return ()


@cache
def needs_namespace() -> bool:
    """Whether tests that mount must run in a user namespace, and may: we are not root, and the kernel allows it."""
    if os.geteuid() == 0:
        return False
    with tempfile.TemporaryDirectory() as folder, suppress(FileNotFoundError):
        words = [*_NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", folder]
        return subprocess.run(words, check=False, capture_output=True).returncode == 0
    return False


def run_in_namespace(test: str, root: Path) -> None:
    """Run one test (its pytest id) once more, as the root of a user namespace; fails or skips as it does there."""
    with tempfile.TemporaryDirectory(prefix="tdn", dir="/tmp") as folder:  # socket paths are short
        options = ("-q", "-rs", "-n", "0", "-p", "no:cacheprovider", "--no-cov", f"--basetemp={folder}/base")
        words = [*_NAMESPACE, sys.executable, "-m", "pytest", *options, test]
        done = subprocess.run(words, cwd=root, check=False, capture_output=True, text=True)
    print(done.stdout + done.stderr)
    if done.returncode == 0 and "1 skipped" in done.stdout:
        pytest.skip(next(line for line in done.stdout.splitlines() if line.startswith("SKIPPED")))
    assert done.returncode == 0, f"failed in its user namespace (exit status {done.returncode}), see its output"
    assert "1 passed" in done.stdout
