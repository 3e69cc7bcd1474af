"""A console on a seeded home of the test's own, copied from one that is made once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from console import cities
from console.app import create_app
from ivr.settings import load_settings
from ivr.store import open_store
from ivr.testing import need
from ivr.testing.console import NOW, SeededConsole, add_people, build_home, seed_all
from ivr.testing.database import Cluster, find_server_programs, running_cluster

SHIPPED = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture(scope="session", autouse=True)
def _cities_read_once() -> Iterator[None]:
    """The cities as they are shipped do not change while tests run; each application would read them anew."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("load_city", "read_prompt_texts"):
            patch.setattr(cities, name, _once(getattr(cities, name)))
        yield


def _once(read: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[str, Any] = {}

    def reading(config: Path, city_id: str, *faults: Any) -> Any:
        if config != SHIPPED:
            return read(config, city_id, *faults)
        if city_id not in known:
            known[city_id] = read(config, city_id, *faults)
        return known[city_id]

    return reading


@pytest.fixture(scope="session")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a migrated database and its people, to be copied."""
    return build_home(tmp_path_factory.mktemp("empty"), reports=False)


@pytest.fixture(scope="session")
def full_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with ten reports in all stages and two calls without one, to be copied."""
    return build_home(tmp_path_factory.mktemp("full"), reports=True)


@pytest.fixture
def house(request: pytest.FixtureRequest) -> Path:
    """The home a test starts from: full where it asks for ``seeded``."""
    name = "full_house" if "seeded" in request.fixturenames else "empty_house"
    found: Path = request.getfixturevalue(name)
    return found


@pytest.fixture
def desk(house: Path, tmp_path: Path) -> Iterator[SeededConsole]:
    """A home of the test's own."""
    home = tmp_path / "home"
    shutil.copytree(house, home)
    settings = load_settings(home=home, console_port=8022, hub_port=8023)
    store = open_store(settings)
    try:
        yield SeededConsole(settings=settings, store=store, now=NOW)
    finally:
        store.close()


@pytest.fixture
def seeded(desk: SeededConsole) -> SeededConsole:
    """The home with reports."""
    return desk


@pytest.fixture
def sign_in(desk: SeededConsole) -> Callable[..., FlaskClient]:
    """A function of a user name: a client with that person's session; None for a client that is not signed in."""
    app = create_app(desk.settings, desk.store, clock=lambda: desk.now)

    def signed_in(username: str | None, *, csrf: bool = False) -> FlaskClient:
        app.config["WTF_CSRF_ENABLED"] = csrf  # tested by itself
        client = app.test_client()
        if username:
            client.set_cookie("tongdai_session", desk.sign_in(username))
        return client

    return signed_in


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL cluster a test process."""
    programs = find_server_programs()
    need(programs, "PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    assert programs is not None
    with running_cluster(programs) as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either_desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeededConsole]:
    """The home with reports on each database, one a module: its tests do not mind what others changed."""
    home = tmp_path_factory.mktemp(request.param)
    cluster = request.getfixturevalue("cluster") if request.param == "postgresql" else None
    if cluster is None:
        shutil.copytree(request.getfixturevalue("full_house"), home, dirs_exist_ok=True)
    settings = load_settings(home=home, **({"database_url": cluster.new_database()} if cluster else {}))
    store = open_store(settings)
    seeded = SeededConsole(settings=settings, store=store, now=NOW)
    if cluster is not None:
        add_people(seeded)
        seed_all(seeded)
    try:
        yield seeded
    finally:
        store.close()
