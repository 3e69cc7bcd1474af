"""Migrations lead from an empty database to exactly the mapped tables."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from ivr.model import Call, CallStep, EndReason, Recording, Ticket
from ivr.model.text import search_terms
from ivr.settings import load_settings
from ivr.store import Store, make_engine
from ivr.store.migrate import _config, current, differences, head, migrate, migrate_store
from ivr.store.search import matching
from ivr.testing.database import Cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite+pysqlite:///{tmp_path / 'home' / 'empty.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        yield cluster.new_database(migrated=False)


def test_up_from_empty_gives_the_mapped_tables(address: str, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", database_url=address)
    settings.home.mkdir()
    assert current(settings) is None
    migrate(settings)
    assert current(settings) == head()
    migrate(settings)  # and once more: nothing happens
    with closing(Store(make_engine(address, busy=2))) as store:
        assert differences(store) == []


REVISIONS = [step.revision for step in ScriptDirectory.from_config(_config(None)).walk_revisions()][::-1]


def insert(store: Store, table: str, *rows: dict[str, object]) -> None:
    """Rows of an older version, which the mapped classes do not know."""
    with store.transaction() as session:
        for row in rows:
            names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
            session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)  # noqa: S608  # our own names


def a_ticket(number: int, ulid: str, revision: str = "0001") -> dict[str, object]:
    """A ticket as a version wrote it; from 0005 on its version is the report's, not the sidecar's."""
    later = {"report_version": 1, "channel_id": ulid} if revision >= "0005" else {"sidecar_version": 1}
    return {
        **later,
        "id": number,
        "ulid": ulid,
        "city": "da-nang",
        "channel": "phone",
        "kind": "phan_anh",
        "state": "moi",
        "urgent": False,
        "confidential": False,
        "flags": "[]",
        "language": "vi",
        "content": "Đường Nguyễn Trãi",
        "folded": "duong nguyen trai",
        "contact_kind": "caller",
        "consent": "none",
        "notice_version": "",
        "created_at": "2026-09-15 02:30:00",
        "filed_at": "2026-09-15 02:30:00",
        "version": 1,
    }


@pytest.mark.parametrize("revision", REVISIONS)
def test_up_from_every_landed_revision_keeps_tickets_and_finds_them(
    address: str, revision: str, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    with closing(Store(make_engine(address, busy=2))) as store:
        migrate_store(store, revision)
        insert(store, "tickets", a_ticket(7, "01K5CALL0000000000000000AA", revision))
        migrate_store(store)
        with store.transaction() as session:
            found = session.scalars(select(Ticket).where(matching(session, search_terms("Đường Nguyễn Trãi")))).one()
            assert (found.id, found.content) == (7, "Đường Nguyễn Trãi")
            found.folded = "tran phu"
            session.flush()
            counted = select(func.count()).select_from(Ticket)
            assert session.scalar(counted.where(matching(session, ["nguyen"]))) == 0
            assert session.scalar(counted.where(matching(session, ["tran phu"]))) == 1
            session.delete(found)
            session.flush()
            assert session.scalar(counted.where(matching(session, ["tran"]))) == 0
        assert differences(store) == []


def a_call(ulid: str, line: str, *, second: int = 0, **given: object) -> dict[str, object]:
    return {
        "id": ulid,
        "city": "da-nang",
        "caller_raw": "0905123456",
        "caller_number": "+84905123456",
        "caller_name": "",
        "called": "1022",
        "uniqueid": line,
        "linkedid": line,
        "started_at": f"2026-09-15 02:30:{second:02}.123456",
        "language": "vi",
        **given,
    }


def a_step(call: str) -> dict[str, object]:
    at = "2026-09-15 02:30:09"
    return {
        "call_id": call, "seq": 0, "node": "menu", "kind": "menu", "at": at, "prompts": "[]", "keys": "", "note": "",
    }  # fmt: skip


def a_recording(ulid: str) -> dict[str, object]:
    return {
        "id": ulid, "call_id": ulid, "take": 1, "key": ulid, "seconds": 9.5, "size": 1, "sha256": "0", "flags": "[]",
        "created_at": "2026-09-15 02:30:30",
    }  # fmt: skip


@pytest.mark.parametrize("revision", REVISIONS[: REVISIONS.index("0004")])
def test_rows_of_further_reports_become_tickets_of_their_call(address: str, revision: str, tmp_path: Path) -> None:
    """Up to 0003 each report had a call row of its own."""
    (tmp_path / "home").mkdir()
    with closing(Store(make_engine(address, busy=2))) as store:
        migrate_store(store, revision)
        calls = [
            a_call("call", "17.1", ended_at="2026-09-15 02:31:00", end_reason="hung_up"),
            a_call("its second", "17.1", ended_at="2026-09-15 02:30:40", end_reason="completed"),
            a_call("its third", "17.1", language="en"),
            a_call("without history", "17.2"),  # which of the two is the call, and which its second report?
            a_call("without history either", "17.2"),
            a_call("before a restart", "17.3"),
            a_call("after a restart", "17.3", second=1),  # the same names of another line
            a_call("of a caller", "17.4"),
            a_call("of another", "17.4", caller_raw="0912345678"),
            a_call("left at once", "17.5"),
            a_call("left at once too", "17.5"),  # no report: the row of a call
            a_call("unnamed", ""),
            a_call("unnamed too", ""),
        ]
        reports = [str(call["id"]) for call in calls if not str(call["id"]).startswith("left")]
        insert(store, "calls", *calls)
        walked = ("call", "before a restart", "of a caller", "left at once", "unnamed")
        insert(store, "call_steps", *(a_step(call) for call in walked))
        insert(store, "tickets", *(a_ticket(number, ulid) for number, ulid in enumerate(reports, start=1)))
        insert(store, "recordings", *(a_recording(ulid) for ulid in reports))
        migrate_store(store)
        further = {"its second": "call", "its third": "call"}
        with store.reading() as session:
            named = {ticket.ulid: ticket.call_id for ticket in session.scalars(select(Ticket))}
            assert named == {ulid: further.get(ulid, ulid) for ulid in reports}
            assert set(session.scalars(select(Call.id))) == {str(call["id"]) for call in calls} - further.keys()
            assert set(session.scalars(select(Recording.ulid))) == set(reports)
            assert session.get_one(Call, "call").end_reason is EndReason.HUNG_UP
            assert set(session.scalars(select(CallStep.call_id))) == set(walked)
        assert differences(store) == []


@pytest.mark.parametrize("revision", REVISIONS[: REVISIONS.index("0005")])
def test_when_the_clock_stopped_is_read_from_the_history(address: str, revision: str, tmp_path: Path) -> None:
    """Up to 0004 only the closing was kept beside the events."""
    (tmp_path / "home").mkdir()

    def hour(number: int) -> str:
        return f"2026-09-15 {number:02}:00:00.000000"

    moves = {
        "done": [("dang_xu_ly", "da_xu_ly", 5)],
        "done twice": [("dang_xu_ly", "da_xu_ly", 5), ("da_xu_ly", "dang_xu_ly", 6), ("dang_xu_ly", "da_xu_ly", 7)],
        "confirmed": [("dang_xu_ly", "da_xu_ly", 5), ("da_xu_ly", "da_tra_loi", 8)],
        "refused": [("moi", "tu_choi", 4)],
        "reopened": [("moi", "tu_choi", 4), ("tu_choi", "mo_lai", 6)],
        "without history": [],
    }
    states = ["da_xu_ly", "da_xu_ly", "da_tra_loi", "tu_choi", "mo_lai", "trung"]
    with closing(Store(make_engine(address, busy=2))) as store:
        migrate_store(store, revision)
        for number, (ulid, state) in enumerate(zip(moves, states, strict=True), start=1):
            closed = hour(9) if state in {"da_tra_loi", "tu_choi", "trung"} else None
            insert(store, "tickets", a_ticket(number, ulid) | {"state": state, "closed_at": closed})
            for before, to, at in moves[ulid]:
                event = {"ticket_id": number, "at": hour(at), "kind": "moved", "from_state": before, "to_state": to}
                insert(store, "ticket_events", event | {"text": "", "data": "{}"})
        migrate_store(store)
        with store.reading() as session:
            stopped = {ticket.ulid: ticket.resolved_at for ticket in session.scalars(select(Ticket))}
        expected = {"done": 5, "done twice": 7, "confirmed": 5, "refused": 4, "reopened": None, "without history": 9}
        assert stopped == {
            ulid: None if at is None else datetime(2026, 9, 15, at, tzinfo=UTC) for ulid, at in expected.items()
        }


@pytest.mark.parametrize("revision", REVISIONS[: REVISIONS.index("0009")][-2:])
def test_calls_of_earlier_versions_were_citizens(address: str, revision: str, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with closing(Store(make_engine(address, busy=2))) as store:
        migrate_store(store, revision)
        insert(store, "calls", a_call("call", "17.1"))
        migrate_store(store)
        with store.reading() as session:
            assert session.scalars(select(Call.trial)).all() == [False]
