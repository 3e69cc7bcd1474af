"""The one PostgreSQL database that tests are lent in turn holds nothing of the test before."""

from contextlib import closing
from datetime import datetime

import pytest
from sqlalchemy import func, select, text

from ivr.model import Base, Person, Role
from ivr.model.report import Report
from ivr.model.tickets import Channel, ContactKind
from ivr.services.intake import file_report
from ivr.store import Store, make_engine
from ivr.testing.database import Cluster

pytestmark = pytest.mark.postgres

TABLES = list(Base.metadata.tables.items())


def add(store: Store, name: str, now: datetime) -> int:
    with store.transaction() as session:
        person = Person(username=name, name=name, role=Role.OPERATOR, password_hash="none", created_at=now)
        session.add(person)
        session.flush()
        return person.id


def test_rows_are_gone_and_numbers_begin_anew(cluster: Cluster, now: datetime) -> None:
    report = Report(
        ulid="01K5CALL0000000000000000AA", version=1, channel=Channel.IMPORT, city="da-nang", reported_at=now,
        code="260042174", contact_kind=ContactKind.OTHER, contact_number="+84905123456",
    )  # fmt: skip
    with closing(Store(make_engine(cluster.lend_empty(), busy=2))) as store:
        assert add(store, "lan", now) == 1
        with store.transaction() as session:
            ticket = file_report(session, report, None, now).ticket_id
        with store.transaction() as session:
            session.execute(text("SELECT nextval(pg_get_serial_sequence('people', 'id'))"))  # spent, and no row
    with closing(Store(make_engine(cluster.lend_empty(), busy=2))) as store:
        with store.reading() as session:
            left = {name: session.scalar(select(func.count()).select_from(table)) for name, table in TABLES}
        assert set(left.values()) == {0}, left
        assert add(store, "minh", now) == 1
        with store.transaction() as session:
            assert file_report(session, report, None, now).ticket_id == ticket == 1
