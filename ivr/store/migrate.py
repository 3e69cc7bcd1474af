"""Bring a database to this version: Alembic's steps, run from the package in one transaction."""

import warnings
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from ivr.model import Base
from ivr.settings import Settings
from ivr.store import Store, open_store
from ivr.store.search import is_mapped

_LOCK = 1022  # PostgreSQL advisory lock: two instances that start together migrate one after the other


def migrate(settings: Settings) -> None:
    """Run every step that is missing; nothing happens when none is. Creates the home folder.

    :raises StoreAway: the database is away or another process holds its lock for longer than 30 s.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_store(settings, busy=30)
    try:
        migrate_store(store)
    finally:
        store.close()


def migrate_store(store: Store, revision: str = "head") -> None:
    """The same on a store that is open already; all steps are one transaction on both databases."""
    with store.transaction() as session:
        connection = session.connection()
        if store.dialect == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        command.upgrade(_config(connection), revision)


def current(settings: Settings) -> str | None:
    """The step the database stands at; None for an empty one.

    :raises StoreAway: the database is away.
    """
    store = open_store(settings)
    try:
        with store.reading() as session:
            return MigrationContext.configure(session.connection()).get_current_revision()
    finally:
        store.close()


def head() -> str:
    """The step this version wants."""
    found = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert found is not None, "the package ships at least one migration"  # noqa: S101
    return found


def differences(store: Store) -> list[object]:
    """What the migrated tables lack or have too much against the mapped ones; empty when they agree."""
    with store.reading() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "include_object": is_mapped}
        )
        with warnings.catch_warnings():  # an index over an expression (0003) is none of the mapped ones
            warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index")
            return list(compare_metadata(context, Base.metadata))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
