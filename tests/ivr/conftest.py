"""Stores for tests of the data layer: every test that takes ``store`` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.store import Store, make_engine
from ivr.testing import need
from ivr.testing.database import Cluster, find_server_programs, running_cluster, sqlite_store


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL cluster a test process."""
    programs = find_server_programs()
    need(programs, "PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    assert programs is not None
    with running_cluster(programs) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty migrated database."""
    if request.param == "sqlite":
        with sqlite_store(tmp_path) as opened:
            yield opened
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    opened = Store(make_engine(cluster.lend_empty(), busy=2))
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in Đà Nẵng: 09:30 on 2026-09-15."""
    return datetime(2026, 9, 15, 2, 30, tzinfo=UTC)
