"""Two reports in one call, on all three lines: one call with both its tickets, counted once.

The shipped menus say good-bye after a receipt; here it leads on to another matter, as a city may have it.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from agi_scripts.hotline import Hotline
from ivr.asterisk import find_asterisk
from ivr.city.city import City, load_city
from ivr.engine import Served, run_call
from ivr.filing.filing import renew_codes
from ivr.model import Call, EndReason, Recording, Ticket
from ivr.phone import Caller
from ivr.prompts import Catalogue, build
from ivr.reconcile import reconcile
from ivr.settings import Settings
from ivr.simulator import read_scenario
from ivr.simulator.outcome import differences, find_outcome
from ivr.spool.codebook import CodeBook
from ivr.store import Store, open_store
from ivr.store.migrate import migrate
from ivr.testing import Instance, ScriptedPhone, need, open_instance, scenario_settings
from ivr.testing.asterisk import private_settings, running_asterisk, wait_for
from ivr.testing.calls import Circumstances, cut_short, hotline, play_all
from ivr.testing.citizen import Citizen
from ivr.testing.wire import FakeAsterisk, header, serving

ANOTHER = """
[nodes.con-viec]
type = "menu"
prompts = ["viec-khac"]
give_up = "tam-biet"
keys.1 = "chinh"
keys.0 = "gap-nguoi"
"""
SCENARIO = read_scenario(Path(__file__).parent / "own" / "da-nang-hai-phan-anh.toml")


@pytest.fixture
def config(tmp_path: Path, base_settings: Settings) -> Path:
    """The cities, with a Da Nang in which another matter may follow a receipt."""
    copied = shutil.copytree(base_settings.config, tmp_path / "config")
    menu = copied / "cities" / "da-nang" / "menu.toml"
    shipped = menu.read_text(encoding="utf-8")
    changed = shipped.replace('type = "receipt"\nnext = "tam-biet"', 'type = "receipt"\nnext = "con-viec"')
    assert changed != shipped
    menu.write_text(changed + ANOTHER, encoding="utf-8")
    return copied


@pytest.fixture
def city(config: Path) -> City:
    return load_city(config, SCENARIO.city)


@pytest.fixture
def sounds(get_sounds: Callable[[str], Catalogue]) -> Catalogue:
    return get_sounds(SCENARIO.city)


@contextmanager
def a_house(tmp_path: Path, empty_database: Path) -> Iterator[Instance]:
    """An instance that is looked at once its call is over and everything is filed."""
    settings = scenario_settings(tmp_path, SCENARIO)
    with open_instance(settings, empty_database, lambda: SCENARIO.at) as house:
        yield house
        house.settle()
        check(house.settings, house.store, SCENARIO.at)


def check(settings: Settings, store: Store, at: datetime) -> None:
    """One call, and each of its two reports in a ticket of it."""
    outcome = find_outcome(store, SCENARIO.tag)
    assert outcome is not None, "the call left no row"
    assert differences(SCENARIO.expected, outcome) == []
    with store.reading() as session:
        assert list(session.scalars(select(Call.id))) == [outcome.ulid]
        tickets = list(session.scalars(select(Ticket).order_by(Ticket.ulid)))
        assert [ticket.call_id for ticket in tickets] == [outcome.ulid] * 2
        assert tickets[0].ulid == outcome.ulid
        assert sorted(session.scalars(select(Recording.ulid))) == [ticket.ulid for ticket in tickets]
    seen = reconcile(settings, store, at + timedelta(minutes=5))
    assert (seen.offered, seen.ended, seen.tickets) == (1, {EndReason.HUNG_UP: 1}, 2)
    assert seen.is_whole, seen.gaps


def test_on_the_scripted_phone(tmp_path: Path, empty_database: Path, city: City, sounds: Catalogue) -> None:
    citizen = Citizen(SCENARIO.steps)
    caller = Caller(number=SCENARIO.number, name=SCENARIO.token, called="1022", uniqueid="1.1", linkedid="1.1", city="")
    with a_house(tmp_path, empty_database) as house:
        run_call(
            Served(
                phone=ScriptedPhone(citizen, caller),
                city=city,
                sounds=sounds,
                dependencies=house.desk,
                clock=lambda: SCENARIO.at,
                settings=house.settings,
            )
        )
    assert citizen.steps_left == 0


def test_on_the_fake_asterisk(tmp_path: Path, empty_database: Path, city: City, sounds: Catalogue) -> None:
    citizen = Citizen(SCENARIO.steps)
    with a_house(tmp_path, empty_database) as house:
        served = Hotline(
            settings=house.settings,
            cities={SCENARIO.city: city},
            sounds={SCENARIO.city: sounds},
            desk=house.desk,
            clock=lambda: SCENARIO.at,
            line_clock=lambda: citizen.now,
        )
        with serving(served) as server:
            env = header(
                server.port, city=SCENARIO.city, number=SCENARIO.number, name=SCENARIO.token, called=SCENARIO.called
            )
            FakeAsterisk(citizen=citizen, env=env).call(server.port)
            assert server.wait(60)
    assert citizen.steps_left == 0


@pytest.mark.asterisk
@pytest.mark.timeout(1200)
def test_on_a_real_asterisk(config: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="tds", dir="/tmp") as folder:
        settings = private_settings(
            Path(folder), config=config, key_wait=1.5, record_silence=3, record_limit=22, free_space_mb=0
        )
        need(find_asterisk(settings), "an Asterisk ≥ 18 (make asterisk)")
        build(settings, say=lambda line: None)
        cut_short(settings, 0.5)
        migrate(settings)
        with closing(open_store(settings)) as store:
            renew_codes(store, CodeBook(settings.codes), SCENARIO.at)
            with running_asterisk(settings) as asterisk, hotline(settings, Circumstances.of(SCENARIO)):
                assert play_all([SCENARIO], asterisk, again=False)[SCENARIO.name].faults == ()
                wait_for(lambda: find_outcome(store, SCENARIO.tag), "the call left no row")
                wait_for(lambda: not list(settings.spool.glob("*.json*")), "the spool keeps something of it")
            check(settings, store, SCENARIO.at)
