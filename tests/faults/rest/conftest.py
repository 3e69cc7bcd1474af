"""What the faults of database, disk, worker and clock need: an Asterisk with short prompts, databases to take away."""

from collections.abc import Iterator

import pytest

from ivr.testing import need
from ivr.testing.asterisk import RunningAsterisk
from ivr.testing.database import Cluster, find_server_programs, running_cluster
from ivr.testing.line import short_instance


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
