"""The database is locked or away while citizens call: each is served, each report is one ticket afterwards.

Real Asterisk, real SIP calls, FastAGI server and watch as processes; SQLite and PostgreSQL.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from console.app import create_app
from ivr.filing.filing import renew_codes
from ivr.model import Recording, Ticket
from ivr.reconcile import reconcile
from ivr.services import codes
from ivr.settings import Settings
from ivr.simulator import Scenario
from ivr.simulator.play import Played
from ivr.spool import Spool
from ivr.spool.codebook import CodeBook
from ivr.store import Store, make_engine, open_store
from ivr.store.migrate import migrate
from ivr.testing import find_scenario
from ivr.testing.asterisk import RunningAsterisk, wait_for
from ivr.testing.calls import ENGAGED, add_talker, play_all, tell_queues
from ivr.testing.database import Cluster
from ivr.testing.processes import running, scaled

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

REPORT = find_scenario("da-nang/mat-ket-noi-gui")
LOOK_UP = find_scenario("da-nang/tra-cuu-mat-ket-noi")
AT_ONCE = 3
"""Reports begun together, beside one caller who asks for a state."""
DRAINED = 300
"""Seconds after which nothing may wait any more (issue: 5 minutes)."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A way for the database to go and come back; ``reads`` says whether pages can still be read meanwhile."""

    away: Callable[[Settings], object]
    back: Callable[[Settings], object]
    reads: bool = False
    lasts: float


@contextmanager
def lock(settings: Settings) -> Iterator[None]:
    """The writers' lock of a SQLite database, held by another connection."""
    with closing(Store(make_engine(settings.database, busy=5))) as holder, holder.transaction() as session:
        session.connection()
        yield


class Locked:
    """Holds the writers' lock from ``away`` to ``back``; in one thread."""

    def __init__(self) -> None:
        self._held = None

    def away(self, settings: Settings) -> None:
        self._held = lock(settings)
        self._held.__enter__()

    def back(self, settings: Settings) -> None:
        self._held.__exit__(None, None, None)


def folder_of(settings: Settings) -> Path:
    return settings.home / "database"


def hide(settings: Settings) -> None:
    """The file's folder is gone, as a network disk goes."""
    folder_of(settings).rename(settings.home / "database-away")


def show(settings: Settings) -> None:
    (settings.home / "database-away").rename(folder_of(settings))


@contextmanager
def without(settings: Settings, fault: Fault) -> Iterator[None]:
    """No database inside; it is back afterwards, also for the next test where this one fails."""
    fault.away(settings)
    try:
        yield
    finally:
        fault.back(settings)


@pytest.fixture(params=["sqlite-locked", "sqlite-away", pytest.param("postgresql-stopped", marks=pytest.mark.postgres)])
def fault(request: pytest.FixtureRequest) -> Fault:
    match request.param:
        case "sqlite-locked":
            locked = Locked()
            return Fault(away=locked.away, back=locked.back, reads=True, lasts=scaled(6, 60))
        case "sqlite-away":
            return Fault(away=hide, back=show, lasts=scaled(6, 600))
        case _:
            cluster: Cluster = request.getfixturevalue("cluster")
            return Fault(away=lambda _: cluster.stop(), back=lambda _: cluster.start(), lasts=scaled(6, 600))


@pytest.fixture
def settings(request: pytest.FixtureRequest, asterisk: RunningAsterisk) -> Settings:
    """The instance on a fresh database, whose spool and codes are empty whatever the test before has left."""
    base = asterisk.settings
    for folder in (base.codes, base.recordings, base.home / "database"):
        shutil.rmtree(folder, ignore_errors=True)
    for path in Spool(base).folder.iterdir():
        path.unlink()
    name = request.node.callspec.params.get("fault", "sqlite")
    if name.startswith("postgresql"):
        url = request.getfixturevalue("cluster").new_database()
    else:
        folder_of(base).mkdir()
        url = f"sqlite+pysqlite:///{folder_of(base) / 'tongdai.db'}"
    made = base.model_copy(update={"database_url": url, "operator_phone": ENGAGED})
    add_talker(made)
    tell_queues(made)
    asterisk.ask("dialplan reload")
    if not name.startswith("postgresql"):
        migrate(made)
    return made


def named(scenario: Scenario, name: str) -> Scenario:
    return replace(scenario, name=f"{scenario.name}-{name}")


def batch(name: str) -> list[Scenario]:
    return [*(named(REPORT, f"{name}-{number}") for number in range(AT_ONCE)), named(LOOK_UP, name)]


def lease(settings: Settings) -> None:
    with closing(open_store(settings)) as store:
        renew_codes(store, CodeBook(settings.codes), REPORT.at)


@contextmanager
def server(settings: Settings) -> Iterator[None]:
    """The FastAGI server and watch, as processes."""
    with (
        running(settings, "agi", "--at", REPORT.at.isoformat(), ready="agi.ready"),
        running(settings, "watch", ready="watch.ready"),
    ):
        yield


def heard(played: Played) -> set[str]:
    return {prompt for prompts in played.plays for prompt in prompts}


def check_served(played: dict[str, Played], *, code: str) -> None:
    """Every call went to its end, every report was given ``code`` (or heard that it follows), no look-up waited."""
    assert {name: call.faults for name, call in played.items() if call.faults} == {}
    for name, call in played.items():
        if name.startswith(REPORT.name):
            assert code in heard(call), f"{name}: {call.plays}"


def check_cannot_look(played: dict[str, Played]) -> None:
    """Who asked for a state heard that it cannot be looked up now."""
    for name, call in played.items():
        if name.startswith(LOOK_UP.name):
            assert call.faults == (), f"{name}: {call.faults}, late: {call.late}, heard: {call.plays}"
            assert "tra-cuu-loi" in heard(call)


def waiting_for_codes(store: Store) -> list[Ticket]:
    with store.reading() as session:
        return codes.tickets_without_code(session)


def check_filed(settings: Settings, played: dict[str, Played]) -> float:
    """Everything is filed once, with its audio, and nothing waits; seconds that took."""
    began = time.monotonic()
    spoken = {call.ulid for name, call in played.items() if name.startswith(REPORT.name)}
    wait_for(
        lambda: not list(settings.spool.glob("*.json")), f"in the spool: {Spool(settings).ulids()}", seconds=DRAINED
    )
    wait_for(lambda: not list(settings.spool.glob("*.call.jsonl")), "journals wait", seconds=DRAINED)
    with closing(open_store(settings)) as store:
        wait_for(lambda: not waiting_for_codes(store), "tickets wait for a code", seconds=DRAINED)
        drained = time.monotonic() - began
        with store.reading() as session:
            tickets = list(session.scalars(select(Ticket)))
            recordings = list(session.scalars(select(Recording)))
        found = reconcile(settings, store, REPORT.at + timedelta(minutes=5))
    assert sorted(ticket.ulid for ticket in tickets) == sorted(spoken)
    assert sorted(recording.ulid for recording in recordings) == sorted(spoken)
    assert all(recording.seconds >= 2.5 for recording in recordings)
    assert len({ticket.code for ticket in tickets}) == len(tickets)
    assert found.is_whole, found.gaps
    assert found.offered == len(played)
    return drained


@contextmanager
def console(settings: Settings) -> Iterator[FlaskClient]:
    with closing(open_store(settings, busy=0.3)) as store:
        app = create_app(settings, store)
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        client.set_cookie(settings.session_cookie, "whoever")
        yield client


def check_console_away(client: FlaskClient, *, reads: bool) -> None:
    """What cannot be read, or not be changed, is said; the page tries again by itself."""
    if reads:
        assert client.get("/healthz").status_code == 200
        answer = client.post("/login", data={"username": "lan", "password": "mot-mat-khau"})
    else:
        answer = client.get("/tickets")
        assert "Tổng đài vẫn nhận cuộc gọi" in answer.text
    assert answer.status_code == 503
    assert "Chưa dùng được cơ sở dữ liệu" in answer.text


def check_console_back(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/tickets").status_code == 302  # that cookie belongs to no session
    assert client.post("/login", data={"username": "lan", "password": "mot-mat-khau"}).status_code != 503


def test_away_in_calls(fault: Fault, settings: Settings, asterisk: RunningAsterisk) -> None:
    lease(settings)
    with console(settings) as client, server(settings), ThreadPoolExecutor(1) as pool:
        first = pool.submit(
            play_all, [named(REPORT, f"first-{number}") for number in range(AT_ONCE)], asterisk, again=False
        )
        time.sleep(2)
        began = time.monotonic()
        with without(settings, fault):
            played, during = {}, 0
            while time.monotonic() - began < fault.lasts:
                during += 1
                some = play_all(batch(f"away-{during}"), asterisk, again=False)
                check_cannot_look(some)
                played |= some
            check_console_away(client, reads=fault.reads)
            played |= first.result()
        check_served(played, code="ma")
        drained = check_filed(settings, played)
        check_console_back(client)
    print(f"{len(played)} calls in {fault.lasts:g} s without the database, drained {drained:.1f} s after")


@pytest.mark.parametrize("block", [True, False], ids=["with-codes", "without-codes"])
def test_away_at_start(block: bool, settings: Settings, asterisk: RunningAsterisk) -> None:
    if block:
        lease(settings)
    with ExitStack() as servers:
        with without(settings, Fault(away=hide, back=show, lasts=0)):
            servers.enter_context(server(settings))
            played = play_all(batch("start"), asterisk, again=False)
            check_served(played, code="ma" if block else "ma-sau")
            check_cannot_look(played)
        check_filed(settings, played)
