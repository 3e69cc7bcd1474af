"""The spool folder: sidecars and audio, made durable step by step so that kill −9 anywhere loses nothing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import get_ident

from ivr.durable import fsync_folder, locked, write_durably
from ivr.errors import TongdaiError
from ivr.model.report import Part, PartState
from ivr.recordings.takes import ENDINGS
from ivr.settings import Settings
from ivr.spool.sidecar import Sidecar, SidecarFault, SidecarState
from ivr.words import tr

LEAST_INODES = 64
"""Free inodes below which no recording is begun: a report needs about five names."""

MOST_TAKES = 80
"""Takes that are looked for where no sidecar lists them."""

RESERVE = 16 * 1024
"""Bytes put aside for each report before the beep: its sidecar takes about 2 KiB each time it is saved anew."""


_is_there = os.path.exists  # where forty names are asked for, a Path for each costs more than the question


class SpoolUnwritable(TongdaiError):
    """The spool cannot be written: disk full, read-only, or wrong rights."""


class Spool:
    """Reports between the beep and the database; ``<ULID>.json`` beside ``<ULID>.<take>.alaw``."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.spool
        self._free_bytes = settings.free_space_mb * 2**20
        try:
            self.folder.mkdir(mode=0o770, parents=True, exist_ok=True)  # its group: an Asterisk of another user
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    @contextmanager
    def hold(self, ulid: str) -> Iterator[None]:
        """Own the call's files; raises :class:`ivr.durable.Held` when a live call or a sweep owns them.

        The kernel frees the lock when its process dies. The lock file goes with the last other file of the call.
        """
        path = self.folder / f"{ulid}.lock"
        try:
            with locked(path, wait=False):
                try:
                    yield
                finally:
                    if not self._has_files(ulid):
                        path.unlink(missing_ok=True)
        except PermissionError as error:
            raise _unwritable(path, error) from error

    @contextmanager
    def filing(self, ulid: str) -> Iterator[None]:
        """Exclude a second filing of the same call; apart from :meth:`hold`: a report is filed while its call lasts."""
        path = self.folder / f"{ulid}.filing"
        with locked(path, wait=False):
            try:
                yield
            finally:
                path.unlink(missing_ok=True)

    def save(self, sidecar: Sidecar, *, flush: bool = True) -> Sidecar:
        """Make the sidecar durable and return it as saved, its version one higher.

        Without ``flush`` a power cut before the next :meth:`flush` may bring the version before it back; nothing else
        can: it is for answers to a report that is safe already.
        On a disk that filled up meanwhile it takes the space that :meth:`reserve` put aside.
        """
        saved = replace(sidecar, version=sidecar.version + 1)
        content = saved.to_json().encode()
        try:
            try:
                write_durably(self.path(sidecar.ulid), content, name=flush)
            except OSError:
                if not self._release(sidecar.ulid):
                    raise
                write_durably(self.path(sidecar.ulid), content)
                with suppress(SpoolUnwritable):
                    self.reserve(sidecar.ulid)  # the older version's space is free now
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        return saved

    def flush(self) -> None:
        """Make everything saved before durable; raises :class:`SpoolUnwritable`."""
        try:
            fsync_folder(self.folder)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def reserve(self, ulid: str) -> None:
        """Put disk space aside for what the caller answers after speaking; raises :class:`SpoolUnwritable`.

        Recordings go on writing when the disk is nearly full: without this they take what the answers need.
        """
        path = self._reserved(ulid)
        try:
            path.write_bytes(bytes(RESERVE))
        except OSError as error:
            _unlink_quietly(path)
            raise _unwritable(self.folder, error) from error

    def find(self, ulid: str) -> Sidecar | None:
        """The sidecar, or None where there is none; raises :class:`SidecarFault` for one that cannot be read."""
        path = self.path(ulid)
        try:
            return Sidecar.from_json(path.read_bytes(), source=str(path))
        except FileNotFoundError:
            return None

    def ulids(self) -> list[str]:
        """ULIDs that have a sidecar, readable or not, oldest first."""
        return sorted(path.stem for path in self.folder.glob("*.json") if is_ulid(path.stem))

    def takes_on_disk(self, ulid: str) -> dict[int, Path]:
        """Audio files of a report by take number, listed in its sidecar or not."""
        start = str(self.folder / ulid)  # so many paths are not worth making for one that is there
        names = ((number, f"{start}.{number}{end}") for number in range(1, MOST_TAKES + 1) for end in ENDINGS)
        return {number: Path(name) for number, name in names if _is_there(name)}

    def ulids_of_audio(self) -> list[str]:
        """ULIDs that have audio, with a sidecar or without, oldest first."""
        sounds = (path for path in self.folder.iterdir() if path.suffix in ENDINGS)
        return sorted({path.name[:26] for path in sounds if is_ulid(path.name[:26])})

    def stands_still(self, path: Path, seconds: float) -> bool:
        """Whether ``path`` was not written for ``seconds``.

        Compared with the time the file system gives a file written now: our own clock may have been set meanwhile.
        A file from the future was written before the clock was set back.
        """
        probe = self.folder / f".now-{os.getpid()}-{get_ident()}"
        try:
            probe.touch()
            return abs(probe.stat().st_mtime - path.stat().st_mtime) >= seconds
        except OSError:
            return False
        finally:
            _unlink_quietly(probe)

    def set_aside(self, path: Path) -> Path:
        """Move an unusable file out of the way, into ``aside/``, to be looked at by a person."""
        folder = self.folder / "aside"
        folder.mkdir(exist_ok=True)
        kept = path.replace(folder / path.name)
        fsync_folder(folder)
        return kept

    def all(self) -> list[Sidecar]:
        """Every readable sidecar, oldest first."""
        found = []
        for ulid in self.ulids():
            try:
                sidecar = self.find(ulid)
            except SidecarFault:
                continue  # the sweep reports it
            if sidecar is not None:
                found.append(sidecar)
        return found

    def path(self, ulid: str) -> Path:
        """Where the sidecar is or will be."""
        return self.folder / f"{ulid}.json"

    def audio(self, ulid: str, take: int, ending: str = ".wav") -> Path:
        """Where Asterisk writes take ``take`` (1, 2 …) in a format of :data:`ivr.recordings.takes.ENDINGS`."""
        return self.folder / f"{ulid}.{take}{ending}"

    def sound(self, ulid: str, part: Part) -> Path:
        """Where the sound of a report's part is; of the name in its sidecar only the ending is believed."""
        ending = Path(part.file).suffix
        return self.audio(ulid, part.number, ending if ending in ENDINGS else ".wav")

    def drop_take(self, sidecar: Sidecar, number: int) -> Sidecar:
        """Mark take ``number`` dropped, durably, then remove its file."""
        parts = tuple(
            replace(part, state=PartState.DROPPED) if part.number == number else part for part in sidecar.parts
        )
        saved = self.save(replace(sidecar, parts=parts))
        for part in parts:
            if part.number == number:
                self.sound(sidecar.ulid, part).unlink(missing_ok=True)
        return saved

    def cancel(self, sidecar: Sidecar) -> None:
        """Really delete: sidecar ``cancelled`` first, then the audio, then the sidecar. Safe to repeat."""
        if sidecar.state is not SidecarState.CANCELLED:
            sidecar = self.save(replace(sidecar, state=SidecarState.CANCELLED))
        self.remove(sidecar)

    def remove(self, sidecar: Sidecar) -> None:
        """Remove what is left of a filed or cancelled report: audio still here first, the sidecar last.

        A sidecar that a power cut brings back is filed or removed again, which changes nothing.
        """
        _unlink_quietly(self._reserved(sidecar.ulid))
        listed = {self.sound(sidecar.ulid, part) for part in sidecar.parts}
        audio = [path for path in sorted({*self.takes_on_disk(sidecar.ulid).values(), *listed}) if path.exists()]
        for path in audio:
            path.unlink(missing_ok=True)
        if audio:
            fsync_folder(self.folder)
        self.path(sidecar.ulid).unlink(missing_ok=True)

    def room(self) -> bool:
        """Whether a recording can be begun: free space, free inodes, and a file can really be written."""
        probe = self.folder / f".room-{os.getpid()}"
        try:
            state = os.statvfs(self.folder)
            if state.f_bavail * state.f_frsize < self._free_bytes:
                return False
            if state.f_files and state.f_favail < LEAST_INODES:  # f_files 0: a file system that does not count them
                return False
            probe.write_bytes(b"room")
        except OSError:
            return False
        finally:
            _unlink_quietly(probe)
        return True

    def _reserved(self, ulid: str) -> Path:
        """Ends like a scratch file: one that a dead process left goes with those."""
        return self.folder / f".{ulid}.reserve.tmp"

    def _release(self, ulid: str) -> bool:
        """Whether there was space put aside, which is free now."""
        try:
            self._reserved(ulid).unlink()
        except OSError:
            return False
        return True

    def _has_files(self, ulid: str) -> bool:
        """Whether anything but its lock is left of a call; asked by name, for the folder may hold an outage's calls."""
        start = str(self.folder / ulid)
        kinds = (".json", ".call.jsonl", ".filing")
        return any(_is_there(start + kind) for kind in kinds) or bool(self.takes_on_disk(ulid))


def is_ulid(text: str) -> bool:
    """Whether a file name's first part is a ULID, as every report's is."""
    return len(text) == 26 and text.isalnum() and text.isascii()


def _unlink_quietly(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # read-only: the probe was never written


def _unwritable(path: Path, error: OSError) -> SpoolUnwritable:
    return SpoolUnwritable(
        tr(
            f"{path}: không ghi được ({error.strerror}). Kiểm tra dung lượng đĩa và quyền ghi.",
            f"{path}: cannot be written ({error.strerror}). Check disk space and rights.",
        )
    )
