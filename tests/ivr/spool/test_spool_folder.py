"""The spool folder: durable saves, locks, cancelling, room, and files that stand still."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.durable import locked, write_durably
from ivr.model.report import Part, PartState
from ivr.settings import Settings, load_settings
from ivr.spool import Held, Sidecar, SidecarFault, SidecarState, Spool, SpoolUnwritable
from ivr.spool import spool as module
from ivr.testing.spool import kept, make_sidecar

NOW = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, free_space_mb=0)


@pytest.fixture
def spool(settings: Settings) -> Spool:
    return Spool(settings)


def sidecar(ulid: str = ULID, **given: object) -> Sidecar:
    return make_sidecar(ulid=ulid, instance="1022", city="da-nang", started_at=NOW, reported_at=NOW, **given)


def names(spool: Spool) -> list[str]:
    return sorted(path.name for path in spool.folder.iterdir())


def test_each_save_is_a_version(spool: Spool) -> None:
    first = spool.save(sidecar())
    second = spool.save(replace(first, code="260042174"))
    assert (first.version, second.version) == (1, 2)
    assert kept(spool, ULID) == second
    assert spool.all() == [second]
    assert names(spool) == [f"{ULID}.json"]


def test_what_is_not_there(spool: Spool) -> None:
    assert spool.find(ULID) is None


def test_a_broken_sidecar_is_named_and_stays(spool: Spool) -> None:
    spool.path(ULID).write_text("{")
    with pytest.raises(SidecarFault, match=ULID):
        spool.find(ULID)
    assert spool.ulids() == [ULID]
    assert spool.all() == []


def test_files_of_the_dialplan_are_no_sidecars(spool: Spool) -> None:
    (spool.folder / "fallback-1790000000.12.json").write_text("{}")
    assert spool.ulids() == []


def test_one_holder_at_a_time_and_the_lock_goes_with_the_last_file(spool: Spool) -> None:
    with spool.hold(ULID), pytest.raises(Held), spool.hold(ULID):
        pass
    assert names(spool) == []
    saved = spool.save(sidecar())
    with spool.hold(ULID):
        assert f"{ULID}.lock" in names(spool)
    assert f"{ULID}.lock" in names(spool)
    with spool.hold(ULID):
        spool.remove(saved)
    assert names(spool) == []


def test_the_kernel_frees_the_lock_of_a_killed_process(spool: Spool, settings: Settings) -> None:
    code = (
        "import sys; from ivr.settings import load_settings; from ivr.spool import Spool;"
        "from pathlib import Path\n"
        f"with Spool(load_settings(home=Path({str(settings.home)!r}))).hold({ULID!r}):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Held), spool.hold(ULID):
            pass
        process.kill()
        process.wait()
        with spool.hold(ULID):
            pass


def test_a_lock_whose_file_was_removed_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with locked(path, wait=False):
        path.unlink()
        with locked(path, wait=False):  # another file of the same name: no process holds that
            assert path.exists()


def test_a_dropped_take_loses_its_file_after_the_sidecar_says_so(spool: Spool) -> None:
    takes = tuple(
        Part(number=number, file=f"{ULID}.{number}.wav", state=PartState.RECORDED, started_at=NOW) for number in (1, 2)
    )
    for number in (1, 2):
        spool.audio(ULID, number).write_bytes(b"RIFF")
    dropped = spool.drop_take(spool.save(sidecar(parts=takes)), 1)
    assert [take.state for take in kept(spool, ULID).parts] == [PartState.DROPPED, PartState.RECORDED]
    assert dropped.version == 2
    assert spool.takes_on_disk(ULID) == {2: spool.audio(ULID, 2)}


def test_cancelling_leaves_nothing(spool: Spool) -> None:
    spool.audio(ULID, 1).write_bytes(b"RIFF")
    saved = spool.save(sidecar())
    spool.cancel(saved)
    spool.cancel(replace(saved, state=SidecarState.CANCELLED))
    assert names(spool) == []


def test_a_failed_write_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_durably(path, b"old")
    (tmp_path / ".file.tmp").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old"


def test_what_was_put_aside_is_used_when_the_disk_is_full(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk here is full as long as the room put aside stands."""
    saved = spool.save(sidecar())
    spool.reserve(ULID)
    (reserved,) = [path for path in spool.folder.iterdir() if path.name.startswith(".")]
    write = module.write_durably

    def full(path: Path, content: bytes, **named: bool) -> None:
        if reserved.exists():
            raise OSError(28, "No space left on device")
        write(path, content, **named)

    monkeypatch.setattr(module, "write_durably", full)
    assert spool.save(saved).version == 2
    assert spool.save(kept(spool, ULID)).version == 3, "put aside again"
    reserved.unlink()
    monkeypatch.setattr(module, "write_durably", raise_full)
    with pytest.raises(SpoolUnwritable):
        spool.save(kept(spool, ULID))
    spool.reserve(ULID)
    monkeypatch.undo()
    spool.remove(kept(spool, ULID))
    assert list(spool.folder.iterdir()) == []


def test_without_room_to_put_aside_nothing_begins(spool: Spool) -> None:
    (spool.folder / f".{ULID}.reserve.tmp").symlink_to("/dev/full")
    with pytest.raises(SpoolUnwritable):
        spool.reserve(ULID)
    assert list(spool.folder.iterdir()) == []


def raise_full(path: Path, content: bytes, **named: bool) -> None:
    raise OSError(28, "No space left on device")


def test_an_unwritable_spool_says_so(spool: Spool) -> None:
    (spool.folder / f".{ULID}.json.tmp").mkdir()
    with pytest.raises(SpoolUnwritable, match="spool"):
        spool.save(sidecar())


def test_a_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("")
    with pytest.raises(SpoolUnwritable):
        Spool(load_settings(home=tmp_path))


def test_room_needs_space_inodes_and_a_file_that_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(load_settings(home=tmp_path, free_space_mb=1))
    assert spool.room()
    assert names(spool) == []

    real = os.statvfs(tmp_path)
    values = list(real)

    def states(**changed: int) -> None:
        order = ("f_bsize", "f_frsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree", "f_favail")
        changes = [changed.get(name, value) for name, value in zip(order, values, strict=False)]
        monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result([*changes, *values[len(order) :]]))

    states(f_bavail=1, f_frsize=4096)
    assert not spool.room()
    states(f_bavail=2**20, f_frsize=4096, f_files=100, f_favail=3)
    assert not spool.room()
    states(f_bavail=2**20, f_frsize=4096, f_files=0, f_favail=0)  # a file system that counts none
    assert spool.room()
    states(f_bavail=2**20, f_frsize=4096, f_files=0)
    (spool.folder / f".room-{os.getpid()}").mkdir()
    assert not spool.room()


def test_standing_still_is_by_the_file_systems_clock(spool: Spool) -> None:
    path = spool.audio(ULID, 1)
    path.write_bytes(b"x")
    assert not spool.stands_still(path, 500)
    then = path.stat().st_mtime - 1000
    os.utime(path, (then, then))
    assert spool.stands_still(path, 500)
    assert not spool.stands_still(path, 1500)
    os.utime(path, (then + 3600, then + 3600))  # the clock was set back since
    assert spool.stands_still(path, 500)
    assert not spool.stands_still(path.with_name("gone"), 500)
    assert names(spool) == [path.name]


def test_set_aside_keeps_the_file(spool: Spool) -> None:
    path = spool.audio(ULID, 1)
    path.write_bytes(b"?")
    kept = spool.set_aside(path)
    assert kept.read_bytes() == b"?"
    assert not path.exists()
    assert spool.ulids_of_audio() == []
