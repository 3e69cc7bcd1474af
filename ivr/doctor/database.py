"""The database: it answers, at this version's step, on an SQLite without the WAL fault."""

import sqlite3

from ivr.command import Finding
from ivr.doctor.fresh import comes_at_first_start, is_fresh
from ivr.settings import Settings
from ivr.store import StoreAway, open_store
from ivr.store.migrate import current, head
from ivr.words import tr

WAL_MENDED = (3, 51, 3)
"""SQLite 3.7.0–3.51.2 can corrupt a database when a WAL is reset."""


def check_database(settings: Settings) -> list[Finding]:
    """It answers, stands at this version's step, and SQLite is one without the WAL fault."""
    if not settings.database_url and not (settings.home / "tongdai.db").exists():
        text = tr("chưa có cơ sở dữ liệu", "there is no database yet")
        if is_fresh(settings):
            return [Finding(name="database", ok=True, text=f"{text}: {comes_at_first_start()}")]
        return [
            Finding(
                name="database",
                ok=False,
                text=text,
                remedy=tr("Hãy chạy: tongdai db migrate", "Run: tongdai db migrate"),
            )
        ]
    try:
        at, wanted = current(settings), head()
    except StoreAway as away:
        remedy = tr(
            "Kiểm tra TONGDAI_DATABASE_URL và máy chủ cơ sở dữ liệu.",
            "Check TONGDAI_DATABASE_URL and the database server.",
        )
        return [Finding(name="database", ok=False, text=str(away), remedy=remedy)]
    ok = at == wanted
    remedy = "" if ok else tr("Hãy chạy: tongdai db migrate", "Run: tongdai db migrate")
    found = [
        Finding(
            name="database",
            ok=ok,
            text=tr(f"phiên bản {at} (cần {wanted})", f"at step {at} (wanted {wanted})"),
            remedy=remedy,
        )
    ]
    return found + _sqlite_version(settings)


def _sqlite_version(settings: Settings) -> list[Finding]:
    store = open_store(settings)
    try:
        if store.dialect != "sqlite":
            return []
        with store.reading() as session:
            version = session.connection().exec_driver_sql("select sqlite_version()").scalar_one()
    finally:
        store.close()
    ok = tuple(int(part) for part in version.split(".")) >= WAL_MENDED
    remedy = (
        "" if ok else tr("Cài lại thư viện: make venv (pysqlite3)", "Install the packages again: make venv (pysqlite3)")
    )
    return [Finding(name="database", ok=ok, text=f"SQLite {version} (Python: {sqlite3.sqlite_version})", remedy=remedy)]
