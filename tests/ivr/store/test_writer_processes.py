"""Four processes write at once, with readers beside them: nothing lost, nothing refused.

Run as a program this file is one of the writers.
"""

import subprocess
import sys
from contextlib import ExitStack, closing
from datetime import UTC, datetime

from sqlalchemy import func, select

from ivr.model import CodeCounter, Outbox
from ivr.services import outbox
from ivr.store import Store, insert_missing, make_engine
from ivr.testing.asterisk import PATIENCE

WRITERS = 4
EACH = 60
NOW = datetime(2026, 9, 15, tzinfo=UTC)


def write(address: str, writer: int) -> None:
    with closing(Store(make_engine(address, busy=60))) as store:
        for number in range(EACH):
            with store.transaction() as session:
                row = session.get_one(CodeCounter, 2026, with_for_update=True)
                row.next += 1
                outbox.announce(session, outbox.TICKET_FILED, f"{writer}-{number}", now=NOW)
            with store.reading() as session:
                assert outbox.last(session) > 0


def test_four_writer_processes(store: Store) -> None:
    with store.transaction() as session:
        insert_missing(session, CodeCounter, {"year": 2026, "next": 0})
    address = store.engine.url.render_as_string(hide_password=False)
    with ExitStack() as stack:
        words = [[sys.executable, __file__, address, str(number)] for number in range(WRITERS)]
        writers = [stack.enter_context(subprocess.Popen(each)) for each in words]
        for writer in writers:
            stack.callback(writer.kill)
        assert [writer.wait(2 * PATIENCE) for writer in writers] == [0] * WRITERS
    with store.reading() as session:
        assert session.get_one(CodeCounter, 2026).next == WRITERS * EACH
        assert session.scalar(select(func.count(Outbox.subject.distinct()))) == WRITERS * EACH


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]))
