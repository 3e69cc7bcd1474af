"""The console at a hundred thousand tickets and calls, sixteen people reading, beside the bare queries' times."""

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from ivr.desk import listing
from ivr.desk.listing import CallFilter, TicketFilter
from ivr.desk.people import find_session
from ivr.model import State
from ivr.settings import Settings, load_settings
from ivr.store import Store, open_store
from ivr.testing import free_port
from ivr.testing_asterisk import wait_for
from ivr.testing_database import find_server_programs, running_cluster, sqlite_store
from ivr.testing_processes import running
from tests.bench.desk_rows import fill
from tests.bench.table import SHORT, Row, percentile

PAUSE = 1.0
"""Seconds a person looks at a page before the next: sixteen clients then ask for about sixteen pages a second."""
AIM = 150.0


def console(scale: float) -> Iterator[Row]:
    """Both databases, one after the other."""
    count = 100_000 if scale >= SHORT else 2_000
    seconds = max(5.0, 30 * scale)
    programs = find_server_programs()
    for kind in ("SQLite", "PostgreSQL") if programs else ("SQLite",):
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tdb-", dir="/tmp")))
            given: dict[str, object] = {"console_port": free_port()}
            if kind == "PostgreSQL" and programs:
                given["database_url"] = stack.enter_context(running_cluster(programs)).new_database()
            else:
                stack.enter_context(sqlite_store(home))
            settings = load_settings(home=home, **given)
            store = open_store(settings)
            stack.callback(store.close)
            tokens = fill(store, count)
            stack.enter_context(running(settings, "console"))
            yield from _measure(kind, settings, store, tokens, seconds, count)


def _measure(
    kind: str, settings: Settings, store: Store, tokens: list[str], seconds: float, count: int
) -> Iterator[Row]:
    base = f"http://127.0.0.1:{settings.console_port}"
    wait_for(lambda: _get(f"{base}/healthz"), 30, "the console is not up")
    first = re.findall(r"/tickets/([0-9A-Z]{26})", _get(f"{base}/tickets?tab=all", settings, tokens[0]))[3]
    pages = {
        "list": ["/tickets", "/tickets?tab=all", "/calls"],
        "search": ["/tickets?tab=all&q=duong", "/tickets?tab=all&q=nguyen+trai+hai+chau", "/calls?q=4567"],
        "ticket page": [f"/tickets/{first}"],
    }
    bare = _bare(store, tokens[0], first)
    paths = [path for group in pages.values() for path in group]
    times = _read(settings, tokens, paths, seconds, PAUSE)
    for name, group in pages.items():
        took = [1000 * one for path in group for one in times[path]]
        p95 = percentile(took, 0.95)
        note = f"p50 {percentile(took, 0.5):.0f} ms, {len(took)} pages, {count:,} tickets; bare: {bare[name]:.1f} ms"
        yield Row(
            name=f"console {name}, {kind}, 16 clients, p95",
            value=p95,
            unit="ms",
            aim=f"≤ {AIM:.0f} ms",
            met=p95 <= AIM,
            note=note,
        )
    times = _read(settings, tokens, paths, seconds / 2, 0.0)
    took = [1000 * one for some in times.values() for one in some]
    note = f"p95 {percentile(took, 0.95):.0f} ms: sixteen clients that never pause take all there is"
    yield Row(name=f"console pages a second at most, {kind}", value=len(took) / (seconds / 2), unit="/s", note=note)


def _bare(store: Store, token: str, ulid: str) -> dict[str, float]:
    """Milliseconds of what the desk asks the database for one page of each kind, nothing drawn; medians of nine."""
    now = datetime.now(UTC)
    with store.reading() as session:
        me = find_session(session, token, now)
    new, late = TicketFilter(states=frozenset({State.MOI, State.MO_LAI})), TicketFilter(overdue_at=now)

    def lists() -> None:
        with store.reading() as session:
            listing.tickets(session, viewer=me)
            for wanted in (new, TicketFilter(assignee_id=me.id if me else 0, is_open=True), late):
                listing.count_tickets(session, wanted, viewer=me, most=1000)

    def search() -> None:
        with store.reading() as session:
            listing.tickets(session, TicketFilter(query="duong"), viewer=me)

    def ticket() -> None:
        with store.reading() as session:
            found = listing.find_ticket_of_call(session, ulid)
            listing.get_ticket(session, found.id if found else 0)
            listing.find_call(session, ulid)
            listing.recordings_of_call(session, ulid)
            listing.calls(session, CallFilter(query="0905123456"), viewer=me, size=8)

    found = {}
    for name, ask in (("list", lists), ("search", search), ("ticket page", ticket)):
        times = []
        for _ in range(9):
            began = time.perf_counter()
            ask()
            times.append(1000 * (time.perf_counter() - began))
        found[name] = percentile(times, 0.5)
    return found


def _read(
    settings: Settings, tokens: list[str], paths: list[str], seconds: float, pause: float
) -> dict[str, list[float]]:
    listed = settings.home / "paths"
    listed.write_text("\n".join(paths), encoding="utf-8")
    words = [settings.console_port, settings.session_cookie, seconds, pause, listed]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.web_clients", *map(str, words)],
        input="\n".join(tokens), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-1000:])
    times: dict[str, list[float]] = json.loads(done.stdout)
    return times


def _get(address: str, settings: Settings | None = None, token: str = "") -> str:
    request = urllib.request.Request(address)
    if settings is not None:
        request.add_header("Cookie", f"{settings.session_cookie}={token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""
