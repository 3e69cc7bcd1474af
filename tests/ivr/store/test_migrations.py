"""Migrations lead from an empty database to exactly the mapped tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.migrate import current, differences, head, migrate
from ivr.settings import load_settings
from ivr.store import Store, make_engine
from ivr.testing_database import Cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite+pysqlite:///{tmp_path / 'home' / 'empty.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        yield cluster.new_database(migrated=False)


def test_up_from_empty_gives_the_mapped_tables(address: str, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", database_url=address)
    settings.home.mkdir()
    assert current(settings) is None
    migrate(settings)
    assert current(settings) == head()
    migrate(settings)  # and once more: nothing happens
    store = Store(make_engine(address, busy=2))
    assert differences(store) == []
    store.close()
