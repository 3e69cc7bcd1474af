"""What keeps the suite quick: coverage leaves marked tests out, statements are compiled once a test process."""

from pathlib import Path

import pytest
from coverage import Coverage
from sqlalchemy import select

from ivr.model import Person
from ivr.testing import uncounted
from ivr.testing.database import sqlite_store


@pytest.mark.parametrize("marked", [True, False])
def test_a_marked_test_is_not_counted(marked: bool, request: pytest.FixtureRequest) -> None:
    if marked:
        request.node.add_marker("uncounted")
    counting = Coverage(data_file=None)
    counting.start()
    try:
        running = uncounted.pytest_runtest_protocol(request.node)
        next(running)
        assert (Coverage.current() is counting) is not marked
        with pytest.raises(StopIteration):
            running.send(None)
        assert Coverage.current() is counting
    finally:
        counting.stop()


def test_a_second_database_is_asked_what_was_compiled_for_the_first(tmp_path: Path) -> None:
    statement = select(Person.id, Person.username).where(Person.name == "một tên chỉ có ở đây")
    compiled = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        with sqlite_store(folder) as store, store.reading() as session:
            result = session.connection().execute(statement)
            compiled.append(result.context.compiled)
            assert result.all() == []
            assert store.engine.url.database == str(folder / "tongdai.db")
    assert compiled[0] is compiled[1]
