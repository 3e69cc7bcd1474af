"""Fixtures of all tests: the database that houses are copied from, cities and prompts read once."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest
import structlog
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as trying

from ivr.city.city import City, load_city
from ivr.prompts import Catalogue, load_catalogue
from ivr.settings import Settings
from ivr.store import store as store_module
from ivr.store.migrate import migrate
from ivr.testing import temporary_settings, uncounted
from ivr.testing.asterisk import PATIENCE
from ivr.testing.compiled import Templates, sharing
from ivr.testing.late import pytest_runtest_protocol as pytest_runtest_protocol

TESTS = Path(__file__).resolve().parent

trying.register_profile("busy", parent=trying(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
trying.load_profile("busy")  # how long an example takes on a busy machine is no fault of what it tries
store_module.create_engine = sharing(store_module.create_engine)
Flask.jinja_options = {"bytecode_cache": Templates()}


def pytest_configure(config: pytest.Config) -> None:
    """Let coverage leave out what :func:`_leave_uncounted` marks."""
    config.pluginmanager.register(uncounted)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests on a real Asterisk begin first, in half of the processes: they mostly wait, and are the longest.

    ``--dist worksteal`` gives each process an equal stretch of the list, and those that are done take from the end of
    others' stretches: so each of these processes begins with a share of the long modules, the longest first, and only
    short tests are left when the processes come to their ends. A module stays together: its Asterisk starts once.
    """
    _leave_uncounted(items)
    processes = int(getattr(config, "workerinput", {}).get("workercount", 1))
    long = [item for item in items if item.get_closest_marker("asterisk") is not None]
    short = [item for item in items if item.get_closest_marker("asterisk") is None]
    stretches: list[list[pytest.Item]] = [[] for _ in range(processes)]
    shares = stretches[: (processes + 1) // 2]
    modules = [list(group) for _, group in groupby(long, key=lambda item: item.path)]
    for module in sorted(modules, key=lambda module: -max(map(_allowed, module))):
        min(shares, key=lambda share: sum(map(_allowed, share))).extend(module)
    left = len(items)
    for number, stretch in enumerate(stretches):
        length = left // (processes - number)  # as xdist cuts the list
        missing = max(0, length - len(stretch))
        stretch += short[:missing]
        del short[:missing]
        left -= length
    items[:] = [*(item for stretch in stretches for item in stretch), *short]


def _leave_uncounted(items: list[pytest.Item]) -> None:
    """Coverage is taken where a room's own tests run its lines first; counting nearly doubles a test's processor time.

    Not counted: the console's tests (its lines are none of those that are measured, and what its pages ask of ``ivr``
    must be covered by tests of ``ivr``) and the second run on PostgreSQL of what ran on SQLite, outside of the store.
    """
    for item in items:
        place = item.path.relative_to(TESTS).as_posix()
        again = item.get_closest_marker("postgres") is not None and not place.startswith("ivr/store/")
        if again or place.startswith("console/"):
            item.add_marker("uncounted")


def _allowed(item: pytest.Item) -> float:
    """Seconds that a test says it may take: a measure of how long it usually takes."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 60.0


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Tracebacks as Python writes them: the library's own, with every local variable, take seconds each."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer(key_order=["event"])]
    )


@pytest.fixture(autouse=True)
def _nothing_outlives_its_test() -> Iterator[None]:
    """A thread or a process that goes on would meet the next test's files, ports and patched functions.

    A process of its module's that a test has ended and started again is no more than there were before.
    """
    threads, children = set(threading.enumerate()), len(_children())
    yield
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        left = [str(thread) for thread in threading.enumerate() if thread not in threads]
        if not left and len(_children()) <= children:
            return
        time.sleep(0.01)
    pytest.fail(f"still there after the test: {left or _children()}")


def _children() -> list[str]:
    """Pids of the processes that we have started; also of those that are dead and not waited for."""
    found: list[str] = []
    for path in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):  # of a thread that ends just now
            found += path.read_text(encoding="ascii").split()
    return found


@pytest.fixture(scope="session")
def base_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a home that holds a migrated, empty SQLite database and nothing else."""
    settings = temporary_settings(tmp_path_factory.mktemp("base"))
    migrate(settings)
    return settings


@pytest.fixture(scope="session")
def empty_database(base_settings: Settings) -> Path:
    """A migrated SQLite file to copy."""
    return base_settings.home / "tongdai.db"


@pytest.fixture(scope="session")
def get_city(base_settings: Settings) -> Callable[[str], City]:
    """Cities of ``config/``, each read once."""
    return cache(lambda name: load_city(base_settings.config, name))


@pytest.fixture(scope="session")
def get_sounds(base_settings: Settings) -> Callable[[str], Catalogue]:
    """Prompts of a city, each read once; the sounds need not be built."""
    return cache(lambda name: load_catalogue(base_settings, name))
