"""Small file systems of our own for tests: full, without inodes, read-only. Imported by tests alone."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ivr.testing import need

_PIECE = 4096


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
        subprocess.run(["mount", "-o", f"remount,{'ro' if yes else 'rw'}", str(self.path)], check=True)


@contextmanager
def small_disk(path: Path, *, mib: int, inodes: int = 0) -> Iterator[SmallDisk]:
    """A tmpfs mounted on ``path`` for the block; skips where mounting is not allowed."""
    need(os.geteuid() == 0, "root, to mount a small file system")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = f"size={mib}m,mode=700" + f",nr_inodes={inodes}" * bool(inodes)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], check=False, capture_output=True, text=True
    )
    need(mounted.returncode == 0, f"a mount of a small file system: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(path=path)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)
