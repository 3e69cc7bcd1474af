"""Where rows live: SQLite (embedded) or PostgreSQL behind one :class:`Store`, the only place that commits."""

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as pysqlite3
from sqlalchemy import Connection, Engine, Insert, create_engine, event, func, select, text
from sqlalchemy import exc as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from ivr.errors import TongdaiError
from ivr.model.base import Base
from ivr.settings import Settings
from ivr.words import tr


class StoreAway(TongdaiError):  # a state callers expect and live with
    """The database cannot be reached or is locked; nothing of the transaction was kept, try again later."""


class StoreNotReady(StoreAway):
    """The database lacks a table or column: it was not migrated to this version yet."""


class ReadOnlyError(RuntimeError):
    """A change was made in a reading session: a mistake in the program."""


class _Reader(Session):
    def _flush(self, objects: Any = None) -> None:
        raise ReadOnlyError("a reading session changed rows; use Store.transaction()")


class Store:
    """Sessions on one database. Every process opens its own; an engine must not cross a fork."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One write transaction: committed at the end, undone on any error.

        :raises StoreAway: the database is away, locked or not migrated.
        """
        with _away(self.engine), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one snapshot that cannot change anything and never waits for writers.

        :raises StoreAway: the database is away, locked or not migrated.
        """
        with _away(self.engine), self.engine.connect() as connection:
            reader = connection.execution_options(ro=True, postgresql_readonly=True)
            with _Reader(reader, expire_on_commit=False) as session:
                yield session

    def backup(self, target: Path) -> None:
        """Write a consistent copy of a SQLite database beside running writers.

        :raises TongdaiError: the database is not SQLite, or ``target`` exists already.
        """
        if self.dialect != "sqlite":
            raise TongdaiError(
                tr("Sao lưu PostgreSQL bằng pg_dump.", "Back PostgreSQL up with its own program, pg_dump.")
            )
        if target.exists():
            raise TongdaiError(tr(f"{target} đã có; chọn tên khác.", f"{target} exists; choose another name."))
        with (
            _away(self.engine),
            self.engine.connect().execution_options(isolation_level="AUTOCOMMIT", raw=True) as connection,
        ):
            connection.execute(text("VACUUM INTO :target"), {"target": str(target)})

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_store(settings: Settings, *, busy: float = 2.0) -> Store:
    """The store the settings name; nothing is connected yet.

    :param busy: seconds to wait for another writer's lock and for a connection before :class:`StoreAway`.
    """
    return Store(make_engine(settings.database, busy=busy))


def make_engine(address: str, *, busy: float) -> Engine:
    """An engine with this project's habits for its database (TELEPHONY §4)."""
    url = _parse(address)
    match url.get_backend_name():
        case "sqlite":
            return _sqlite_engine(url, busy)
        case "postgresql":
            return _postgresql_engine(url, busy)
        case other:
            raise TongdaiError(
                tr(
                    f"TONGDAI_DATABASE_URL: không hỗ trợ {other}; dùng sqlite hoặc postgresql.",
                    f"TONGDAI_DATABASE_URL: {other} is not supported; use sqlite or postgresql.",
                )
            )


def insert_missing(session: Session, table: type[Base], values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same natural key stands already, whoever is inserting at the same time.

    :return: whether this call inserted it.
    """
    return insert_new(session, table, values) is not None


def insert_new(session: Session, table: type[Base], values: Mapping[str, Any]) -> Any:
    """Like :func:`insert_missing`; the primary key of the row that was inserted, None where one stands already."""
    connection = session.connection()
    return connection.execute(_insert_unless_known(table, connection.dialect.name), dict(values)).scalar()


def insert_all_missing(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those of ``rows`` whose natural key does not stand already."""
    if rows:
        connection = session.connection()
        connection.execute(_insert_quietly(table, connection.dialect.name), rows)


@cache  # built and hashed once: with the values in it, either costs more than the insert itself
def _insert_unless_known(table: type[Base], dialect: str) -> Insert:
    return _insert_quietly(table, dialect).returning(*Base.metadata.tables[table.__tablename__].primary_key)


@cache
def _insert_quietly(table: type[Base], dialect: str) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(Base.metadata.tables[table.__tablename__]).on_conflict_do_nothing()


def serialise(session: Session, name: str) -> None:
    """Let transactions that give the same name run one after the other; on SQLite all writers do anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


def _parse(address: str) -> URL:
    try:
        url = make_url(address)
    except sa.ArgumentError as error:
        raise TongdaiError(
            tr(
                "TONGDAI_DATABASE_URL không phải là địa chỉ cơ sở dữ liệu, ví dụ postgresql://tongdai@/tongdai.",
                "TONGDAI_DATABASE_URL is no database address such as postgresql://tongdai@/tongdai.",
            )
        ) from error
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgresql", "postgres"} else url


def _sqlite_engine(url: URL, busy: float) -> Engine:
    # Python's own sqlite3 is older than the repair of the WAL-reset corruption; this wheel carries a newer one.
    engine = create_engine(url, module=pysqlite3, connect_args={"timeout": busy}, pool_timeout=busy, max_overflow=15)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("raw"):
            connection.exec_driver_sql("BEGIN" if options.get("ro") else "BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: URL, busy: float) -> Engine:
    milliseconds = int(busy * 1000)
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=busy,
        max_overflow=15,
        connect_args={
            "connect_timeout": max(2, round(busy)),  # libpq takes anything below 2 for 2
            # Many ask at once: one question's second processor is another's first.
            "options": f"-c lock_timeout={milliseconds} -c timezone=UTC -c max_parallel_workers_per_gather=0",
            "tcp_user_timeout": milliseconds * 2,
            "keepalives_idle": 10,
            "application_name": "tongdai",
        },
    )


@contextmanager
def _away(engine: Engine) -> Iterator[None]:
    """One exception for both databases' ways of being away; everything else passes."""
    try:
        yield
    except sa.TimeoutError as error:  # every connection of the pool is busy
        raise _explain(error, engine) from error
    except sa.DBAPIError as error:
        original = error.orig
        if _lacks_table(original):
            raise StoreNotReady(
                tr(
                    "Cơ sở dữ liệu chưa được cập nhật cho phiên bản này. Chạy: tongdai db migrate",
                    "The database is not migrated to this version yet. Run: tongdai db migrate",
                )
            ) from error
        if _is_away(error) or error.connection_invalidated:
            raise _explain(original or error, engine) from error
        raise


_SQLITE_AWAY = frozenset({3, 5, 6, 7, 8, 10, 11, 13, 14, 15, 23, 26})
"""PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, AUTH, NOTADB (sqlite.org/rescode)."""


_POSTGRESQL_LACKS = frozenset({"42P01", "42703"})
"""undefined_table, undefined_column (PostgreSQL, appendix A): a home on SQLite need not load the other's driver."""


def _is_away(error: sa.DBAPIError) -> bool:
    if isinstance(error.orig, pysqlite3.Error):
        return (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) in _SQLITE_AWAY
    return isinstance(error, sa.OperationalError | sa.InterfaceError)


def _lacks_table(error: BaseException | None) -> bool:
    if isinstance(error, pysqlite3.OperationalError):
        return str(error).startswith(("no such table", "no such column")) or "has no column" in str(error)
    return getattr(error, "sqlstate", None) in _POSTGRESQL_LACKS


def _explain(error: BaseException, engine: Engine) -> StoreAway:
    """What the driver says in its first line; PostgreSQL's names the server, SQLite's not the file."""
    first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
    if engine.dialect.name == "sqlite":
        first_line = f"{engine.url.database}: {first_line}"
    return StoreAway(
        tr(
            f"Chưa dùng được cơ sở dữ liệu ({first_line}). Thử lại sau; xem tongdai doctor.",
            f"The database cannot be used now ({first_line}). Try again later; see tongdai doctor.",
        )
    )
