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
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import event

from console.app import create_app
from ivr.settings import Settings, load_settings
from ivr.store import Store, open_store
from ivr.testing import free_port
from ivr.testing.asterisk import wait_for
from ivr.testing.database import find_server_programs, running_cluster, sqlite_store
from ivr.testing.processes import running
from tests.bench.desk_rows import filing, fill
from tests.bench.table import SHORT, Row, percentile
from tests.bench.web_clients import LIVE

PAUSE = 1.0
"""Seconds a person looks at a page before the next: sixteen clients then ask for about sixteen pages a second."""
AIM = 150.0
WARM = 3.0
"""Seconds of reading before it is measured: a process prepares each database statement once."""
FILED = 2.0
"""Reports that arrive in a second while lists are live."""


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
                given["database_url"] = stack.enter_context(running_cluster(programs, buffers="128MB")).new_database()
            else:
                stack.enter_context(sqlite_store(home))
            settings = load_settings(home=home, **given)
            store = open_store(settings)
            stack.callback(store.close)
            tokens = fill(store, count)
            process = stack.enter_context(running(settings, "console")).process
            yield from _measure(kind, settings, store, tokens, psutil.Process(process.pid), seconds, count)


def _measure(
    kind: str, settings: Settings, store: Store, tokens: list[str], console: psutil.Process, seconds: float, count: int
) -> Iterator[Row]:
    base = f"http://127.0.0.1:{settings.console_port}"
    wait_for(lambda: _get(f"{base}/healthz"), "the console is not up")
    first = re.findall(r"/tickets/([0-9A-Z]{26})", _get(f"{base}/tickets?tab=all", settings, tokens[0]))[3]
    pages = {
        "list": ["/tickets", "/tickets?tab=all", "/calls"],
        "search": ["/tickets?tab=all&q=duong", "/tickets?tab=all&q=nguyen+trai+hai+chau", "/calls?q=4567"],
        "ticket page": [f"/tickets/{first}"],
    }
    paths = [path for group in pages.values() for path in group]
    bare = _bare(settings, store, tokens[0], paths)
    _read(settings, tokens, paths, WARM, 0.2)
    used = _used(console)
    times = _read(settings, tokens, paths, seconds, PAUSE)
    spent = 1000 * (_used(console) - used) / sum(map(len, times.values()))
    for name, group in pages.items():
        took = [1000 * elapsed for path in group for elapsed in times[path]]
        asked = [milliseconds for path in group for milliseconds in bare[path]]
        p95 = percentile(took, 0.95)
        note = (
            f"p50 {percentile(took, 0.5):.0f} ms, {len(took)} pages, {count:,} tickets; "
            f"the page's bare SQL alone: p50 {percentile(asked, 0.5):.1f}, p95 {percentile(asked, 0.95):.1f} ms"
        )
        yield Row(
            name=f"console {name}, {kind}, 16 clients, p95",
            value=p95,
            unit="ms",
            aim=f"≤ {AIM:.0f} ms",
            met=p95 <= AIM,
            note=note,
        )
    yield Row(name=f"console processor time of a page, {kind}", value=spent, unit="ms", note="of all its processes")
    yield _beside_live_lists(kind, settings, store, tokens, paths, seconds, count)
    times = _read(settings, tokens, paths, seconds / 2, 0.0)
    took = [1000 * elapsed for some in times.values() for elapsed in some]
    note = f"p95 {percentile(took, 0.95):.0f} ms: sixteen clients that never pause take all there is"
    yield Row(name=f"console pages a second at most, {kind}", value=len(took) / (seconds / 2), unit="/s", note=note)


def _beside_live_lists(
    kind: str, settings: Settings, store: Store, tokens: list[str], paths: list[str], seconds: float, count: int
) -> Row:
    """The same pages while two reports a second arrive and every client's open list shows them."""
    with filing(store, count, FILED):
        times = _read(settings, tokens, paths, seconds, PAUSE, live=True)
    lists = times.pop(LIVE)
    took = [1000 * elapsed for some in times.values() for elapsed in some]
    p95 = percentile(took, 0.95)
    note = (
        f"p50 {percentile(took, 0.5):.0f} ms; beside them sixteen open lists, together "
        f"{len(lists) / seconds:.0f} fetches a second, p95 {1000 * percentile(lists, 0.95):.0f} ms"
    )
    return Row(
        name=f"console pages, {kind}, {FILED:.0f} reports/s shown live, p95",
        value=p95, unit="ms", aim=f"≤ {AIM:.0f} ms", met=p95 <= AIM, note=note,
    )  # fmt: skip


def _bare(settings: Settings, store: Store, token: str, paths: list[str]) -> dict[str, list[float]]:
    """Milliseconds of each page's own SQL on a bare cursor, all its statements together, twenty times."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if not statement.startswith("BEGIN"):
            asked.append((statement, parameters))

    client = create_app(settings, store).test_client()
    client.set_cookie(settings.session_cookie, token)
    event.listen(store.engine, "before_cursor_execute", note)
    found = {}
    for path in paths:
        asked.clear()
        assert client.get(path).status_code == 200
        found[path] = _replay(store, list(asked))
    event.remove(store.engine, "before_cursor_execute", note)
    return found


def _replay(store: Store, statements: list[tuple[str, Any]]) -> list[float]:
    times = []
    connection = store.engine.raw_connection()
    try:
        cursor = connection.cursor()
        for _ in range(20):
            began = time.perf_counter()
            for statement, parameters in statements:
                cursor.execute(statement, parameters)
                cursor.fetchall()
            times.append(1000 * (time.perf_counter() - began))
            connection.rollback()
    finally:
        connection.close()
    return times


def _used(console: psutil.Process) -> float:
    """Seconds of processor time of the server and its processes so far."""
    spent = [process.cpu_times() for process in (console, *console.children())]
    return sum(cpu.user + cpu.system for cpu in spent)


def _read(
    settings: Settings, tokens: list[str], paths: list[str], seconds: float, pause: float, live: bool = False
) -> dict[str, list[float]]:
    listed = settings.home / "paths"
    listed.write_text("\n".join(paths), encoding="utf-8")
    words = [settings.console_port, settings.session_cookie, seconds, pause, int(live), listed]
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
