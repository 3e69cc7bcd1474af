"""Files that are there whole or not at all, whoever writes and whatever fails."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.durable import Sync, create, replace


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("sync", Sync)
@pytest.mark.parametrize("several", [False, True])
def test_the_new_content_takes_the_old_ones_place(tmp_path: Path, sync: Sync, several: bool) -> None:
    path = tmp_path / "file"
    replace(path, b"old, and longer", mode=0o644, sync=sync, several_writers=several)
    with path.open("rb") as reading:
        replace(path, b"new", mode=0o644, sync=sync, several_writers=several)
        assert reading.read() == b"old, and longer", "who reads goes on reading what was"
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("several", [False, True])
def test_a_replacement_that_fails_leaves_nothing_behind(tmp_path: Path, several: bool) -> None:
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        replace(tmp_path / "folder", b"x", several_writers=several)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace(path, b"old")
    (tmp_path / ".file.tmp").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space"):
        replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_of_many_writers_one_wins_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    contents = [bytes([number]) * 100_000 for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: replace(path, content, sync=Sync.NOTHING, several_writers=True), contents))
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


def test_of_many_makers_exactly_one_makes(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: create(path, bytes([number]) * 32), range(16)))
    assert made.count(True) == 1
    assert path.read_bytes() == bytes([made.index(True)]) * 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert not create(path, b"another")
    assert list(tmp_path.iterdir()) == [path]
