"""Homes whose hub is watched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.store import Store
from ivr.testing.database import sqlite_store
from ivr.testing.hub import Home


@pytest.fixture
def home(tmp_path: Path, store: Store) -> Home:
    """On both databases."""
    return Home(tmp_path / "home", store)


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Home]:
    with sqlite_store(tmp_path) as store:
        yield Home(tmp_path / "home", store)


@pytest.fixture
def lite_store(tmp_path: Path) -> Iterator[Store]:
    """An empty SQLite database."""
    with sqlite_store(tmp_path) as store:
        yield store
