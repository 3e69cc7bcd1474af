"""What is compiled once a test process: SQL statements, templates. Imported by tests alone.

SQLAlchemy keeps what it compiled by dialect, and every engine has a dialect of its own: a test on a fresh database
compiled each of its statements anew, a third of its processor time. Jinja keeps templates by application: nearly half
of what a console of the test's own took. What is sent and shown stays the same.
"""

from collections.abc import Callable
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, event

STATEMENTS = 5000
"""As many as all tests together; an engine alone keeps 500."""

_ready: dict[str, Engine] = {}
"""By driver the first engine that connected: from then on its dialect knows its database."""


def sharing(create_engine: Callable[..., Engine]) -> Callable[..., Engine]:
    """``create_engine``, whose engines of one driver use one dialect and what was compiled for it."""

    def create(*arguments: Any, **given: Any) -> Engine:
        engine = create_engine(*arguments, **{"query_cache_size": STATEMENTS, **given})
        driver = f"{engine.dialect.name}+{engine.dialect.driver}"
        if driver in _ready:
            engine.dialect, engine._compiled_cache = _ready[driver].dialect, _ready[driver]._compiled_cache
        else:
            event.listen(engine, "connect", lambda *_: _ready.setdefault(driver, engine), once=True)
        return engine

    return create


class Templates(BytecodeCache):
    """Compiled templates by name, file and checksum of their source, for all applications of the process."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template its code, if it was compiled before."""
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template that was compiled just now."""
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code
