"""What a request needs of the application around it: settings, database sessions, the clock, the cities."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import cast

from flask import current_app, g
from sqlalchemy.orm import Session as Session  # pages name the type from here: what is behind it is not theirs

from console.cities import Cities
from ivr.services.repeats import Repeats
from ivr.settings import Settings
from ivr.store import Store


def settings() -> Settings:
    """The settings in force."""
    return cast("Settings", current_app.extensions["tongdai.settings"])


def store() -> Store:
    """The application's store."""
    return cast("Store", current_app.extensions["tongdai.store"])


def cities() -> Cities:
    """Names and prompts of the configured cities."""
    return cast("Cities", current_app.extensions["tongdai.cities"])


def now() -> datetime:
    """The moment of this request, the same wherever it is asked: the console is the outermost caller of the clock."""
    if "now" not in g:
        g.now = current_app.extensions["tongdai.clock"]()
    return cast("datetime", g.now)


def repeats() -> Repeats:
    """When lists and pages say that one number called several times."""
    own = settings()
    return Repeats(calls=own.several_calls, within=timedelta(minutes=own.several_minutes))


@contextmanager
def reading() -> Iterator[Session]:
    """A session that cannot change anything. Raises :class:`ivr.store.StoreAway`."""
    with store().reading() as session:
        yield session


@contextmanager
def changing() -> Iterator[Session]:
    """One transaction. Raises :class:`ivr.store.StoreAway`."""
    with store().transaction() as session:
        yield session
