"""Throw-away databases for tests: a SQLite file, or a PostgreSQL cluster of our own that lives as long as the tests."""

import contextlib
import getpass
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from ivr.model import Base
from ivr.store import Store, make_engine
from ivr.store.migrate import migrate_store


class ClusterError(RuntimeError):
    """PostgreSQL's server programs failed; the message carries what they said."""


def find_server_programs() -> Path | None:
    """The newest folder with ``initdb`` and ``pg_ctl``; None where PostgreSQL's server is not installed."""
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if installed:
        return max(installed, key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@dataclass(kw_only=True)
class Cluster:
    """A running PostgreSQL with one migrated template; Unix socket only, no durability, own superuser."""

    programs: Path
    folder: Path
    user: str
    buffers: str = "16MB"
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lent: str | None = None

    def address(self, database: str) -> str:
        """SQLAlchemy URL of one database of this cluster."""
        url = URL.create("postgresql+psycopg", self.user, database=database, query={"host": str(self.folder)})
        return url.render_as_string(hide_password=False)

    def new_database(self, *, migrated: bool = True) -> str:
        """Make a database, a copy of the migrated template unless asked otherwise, and return its URL."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE {"ready" if migrated else "template0"}')
        return self.address(name)

    def lend_empty(self) -> str:
        """The URL of a migrated database without rows, always the same one: for tests that follow one another.

        A database a test would cost 7 MB and half a second each, and truncating all tables ten times what is spent on
        finding and deleting the few rows that the test before has left.
        """
        if self._lent is None:
            self._lent = self.new_database()
        engine = create_engine(self._lent, poolclass=NullPool)
        with engine.begin() as connection:
            empty(connection)
        return self._lent

    def start(self) -> None:
        """Start the server (again) and wait until it answers."""
        self._control("start", "-w", "-l", str(self.folder / "log"), "-o", self._options)

    def stop(self) -> None:
        """Stop the server at once; connected clients lose their connections."""
        self._control("stop", "-w", "-m", "immediate")

    def prepare(self) -> None:
        """Create the cluster's files, start it and migrate the template."""
        self._run("initdb", "-D", str(self._data), "-U", self.user, "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        self._administer("CREATE DATABASE ready")
        store = Store(make_engine(self.address("ready"), busy=5))
        migrate_store(store)
        store.close()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _options(self) -> str:
        settings = ("listen_addresses=", f"unix_socket_directories={self.folder}", "fsync=off", "max_connections=60")
        return " ".join(
            f"-c {setting}" for setting in (*settings, f"shared_buffers={self.buffers}", "full_page_writes=off")
        )

    def _administer(self, statement: str) -> None:
        engine = create_engine(self.address("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-t", "30", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        # The server inherits stdout: a pipe would never close, so what it says goes to a file.
        with (self.folder / f"{program}.txt").open("w+") as said:
            as_user: dict[str, Any] = {"user": self.user, "group": self.user, "extra_groups": []}
            done = subprocess.run(
                [self.programs / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                check=False,
                **(as_user if os.geteuid() == 0 else {}),
            )
            if done.returncode:
                said.seek(0)
                raise ClusterError(f"{program} {' '.join(arguments)}: {said.read()[-2000:]}")


def empty(connection: Connection) -> None:
    """Delete all rows of a PostgreSQL database and let every number begin anew."""
    filled = _filled(connection)
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in filled:
            connection.execute(table.delete())
    connection.execute(
        text(
            "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
            " FROM pg_sequences WHERE last_value IS NOT NULL"
        )
    )


def _filled(connection: Connection) -> set[str]:
    """Names of the tables that hold rows."""
    names = [
        f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")"  # noqa: S608  # the model's own names
        for name in Base.metadata.tables
    ]
    return set(connection.execute(text(" UNION ALL ".join(names))).scalars())


@contextlib.contextmanager
def running_cluster(programs: Path, *, buffers: str = "16MB") -> Iterator[Cluster]:
    """A PostgreSQL cluster in a short folder of its own, gone afterwards; runs as ``postgres`` when we are root.

    :param buffers: its ``shared_buffers``; a cluster that is measured takes PostgreSQL's own default, ``128MB``.
    """
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()
    folder = Path(tempfile.mkdtemp(prefix="tdpg-", dir="/tmp"))  # socket paths are short: 107 bytes
    cluster = Cluster(programs=programs, folder=folder, user=user, buffers=buffers)
    try:
        if os.geteuid() == 0:
            entry = pwd.getpwnam(user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        cluster.prepare()
        yield cluster
    finally:
        with contextlib.suppress(ClusterError):
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def sqlite_store(folder: Path, *, busy: float = 2.0) -> Iterator[Store]:
    """A migrated SQLite store in ``folder``, closed afterwards."""
    path = folder / "tongdai.db"
    path.write_bytes(_migrated_sqlite())
    store = Store(make_engine(f"sqlite+pysqlite:///{path}", busy=busy))
    try:
        yield store
    finally:
        store.close()


@cache
def _migrated_sqlite() -> bytes:
    """The file of a migrated empty database: migrating costs a quarter of a second, once a test process is enough."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ready.db")
        store = Store(make_engine(f"sqlite+pysqlite:///{path}", busy=5))
        migrate_store(store)
        store.close()
        return path.read_bytes()
