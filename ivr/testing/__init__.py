"""The fakes our tests use: a scripted phone, an instance on a temporary home, what to do where a part is missing.

Imported by tests alone.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.orm import Session
from ulid import ULID

from ivr.engine import Clock, Dependencies
from ivr.engine.caller_lookup import CallerLookup
from ivr.filing.background import BackgroundFiler
from ivr.filing.filing import renew_codes
from ivr.filing.sweep import sweep
from ivr.model.report import Report
from ivr.model.tickets import Channel, ContactKind, Ticket
from ivr.phone import KEYPAD, Caller, QueueState, Recorded, RecordEnd, RingResult, Sound, Stage
from ivr.secrets import pin_mac
from ivr.services.intake import file_report
from ivr.settings import Settings, load_settings
from ivr.simulator import read_scenarios
from ivr.simulator.free_ports import free_ports
from ivr.simulator.sounds import Samples, quiet, tone, write_wav
from ivr.simulator.values import Operator, Prepared, Scenario
from ivr.spool import Spool
from ivr.spool.codebook import CodeBook
from ivr.store import Store, open_store
from ivr.testing.citizen import Citizen, Speech

CALLS = Path(__file__).resolve().parents[2] / "tests" / "calls"
MANY = 50
"""Callers in a queue that is full."""
NO_DATABASE = "postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1"
"""Nothing listens on port 1."""


def need(condition: object, reason: str) -> None:
    """Skip the test for a part this machine lacks; under ``CI=true`` a missing part is a failure."""
    if condition:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI lacks: {reason}")
    pytest.skip(reason)


def free_port() -> int:
    """A port of the loopback address that this process alone uses."""
    (number,) = free_ports(1)
    return number


def temporary_settings(home: Path, **given: object) -> Settings:
    """Settings of an instance of its own in ``home``; no space is asked of a test machine's disk."""
    values: dict[str, object] = {"home": home, "free_space_mb": 0, "sweep_every": 3600.0, "sweep_still": 0.2, **given}
    return load_settings(**values)


class ScriptedPhone:
    """A :class:`ivr.phone.Phone` on which a :class:`Citizen` listens; takes no time and plays no sound."""

    def __init__(self, citizen: Citizen, caller: Caller, *, operator: Operator = Operator.AWAY) -> None:
        self.citizen = citizen
        self.stages: list[Stage] = []
        self.played: list[Sound] = []
        self.turned: list[tuple[str, RingResult]] = []
        self.take_ending = ".wav"
        self.is_done = False
        self.tones = 0
        self.spoken_language = "vi"
        waiting = MANY if operator is Operator.FULL else 0
        self.queue = QueueState(waiting=waiting, on_duty=0 if operator is Operator.NONE else 1)
        self._caller = caller
        self._operator = operator

    @property
    def caller(self) -> Caller:
        """Who calls."""
        return self._caller

    @property
    def ended_at(self) -> float:
        """See :class:`ivr.phone.Phone`: nothing happens between two commands."""
        return self.citizen.now

    def moment(self) -> float:
        """See :class:`ivr.phone.Phone`."""
        return self.citizen.now

    def play(self, sounds: Sequence[Sound], *, keys: str = "") -> str:
        """See :class:`ivr.phone.Phone`."""
        self.played.extend(sounds)
        self.citizen.hear((sound.id for sound in sounds if sound.id), keys=bool(keys))
        return self.citizen.press(1) if keys else ""

    def read(self, sounds: Sequence[Sound], *, most: int, wait: float, end: str = "#") -> str:
        """See :class:`ivr.phone.Phone`."""
        self.played.extend(sounds)
        self.citizen.hear(sound.id for sound in sounds if sound.id)
        keys = self.citizen.press(most)
        return keys if most == 1 else keys.removesuffix(end)

    def record(self, path: Path, *, limit: float, silence: float, beep: bool = True, end: str = KEYPAD) -> Recorded:
        """See :class:`ivr.phone.Phone`; a tone stands for speech."""
        said = self.citizen.speak(limit=limit, silence=silence, ends=end, beep=beep)
        if said.end is not RecordEnd.NOTHING:
            write_wav(path, samples_of(said))
        return Recorded(end=said.end, key=said.key, lasted=said.seconds + said.quiet)

    def tone(self) -> None:
        """See :class:`ivr.phone.Phone`."""
        self.tones += 1

    def queue_state(self, queue: str) -> QueueState:
        """See :class:`ivr.phone.Phone`."""
        return self.queue

    def turned_away(self, queue: str, why: RingResult) -> None:
        """See :class:`ivr.phone.Phone`."""
        self.turned.append((queue, why))

    def ring(self, queue: str, *, wait: float, call: str, priority: int = 0) -> RingResult:
        """See :class:`ivr.phone.Phone`."""
        self.citizen.hear(())
        match self._operator:
            case Operator.ANSWERS:
                return RingResult.ANSWERED
            case Operator.AWAY:
                self.citizen.now += wait
                return RingResult.UNANSWERED
            case Operator.NONE:
                return RingResult.ABSENT
            case Operator.FULL:
                return RingResult.UNANSWERED

    def stage(self, stage: Stage) -> None:
        """See :class:`ivr.phone.Phone`."""
        self.stages.append(stage)

    def language(self, language: str) -> None:
        """See :class:`ivr.phone.Phone`."""
        self.spoken_language = language

    def done(self) -> None:
        """See :class:`ivr.phone.Phone`."""
        self.is_done = True


def samples_of(said: Speech) -> Samples:
    """A tone and then silence."""
    return np.concatenate([tone(said.seconds), quiet(said.quiet)])


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One instance on a temporary home: spool, codes, background filer and a migrated SQLite database, all real."""

    settings: Settings
    store: Store
    filer: BackgroundFiler
    desk: Dependencies
    clock: Clock
    away: bool
    """Whether the background filer and the look-ups find no database."""

    def prepare(self, scenario: Scenario) -> None:
        """Make a scenario's circumstances true."""
        prepare(self.settings, self.store, scenario)

    def settle(self) -> None:
        """Wait until the background filer has done what the calls left it; what it could not do, the sweep does."""
        assert self.filer.wait(60), "the background filer is stuck"
        if self.away:
            sweep(self.settings, self.store, self.desk.spool, self.clock(), set())


@contextmanager
def open_instance(settings: Settings, template: Path, clock: Clock, *, away: bool = False) -> Iterator[Instance]:
    """An instance whose database is a copy of ``template`` (a migrated SQLite file); everything is closed afterwards.

    ``away``: calls find no database; it is back when the instance is settled.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, settings.home / "tongdai.db")
    store = open_store(settings)
    during = settings.model_copy(update={"database_url": NO_DATABASE}) if away else settings
    filer = BackgroundFiler(settings, lambda: open_store(during), now=clock)
    lookup = CallerLookup(during)
    codes = CodeBook(settings.codes)
    renew_codes(store, codes, clock())
    desk = Dependencies(
        spool=Spool(settings),
        codes=codes,
        filer=filer,
        find_status=lookup.find_status,
        find_standing=lookup.find_standing,
        pin_mac=lambda ulid, pin: pin_mac(settings, ulid, pin),
    )
    try:
        yield Instance(settings=settings, store=store, filer=filer, desk=desk, clock=clock, away=away)
    finally:
        filer.close(60)
        lookup.close()
        store.close()


def all_scenarios() -> list[Scenario]:
    """Every call of ``tests/calls``: the files of a city's folder, and those that several cities share."""
    files = sorted(path for path in CALLS.rglob("*.toml") if path.parent.name != "ways")
    return [scenario for path in files for scenario in read_scenarios(path)]


def find_scenario(name: str) -> Scenario:
    """The call ``<city>/<file>`` of ``tests/calls``, of the city's folder or of a file that cities share."""
    own = CALLS / f"{name}.toml"
    path = own if own.exists() else CALLS / f"{name.rpartition('/')[2]}.toml"
    return next(scenario for scenario in read_scenarios(path) if scenario.name == name)


def scenario_settings(home: Path, scenario: Scenario, **given: object) -> Settings:
    """Settings of an instance on which a scenario's circumstances hold."""
    spare = shutil.disk_usage(home).total // 2**20 + 1
    if scenario.operator is Operator.NONE:
        given = {**given, "operator_phone": ""}
    return temporary_settings(home, free_space_mb=0 if scenario.room else spare, **given)


def throw_switches(settings: Settings, scenario: Scenario) -> None:
    """Throw the switches a scenario begins with, and no others."""
    lines = [f"{name} = true\n" for name in sorted(scenario.switches)]
    (settings.home / "switches.toml").write_text("".join(lines), encoding="utf-8")


def prepare(settings: Settings, store: Store, scenario: Scenario) -> None:
    """Throw the switches and file the tickets a scenario begins with."""
    throw_switches(settings, scenario)
    with store.transaction() as session:
        for prepared in scenario.tickets:
            _file_ticket(session, prepared, scenario)


def _file_ticket(session: Session, prepared: Prepared, scenario: Scenario) -> None:
    report = Report(
        ulid=str(ULID()),
        version=1,
        channel=Channel.IMPORT,
        city=scenario.city,
        reported_at=scenario.at,
        code=prepared.code,
        contact_kind=ContactKind.OTHER,
        contact_number=f"+8490512{prepared.last4}",
    )
    ticket = session.get_one(Ticket, file_report(session, report, None, scenario.at).ticket_id)
    ticket.state, ticket.agency = prepared.state, prepared.agency
