"""A desk after years of work: a hundred thousand calls and tickets with all that hangs on them, written in bulk."""

import itertools
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session
from ulid import ULID

from ivr.model import (
    CLOSED,
    Call,
    CallStep,
    ContactKind,
    EndReason,
    EventKind,
    Kind,
    Outbox,
    Person,
    Recording,
    Role,
    SignIn,
    State,
    Ticket,
    TicketEvent,
    Transcript,
)
from ivr.model.code import make_code
from ivr.model.text import fold
from ivr.services.people import token_hash
from ivr.store import Store

NOW = datetime.now(UTC)
STREETS = ("Nguyễn Trãi", "Lê Duẩn", "Hoàng Diệu", "Ông Ích Khiêm", "Trần Phú", "Lê Độ", "Phan Tứ", "Ngô Quyền")
WARDS = ("Hải Châu", "Thanh Khê", "Sơn Trà", "Hòa Cường", "An Hải", "Cẩm Lệ", "Liên Chiểu", "Thạch Thang")
CATEGORIES = ("ngap-nuoc", "rac-thai", "tieng-on", "chieu-sang", "cay-xanh", "giao-thong", None)
OPEN_STATES = tuple(state for state in State if state not in CLOSED)
BATCH = 2_000


@cache
def _sentences() -> list[str]:
    file = Path(__file__).resolve().parents[1] / "data" / "speech" / "reports.txt"
    return file.read_text(encoding="utf-8").splitlines()


def fill(store: Store, count: int) -> list[str]:
    """``count`` calls and tickets over three years, a tenth of them open; tokens of sixteen signed-in operators."""
    random = Random(1022)
    tokens = [secrets.token_urlsafe(32) for _ in range(16)]
    with store.transaction() as session:
        people = _people(session, tokens)
        for first in range(0, count, BATCH):
            _write(session, list(_reports(random, people, first, min(count, first + BATCH), count)))
        session.execute(insert(Outbox), [{"at": NOW, "topic": "ticket.filed", "subject": "-", "data": {}}])
    if store.dialect == "postgresql":  # what autovacuum does in the night after such a load
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return tokens


@contextmanager
def filing(store: Store, count: int, rate: float) -> Iterator[None]:
    """New reports, ``rate`` a second, as long as the block lasts; a desk filled with ``count`` can take them once."""
    stop = Event()

    def keep_filing() -> None:
        random = Random(count)
        for number in itertools.count(count):
            if stop.wait(1 / rate):
                return
            with store.transaction() as session:
                now = datetime.now(UTC)
                _write(session, [_report(random, [], number, now, State.MOI)])
                session.execute(insert(Outbox), [{"at": now, "topic": "ticket.filed", "subject": "-", "data": {}}])

    filing_thread = Thread(target=keep_filing)
    filing_thread.start()
    try:
        yield
    finally:
        stop.set()
        filing_thread.join()


def _people(session: Session, tokens: list[str]) -> list[int]:
    rows = [
        Person(
            username=f"o{number}", name=f"Nguyễn Văn {number}", role=Role.OPERATOR, password_hash="-", created_at=NOW
        )
        for number in range(len(tokens))
    ]
    session.add_all(rows)
    session.flush()
    for person, token in zip(rows, tokens, strict=True):
        session.add(
            SignIn(
                token_sha256=token_hash(token),
                person_id=person.id,
                created_at=NOW,
                seen_at=NOW,
                expires_at=NOW + timedelta(hours=12),
            )
        )
    return [person.id for person in rows]


def _reports(
    random: Random, people: list[int], first: int, last: int, count: int
) -> Iterator[tuple[dict[str, Any], ...]]:
    """Rows of one report each, the oldest first."""
    for number in range(first, last):
        at = NOW - timedelta(days=1095) * ((count - number) / count) - timedelta(minutes=1)
        state = random.choice(OPEN_STATES if random.random() < 0.1 else tuple(CLOSED))
        yield _report(random, people, number, at, state)


def _report(random: Random, people: list[int], number: int, at: datetime, state: State) -> tuple[dict[str, Any], ...]:
    """Call, ticket, recording, transcript."""
    ulid = str(ULID.from_datetime(at))
    caller = f"+849{random.randrange(10**8):08d}"
    content = (
        f"{random.choice(_sentences())} Số {random.randrange(400)} {random.choice(STREETS)}, {random.choice(WARDS)}."
    )
    code = make_code(24 + number // 900_000, number % 900_000 + 1)
    return (
        {
            "id": ulid,
            "city": "da-nang",
            "caller_raw": caller,
            "caller_number": caller,
            "called": "1022",
            "linkedid": f"1.{number}",
            "uniqueid": f"1.{number}",
            "started_at": at,
            "ended_at": at + timedelta(seconds=70),
            "end_reason": EndReason.COMPLETED,
            "language": "vi",
        },
        {
            "id": number + 1,
            "ulid": ulid,
            "call_id": ulid,
            "code": code,
            "city": "da-nang",
            "kind": Kind.PHAN_ANH,
            "category": random.choice(CATEGORIES),
            "state": state,
            "urgent": random.random() < 0.05,
            "confidential": random.random() < 0.02,
            "content": content,
            "folded": fold(f"{code} {content}"),
            "contact_kind": ContactKind.CALLER,
            "contact_number": caller,
            "contact_last4": caller[-4:],
            "assignee_id": random.choice(people) if state is not State.MOI else None,
            "due_at": at + timedelta(days=5),
            "created_at": at,
            "filed_at": at,
        },
        {
            "id": ulid,
            "ulid": ulid,
            "take": 1,
            "key": f"{at:%Y/%m/%d}/{ulid}.wav",
            "seconds": 20.0,
            "size": 320_044,
            "sha256": "ab" * 32,
            "created_at": at,
        },
        {
            "recording_id": ulid,
            "raw_text": content.lower(),
            "tidy_text": content,
            "words": [
                {"text": word, "start": place * 0.4, "end": place * 0.4 + 0.3, "confidence": 0.9}
                for place, word in enumerate(content.split())
            ],
            "confidence": 0.9,
            "model": "vosk",
            "model_version": "1",
            "audio_seconds": 20.0,
            "decode_seconds": 1.0,
            "created_at": at,
            "version": 1,
        },
    )


def _write(session: Session, reports: list[tuple[dict[str, Any], ...]]) -> None:
    for number, table in enumerate((Call, Ticket, Recording, Transcript)):
        session.execute(insert(table), [report[number] for report in reports])
    events: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    for call, ticket, _, _ in reports:
        at = call["started_at"]
        events += [
            {"ticket_id": ticket["id"], "at": at, "kind": kind, "text": "", "data": {}}
            for kind in (EventKind.FILED, EventKind.TRANSCRIBED)
        ]
        steps += [
            {"call_id": call["id"], "seq": seq, "node": node, "kind": kind, "at": at, "prompts": ["chao"], "keys": "1"}
            for seq, (node, kind) in enumerate((("chao", "say"), ("menu", "menu"), ("ghi", "record")), 1)
        ]
    session.execute(insert(TicketEvent), events)
    session.execute(insert(CallStep), steps)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT setval('tickets_id_seq', (SELECT max(id) FROM tickets))"))
