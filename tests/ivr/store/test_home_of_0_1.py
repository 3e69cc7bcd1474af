"""A home that version 0.1 left: its database and its spool come up, and nothing has changed for who reads them."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import DateTime, MetaData, Table, func, insert, select, text

from ivr.filing.sweep import sweep
from ivr.model import Base, Channel, Recording, ReportPart, Ticket
from ivr.secrets import pin_mac
from ivr.services import lookup
from ivr.spool import Spool
from ivr.store import Store, make_engine
from ivr.store.migrate import differences, migrate_store
from ivr.testing import temporary_settings
from ivr.testing.database import Cluster
from ivr.testing.spool import Leavings

HOME = Path(__file__).parents[2] / "data" / "home-0.1"
RENAMED = {("tickets", "sidecar_version"): "report_version"}
LATER = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database without any table."""
    if request.param == "sqlite":
        address = f"sqlite+pysqlite:///{tmp_path / 'old.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        address = cluster.new_database(migrated=False)
    with closing(Store(make_engine(address, busy=10))) as store:
        yield store


def plain(value: Any) -> Any:
    """A value as the fixtures write it: moments without their zone, which is UTC."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() if isinstance(value, datetime) else value


def rows_of(store: Store, name: str) -> list[dict[str, Any]]:
    """All rows of a table as they stand now."""
    table = Base.metadata.tables[name]
    with store.reading() as session:
        found = session.connection().execute(select(table)).mappings()
        return [{column: plain(getattr(value, "value", value)) for column, value in row.items()} for row in found]


def as_it_was(name: str, row: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The columns 0.1 knew, from a row of today."""
    return {column: now[RENAMED.get((name, column), column)] for column in row}


def key_of(name: str, row: dict[str, Any]) -> tuple[Any, ...]:
    """The row's primary key."""
    return tuple(row[column.name] for column in Base.metadata.tables[name].primary_key)


def load(store: Store, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Put rows into a database of 0.1, by its own tables and not by ours."""
    with store.transaction() as session:
        connection = session.connection()
        metadata = MetaData()
        metadata.reflect(connection, only=list(tables))
        for table in metadata.sorted_tables:
            if tables[table.name]:
                connection.execute(insert(table), [_typed(table, row) for row in tables[table.name]])
            if store.dialect == "postgresql" and "id" in table.columns and table.name not in ("calls", "recordings"):
                longest = f"SELECT setval('{table.name}_id_seq', (SELECT coalesce(max(id), 1) FROM {table.name}))"  # noqa: S608
                connection.execute(text(longest))


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    moments = {column.name for column in table.columns if isinstance(column.type, DateTime)}
    return {
        name: datetime.fromisoformat(value).replace(tzinfo=UTC) if value and name in moments else value
        for name, value in row.items()
    }


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_its_database_is_read_as_before(bare: Store, tmp_path: Path) -> None:
    old = json.loads((HOME / "database.json").read_bytes())
    migrate_store(bare, "0004")
    load(bare, old["tables"])
    migrate_store(bare)
    assert differences(bare) == []
    for name, rows in old["tables"].items():
        now = {key_of(name, row): row for row in rows_of(bare, name)}
        assert len(now) == len(rows), name
        for row in rows:
            assert as_it_was(name, row, now[key_of(name, row)]) == row, name

    settings = temporary_settings(tmp_path)
    with bare.transaction() as session:
        for ticket in session.scalars(select(Ticket)):
            assert (ticket.channel, ticket.channel_id) == (Channel.PHONE, ticket.ulid)
            found = lookup.find_status(
                session, ticket.code or "", ticket.contact_last4 or "x", "test",
                datetime.fromisoformat(old["now"]), pin_mac=lambda ulid, pin: pin_mac(settings, ulid, pin),
            )  # fmt: skip
            told = old["status"][ticket.code]
            if told is None:
                assert not isinstance(found, lookup.Status)
            else:
                assert isinstance(found, lookup.Status)
                assert {name: getattr(found, name) for name in told} == {
                    name: datetime.fromisoformat(value) if name.endswith("_at") and value else value
                    for name, value in told.items()
                }
        kept = select(func.count()).select_from(ReportPart).join(Recording, Recording.id == ReportPart.recording_id)
        assert session.scalar(kept) == len(old["tables"]["recordings"])


def test_its_spool_is_filed_as_before(store: Store, tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path)
    spool = Spool(settings)
    with zipfile.ZipFile(HOME / "spool.zip") as archive:
        archive.extractall(spool.folder)
    desk = Leavings(settings=settings, store=store)
    for _ in range(2):
        desk.age()
        report = sweep(settings, store, spool, LATER, set())
        assert report.faults == []
    assert desk.left() == []
    old = json.loads((HOME / "filed.json").read_bytes())
    keys = {"tickets": "ulid", "calls": "id", "recordings": "ulid", "work_items": "subject"}
    for name, key in keys.items():
        now = {row[key]: row for row in rows_of(store, name)}
        assert set(now) == {row[key] for row in old[name]}, name
        for row in old[name]:
            assert as_it_was(name, row, now[row[key]]) == row, name
    steps = {(row["call_id"], row["seq"]): row for row in rows_of(store, "call_steps")}
    assert [as_it_was("call_steps", row, steps[row["call_id"], row["seq"]]) for row in old["call_steps"]] == old[
        "call_steps"
    ]
    assert {row["instance"] for row in rows_of(store, "calls")} == {"1022"}


def test_a_key_of_a_newer_program_outlives_the_change_of_format(tmp_path: Path) -> None:
    spool = Spool(temporary_settings(tmp_path))
    with zipfile.ZipFile(HOME / "spool.zip") as archive:
        archive.extractall(spool.folder)
    asked = spool.find("01K6FROM010000000000000007")
    assert asked is not None
    assert asked.facts is not None
    assert (asked.facts.instance, asked.caller_number, asked.is_further) == ("1022", None, False)
    again = spool.find(spool.save(asked).ulid)
    assert again is not None
    assert (again.extra, again.version) == ({"of_a_newer_program": {"kept": True}}, 2)
    further = spool.find("01K6FROM010000000000000005")
    assert further is not None
    assert (further.is_further, further.call_id) == (True, "01K6FROM010000000000000004")
    assert further.reported_at - further.facts.started_at == timedelta(seconds=100)  # type: ignore[union-attr]
