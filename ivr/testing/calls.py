"""Many real calls at once for tests: instances on a real Asterisk, prompts cut short, circumstances that hold for all.

Imported by tests alone.
"""

import os
import re
import shutil
import subprocess
import sys
import wave
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from ivr.asterisk import cli, render
from ivr.asterisk.control import AsteriskSilent
from ivr.asterisk.queues import find_queues
from ivr.settings import Settings, load_settings
from ivr.simulator import Operator, Scenario
from ivr.simulator.play import Played
from ivr.testing import NO_DATABASE
from ivr.testing.asterisk import PATIENCE, RunningAsterisk, add_dialplan, wait_for
from ivr.testing.late import check_punctual
from ivr.testing.player import Order, play_elsewhere

TALKER = "Local/answer@tongdai-test"
"""A person who takes every call and hangs up after a second."""
ENGAGED = "Local/busy@tongdai-test"
"""A person who talks to somebody else."""
_DIALPLAN = """[tongdai-test]
exten => answer,1,Answer()
 same => n,Wait(1)
 same => n,Hangup()
exten => busy,1,Busy(1)
exten => _wait-.,1,Answer()
 same => n,Queue(${EXTEN:5})
"""
_PERSONS = {Operator.ANSWERS: TALKER, Operator.AWAY: ENGAGED, Operator.FULL: ENGAGED}


@dataclass(frozen=True, kw_only=True, order=True)
class Circumstances:
    """What must hold of the whole instance while a call is made."""

    at: datetime
    switches: tuple[str, ...]
    operator: Operator
    room: bool
    database: bool

    @classmethod
    def of(cls, scenario: Scenario) -> "Circumstances":
        """Those of one scenario."""
        return cls(
            at=scenario.at,
            switches=tuple(sorted(scenario.switches)),
            operator=scenario.operator,
            room=scenario.room,
            database=scenario.database,
        )

    def __str__(self) -> str:
        parts = [f"{self.at:%m-%d-%H%M}", *self.switches, self.operator.value]
        return "-".join(parts + ["no-room"] * (not self.room) + ["no-database"] * (not self.database))


def add_talker(settings: Settings) -> None:
    """Put the person who takes calls into the dialplan; before Asterisk starts."""
    add_dialplan(settings, _DIALPLAN)


INSTRUCTION = 2.0
"""Seconds left of a prompt that says what to do at the beep; their ids begin with ``noi``. A refusal counts half a
second after it began; a key that comes then must still be before the beep, else its press ends the take."""


def cut_short(settings: Settings, seconds: float, *, apart: Mapping[str, float] = MappingProxyType({})) -> None:
    """Leave only the beginning of every built prompt: a call then takes seconds instead of minutes.

    ``apart``: prompts of which more is left, as it is of every :data:`INSTRUCTION`.
    """
    for path in settings.sounds.rglob("*.wav"):
        with wave.open(str(path), "rb") as whole:
            kind = whole.getparams()
            left = apart.get(path.stem, INSTRUCTION if path.stem.startswith("noi") else seconds)
            start = whole.readframes(round(left * whole.getframerate()))
        path.unlink()  # built sounds may be shared with a cache by hard links
        with wave.open(str(path), "wb") as short:
            short.setparams(kind)
            short.writeframes(start)


@contextmanager
def hotline(
    settings: Settings, circumstances: Circumstances, *, person: str = ""
) -> Iterator["subprocess.Popen[bytes]"]:
    """The FastAGI server as a process, under the circumstances of a group; a test may kill it.

    ``person``: whom callers are led to, in place of the circumstances' own.
    """
    given: dict[str, object] = {
        **{name: getattr(settings, name) for name in sorted(settings.model_fields_set)},
        "free_space_mb": 0 if circumstances.room else 2**40,
        "database_url": "" if circumstances.database else NO_DATABASE,
    }
    if circumstances.operator is Operator.NONE:
        given |= {"operator_phone": ""}
    if circumstances.operator is Operator.ANSWERS:
        given |= {"operator_wait": 30}  # a queue looks once a second whose turn it is, a busy machine less often
    if person := person or _PERSONS.get(circumstances.operator, ""):
        given |= {
            "operator_phone": person,
            "config": _config_with(settings, person, full=circumstances.operator is Operator.FULL),
        }
    rung = load_settings(**given)
    tell_queues(rung)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TONGDAI_")}
    environment = ours | {f"TONGDAI_{name.upper()}": str(value) for name, value in given.items() if value is not None}
    words = [sys.executable, "-m", "ivr", "agi", "--at", circumstances.at.isoformat()]
    log = settings.home / f"agi-{circumstances}.log"
    with (
        _lines_filled(rung) if circumstances.operator is Operator.FULL else nullcontext(),
        log.open("wb") as output,
        subprocess.Popen(words, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            wait_for(lambda: "agi.ready" in log.read_text() or process.poll() is not None, "the server is not ready")
            assert process.poll() is None, log.read_text()
            yield process
        finally:
            end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """SIGTERM; SIGKILL for who has not gone long after that, so that nothing outlives its test."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def play_all(scenarios: Sequence[Scenario], asterisk: RunningAsterisk, *, again: bool = True) -> dict[str, Played]:
    """All calls at once, from a process of their own; what became of each, by name.

    A call whose caller was late is made again under another name (:func:`ivr.simulator.play.play_punctually`), beside
    what the void one left. Where a test counts all that is there, ``again=False``: it then fails by
    :class:`ivr.testing.late.CallerWasLate`, and is itself run again.
    """
    played = play_elsewhere(Order(scenarios=scenarios, settings=asterisk.settings, again=again))
    if not again:
        for call in played.values():
            check_punctual(call.late)
    return played


def tell_queues(settings: Settings) -> None:
    """Have a running Asterisk ring these persons from now on; one that does not run reads it when it starts."""
    render(settings)
    with suppress(AsteriskSilent):
        cli(settings, "queue reload all")


@contextmanager
def _lines_filled(settings: Settings) -> Iterator[None]:
    """Somebody else waits in every queue, and one is as many as may."""
    queues = [queue.name for queue in find_queues(settings)]
    for queue in queues:
        cli(settings, f"channel originate Local/wait-{queue}@tongdai-test application Wait 3600")
    try:
        wait_for(lambda: all("Callers:" in cli(settings, f"queue show {queue}") for queue in queues), "no line is full")
        yield
    finally:
        cli(settings, "channel request hangup all")


def _config_with(settings: Settings, person: str, *, full: bool) -> Path:
    """The cities with the same person at every line of theirs; ``full``: one waiting caller fills a line."""
    config = settings.home / f"config-{re.sub(r'[^a-z]', '', person)}{'-full' * full}"
    if not config.exists():
        shutil.copytree(settings.config, config)
        for path in config.glob("cities/*/city.toml"):
            text = re.sub(r"PJSIP/\d+", person, path.read_text(encoding="utf-8"))
            text = re.sub(r"most_waiting = \d+", "most_waiting = 1", text) if full else text
            path.write_text(text, encoding="utf-8")
    return config
