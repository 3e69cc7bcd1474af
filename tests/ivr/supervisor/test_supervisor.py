"""The supervisor on real small processes: up, restarted, parked, ended in reverse order and in time."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ivr.supervisor.child import PARK_DEATHS, Child, Spec, State
from ivr.supervisor.supervisor import Supervisor
from ivr.testing.asterisk import PATIENCE, wait_for

SLEEPER = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-S', '-c', {SLEEPER!r}]); time.sleep(60)"


def make_spec(folder: Path, name: str, code: str, ready: Callable[[], bool] = lambda: True) -> Spec:
    return Spec(
        name=name,
        command=lambda: [sys.executable, "-S", "-c", code],
        ready=ready,
        log=folder / f"{name}.log",
        pid_file=folder / f"{name}.pid",
    )


def wait(condition: Callable[[], object]) -> None:
    wait_for(condition, "it never came")


class Clock:
    """A supervisor's clock that goes only while it sleeps, twenty times as fast as ours."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        time.sleep(seconds / 20)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(tmp_path: Path, said: list[str]) -> Iterator[Callable[..., Supervisor]]:
    made: list[Supervisor] = []

    def supervisor(*specs: Spec, clock: Clock | None = None) -> Supervisor:
        given = {} if clock is None else {"now": clock.now, "sleep": clock.sleep}
        made.append(Supervisor(specs, status=tmp_path / "status.json", say=said.append, **given))
        return made[-1]

    yield supervisor
    for each in made:
        each.stop(hurry=lambda: True)


def test_starts_all_writes_pids_and_says_who_serves(tmp_path: Path, make: Callable[..., Supervisor]) -> None:
    late = tmp_path / "late"
    supervisor = make(make_spec(tmp_path, "a", SLEEPER), make_spec(tmp_path, "b", SLEEPER, ready=late.exists))
    supervisor.start()
    assert not supervisor.wait_ready(0.5, lambda: False)
    states = {row["name"]: row["state"] for row in json.loads((tmp_path / "status.json").read_text())}
    assert states == {"a": "ready", "b": "starting"}
    late.touch()
    assert supervisor.wait_ready(PATIENCE, lambda: False)
    pids = [int((tmp_path / f"{name}.pid").read_text()) for name in "ab"]
    assert all(os.getsid(pid) == pid for pid in pids), "each child leads its own session"


def test_a_death_is_restarted_after_a_pause(
    tmp_path: Path, make: Callable[..., Supervisor], clock: Clock, said: list[str]
) -> None:
    supervisor = make(make_spec(tmp_path, "a", SLEEPER), clock=clock)
    supervisor.start()
    assert supervisor.wait_ready(PATIENCE, lambda: False)
    first = int((tmp_path / "a.pid").read_text())
    os.kill(first, signal.SIGKILL)
    child = supervisor.children[0]
    wait(lambda: supervisor.tick() or child.state is State.WAITING)
    clock.seconds += 0.4
    supervisor.tick()
    assert child.state is State.WAITING
    clock.seconds += 0.2
    wait(lambda: supervisor.tick() or child.state is State.READY)
    assert int((tmp_path / "a.pid").read_text()) != first
    assert any("SIGKILL" in line and "a.log" in line for line in said)
    assert any("a đã chạy lại" in line for line in said)


def test_five_deaths_in_a_minute_park_it_and_name_the_log(tmp_path: Path, said: list[str]) -> None:
    clock = [0.0]
    spec = make_spec(tmp_path, "a", "raise SystemExit(3)", ready=lambda: False)
    supervisor = Supervisor([spec], status=tmp_path / "s", say=said.append, now=lambda: clock[0], sleep=time.sleep)
    supervisor.start()
    child = supervisor.children[0]
    pauses: list[float] = []
    for _ in range(PARK_DEATHS):
        wait(lambda: supervisor.tick() or child.state is not State.STARTING)
        if child.state is State.WAITING:
            pauses.append(child.pause_left(clock[0]))
            clock[0] += pauses[-1]
            supervisor.tick()
    assert pauses == [0.5, 1.0, 2.0, 4.0]
    assert child.state is State.PARKED
    assert sum("exit 3" in line for line in said) == 4
    assert "a.log" in said[-1]
    assert "năm lần" in said[-1]
    clock[0] += 3600
    supervisor.tick()
    assert child.state is State.PARKED


def test_pauses_grow_to_thirty_seconds_and_shrink_after_a_quiet_minute(tmp_path: Path) -> None:
    child = Child(spec=make_spec(tmp_path, "a", SLEEPER))
    now = 0.0
    pauses = []
    try:
        for _ in range(8):
            child.start(now)
            assert child.process is not None
            child.process.kill()
            child.process.wait()
            now += 20  # slow deaths: four in a minute, never five
            child.tick(now)
            pauses.append(child.pause_left(now))
            now += pauses[-1]
        assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]
        child.start(now)
        child.tick(now + 1)
        child.tick(now + 62)
        assert child.pause == 0.5
    finally:
        child.kill()


def test_a_program_that_is_gone_is_a_death_like_any_other(tmp_path: Path, said: list[str]) -> None:
    def command() -> list[str]:
        return ["/nowhere/asterisk"]

    spec = Spec(name="a", command=command, ready=lambda: True, log=tmp_path / "a.log", pid_file=tmp_path / "a.pid")
    supervisor = Supervisor([spec], status=tmp_path / "s", say=said.append)
    supervisor.start()
    assert supervisor.children[0].state is State.WAITING
    assert "/nowhere/asterisk" in supervisor.children[0].how_it_died


def test_stops_in_reverse_order(tmp_path: Path, make: Callable[..., Supervisor]) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, time, sys\n"
        f"def end(*_):\n  open({str(order)!r}, 'a').write(sys.argv[1]); raise SystemExit\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(60)"
    )

    def spec(name: str) -> Spec:
        log = tmp_path / f"{name}.log"
        return Spec(
            name=name,
            command=lambda: [sys.executable, "-S", "-c", code, name],
            ready=lambda: log.exists() and b"up" in log.read_bytes(),
            log=log,
            pid_file=tmp_path / f"{name}.pid",
        )

    supervisor = make(spec("a"), spec("b"), spec("c"))
    supervisor.start()
    assert supervisor.wait_ready(PATIENCE, lambda: False)
    supervisor.stop()
    assert order.read_text() == "cba"
    assert not list(tmp_path.glob("*.pid"))


def test_who_ignores_sigterm_is_killed_after_four_seconds_in_all(
    tmp_path: Path, make: Callable[..., Supervisor], clock: Clock
) -> None:
    specs = [
        make_spec(tmp_path, name, STUBBORN, ready=lambda name=name: b"up" in (tmp_path / f"{name}.log").read_bytes())
        for name in "abc"
    ]
    supervisor = make(*specs, clock=clock)
    supervisor.start()
    wait(lambda: supervisor.tick() or all(child.state is State.READY for child in supervisor.children))
    clock.seconds = 0
    supervisor.stop()
    assert 3.9 <= clock.seconds < 4.2


def test_what_a_child_started_ends_with_it(tmp_path: Path, make: Callable[..., Supervisor]) -> None:
    supervisor = make(make_spec(tmp_path, "a", PARENT))
    supervisor.start()
    process = psutil.Process(int((tmp_path / "a.pid").read_text()))
    wait(lambda: len(process.children()) == 1)
    grandchild = process.children()[0]
    supervisor.stop()
    wait(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from ivr.process.spawn import spawn\n"
        f"child = spawn([sys.executable, '-S', '-c', {SLEEPER!r}], log=Path({str(tmp_path / 'log')!r}))\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    log = tmp_path / "parent.log"
    with log.open("wb") as out:
        parent = psutil.Popen([sys.executable, "-c", code], stdout=out)
    try:
        wait(lambda: log.read_text().endswith("\n"))
        child = psutil.Process(int(log.read_text()))
    finally:
        parent.kill()
        parent.wait()
    wait(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_a_long_log_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[..., Supervisor]
) -> None:
    monkeypatch.setattr("ivr.process.log_files.LOG_LIMIT", 1000)
    code = "import time; print('x' * 2000, flush=True); time.sleep(0.5); print('more', flush=True); time.sleep(60)"
    supervisor = make(make_spec(tmp_path, "a", code))
    supervisor.start()
    wait(lambda: supervisor.tick() or (tmp_path / "a.log.1").exists())
    wait(lambda: (tmp_path / "a.log").read_text() == "more\n")
    assert len((tmp_path / "a.log.1").read_text()) == 2001
