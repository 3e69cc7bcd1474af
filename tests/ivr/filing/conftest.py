"""Fresh houses, on SQLite alone or on both databases."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.store import Store
from ivr.testing import temporary_settings
from ivr.testing.database import sqlite_store
from ivr.testing.spool import Leavings, unsynced

AGES: dict[str, object] = {"sweep_still": 100.0, "sweep_orphan": 300.0}
"""Seconds; what is younger in a test stays so however long the machine stands still meanwhile."""


@pytest.fixture(autouse=True)
def no_waiting_for_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killing a process loses nothing the kernel has: these tests see no power cut, so no disk is waited for."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Leavings]:
    """A fresh house on SQLite."""
    with sqlite_store(tmp_path) as store:
        unsynced(store)
        yield Leavings(settings=temporary_settings(tmp_path, **AGES), store=store)


@pytest.fixture
def both_desk(tmp_path: Path, store: Store) -> Leavings:
    """A fresh house, once on each database."""
    return Leavings(settings=temporary_settings(tmp_path / "home", **AGES), store=store)
