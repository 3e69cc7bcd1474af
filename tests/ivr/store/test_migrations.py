"""Migrations lead from an empty database to exactly the mapped tables."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from ivr.migrate import _config, current, differences, head, migrate, migrate_store
from ivr.model import Ticket
from ivr.model.text import search_terms
from ivr.search import matching
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
    with closing(Store(make_engine(address, busy=2))) as store:
        assert differences(store) == []


REVISIONS = [step.revision for step in ScriptDirectory.from_config(_config(None)).walk_revisions()][::-1]


@pytest.mark.parametrize("revision", REVISIONS)
def test_up_from_every_landed_revision_keeps_tickets_and_finds_them(
    address: str, revision: str, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    with closing(Store(make_engine(address, busy=2))) as store:
        migrate_store(store, revision)
        given = {
            "id": 7,
            "ulid": "01K5CALL0000000000000000AA",
            "city": "da-nang",
            "channel": "phone",
            "kind": "phan_anh",
            "state": "moi",
            "urgent": False,
            "confidential": False,
            "flags": "[]",
            "language": "vi",
            "content": "Đường Nguyễn Trãi",
            "folded": "duong nguyen trai",
            "contact_kind": "caller",
            "consent": "none",
            "notice_version": "",
            "created_at": "2026-09-15 02:30:00",
            "filed_at": "2026-09-15 02:30:00",
            "sidecar_version": 1,
            "version": 1,
        }
        names, marks = ", ".join(given), ", ".join(f":{name}" for name in given)
        with store.transaction() as session:
            session.execute(text(f"INSERT INTO tickets ({names}) VALUES ({marks})"), given)  # noqa: S608  # our own names
        migrate_store(store)
        with store.transaction() as session:
            found = session.scalars(select(Ticket).where(matching(session, search_terms("Đường Nguyễn Trãi")))).one()
            assert (found.id, found.content) == (7, "Đường Nguyễn Trãi")
            found.folded = "tran phu"
            session.flush()
            counted = select(func.count()).select_from(Ticket)
            assert session.scalar(counted.where(matching(session, ["nguyen"]))) == 0
            assert session.scalar(counted.where(matching(session, ["tran phu"]))) == 1
            session.delete(found)
            session.flush()
            assert session.scalar(counted.where(matching(session, ["tran"]))) == 0
        assert differences(store) == []
