"""What the faults of database, disk, worker and clock need: an Asterisk with short prompts, databases to take away."""

from collections.abc import Iterator

import pytest

from ivr.testing import need
from ivr.testing.asterisk import RunningAsterisk
from ivr.testing.database import Cluster, find_server_programs, running_cluster
from ivr.testing.disk import needs_namespace, run_in_namespace
from ivr.testing.line import short_instance


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that mount run in a user namespace where their user is not root; the others stay as they are."""
    marked = [number for number, item in enumerate(items) if item.get_closest_marker("mounts")]
    if marked and needs_namespace():
        for number in marked:
            items[number] = _in_namespace(items[number])


def _in_namespace(item: pytest.Item) -> pytest.Item:
    """The same test by name and markers, without fixtures here: they belong to where it really runs."""

    def test() -> None:
        run_in_namespace(item.nodeid, item.config.rootpath)

    again: pytest.Function = pytest.Function.from_parent(item.parent, name=item.name, callobj=test)
    again.own_markers.extend(item.own_markers)
    return again


@pytest.fixture(scope="session")
def asterisk() -> Iterator[RunningAsterisk]:
    """One a test process; what its calls leave is each test's own to clear."""
    with short_instance(sweep_every=0.5) as running:
        yield running


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own, to be stopped and started."""
    programs = find_server_programs()
    need(programs, "PostgreSQL's server programs (initdb, pg_ctl)")
    assert programs is not None
    with running_cluster(programs) as running:
        yield running
