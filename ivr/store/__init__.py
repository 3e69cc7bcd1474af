"""Where rows live: connecting, migrating and searching, on SQLite or PostgreSQL alike."""

from ivr.store.store import (
    ReadOnlyError,
    Store,
    StoreAway,
    StoreNotReady,
    insert_all_missing,
    insert_missing,
    insert_new,
    make_engine,
    open_store,
    serialise,
)

__all__ = [
    "ReadOnlyError",
    "Store",
    "StoreAway",
    "StoreNotReady",
    "insert_all_missing",
    "insert_missing",
    "insert_new",
    "make_engine",
    "open_store",
    "serialise",
]
