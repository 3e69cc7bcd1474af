"""Frozen, busy, held up: who is ended because it answers nothing any more, and who is not."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.asterisk.fastagi import FastAgiServer
from ivr.process.liveness import lives
from ivr.process.ports import LOOPBACK, Port
from ivr.simulator.free_ports import free_ports
from ivr.supervisor import frozen
from ivr.supervisor.child import Spec, State
from ivr.supervisor.frozen import LONGEST_STEP, PATIENCE, Pulse, Wire
from ivr.supervisor.supervisor import Supervisor
from ivr.testing.asterisk import PATIENCE as PATIENCE_OF_TESTS
from ivr.testing.asterisk import wait_for

LIMIT = 15.0
STEP = 0.1
SERVER = "import sys; from ivr.asterisk.fastagi import FastAgiServer; FastAgiServer({}, port=int(sys.argv[1])).serve()"


def at(port: int) -> Port:
    return Port(setting="TONGDAI_AGI_PORT", address=LOOPBACK, number=port)


@pytest.fixture
def silent() -> Iterator[Port]:
    """A port on which the kernel accepts connections that no process ever reads."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        yield at(listener.getsockname()[1])


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[float], float]], None]:
    """Sets what the child's processor time and state shall look like; its clock counts looks."""

    def pretend(state: str, seconds: Callable[[float], float]) -> None:
        looks = [0.0]

        def read(_pid: int) -> tuple[str, float]:
            looks[0] += STEP
            return state, seconds(looks[0])

        monkeypatch.setattr(frozen, "_read", read)

    return pretend


def frozen_after(pulse: Pulse, *, step: float = STEP, most: float = 200.0) -> float | None:
    """Seconds of looking every ``step`` until it is called frozen; None when it never is."""
    now = 0.0
    pulse.rest(now)
    while now < most:
        now += step
        if pulse.is_frozen(1, now):
            pulse.rest(now)
            return now
    pulse.rest(now)
    return None


def test_who_does_nothing_is_frozen_at_the_limit(silent: Port, used: Callable[..., None]) -> None:
    used("S", lambda looked: 0.004 * looked)  # other threads of it wake up now and then
    seconds = frozen_after(Pulse(Wire(port=silent, frozen_after=LIMIT)))
    assert seconds == pytest.approx(LIMIT * 4 / 3, abs=0.5)


def test_who_works_meanwhile_has_four_times_as_long(silent: Port, used: Callable[..., None]) -> None:
    used("S", lambda looked: 0.125 * looked)  # an eighth of a core: what one of sixteen gets on two
    seconds = frozen_after(Pulse(Wire(port=silent, frozen_after=LIMIT)))
    assert seconds == pytest.approx(LIMIT * (PATIENCE + 1 / 3), abs=0.5)


@pytest.mark.parametrize("state", "RDt")
def test_who_waits_for_the_machine_has_four_times_as_long(silent: Port, used: Callable[..., None], state: str) -> None:
    used(state, lambda _: 0.0)
    seconds = frozen_after(Pulse(Wire(port=silent, frozen_after=LIMIT)))
    assert seconds == pytest.approx(LIMIT * (PATIENCE + 1 / 3), abs=0.5)


def test_who_carries_calls_is_never_ended(silent: Port, used: Callable[..., None]) -> None:
    wire = Wire(port=silent, frozen_after=LIMIT, rests=0.0, busy_may_be_silent=True)
    used("S", lambda looked: 0.01 * int(looked * 0.15))  # one call in Asterisk, as the kernel gives it: in hundredths
    assert frozen_after(Pulse(wire), most=LIMIT * 6) is None


def test_the_supervisors_own_stalls_do_not_count(silent: Port, used: Callable[..., None]) -> None:
    used("S", lambda _: 0.0)
    pulse = Pulse(Wire(port=silent, frozen_after=LIMIT))
    held_up = 20.0  # seconds from one look to the next
    seconds = frozen_after(pulse, step=held_up, most=LIMIT / LONGEST_STEP * held_up)
    assert seconds is None


def test_who_answers_is_never_frozen() -> None:
    server = FastAgiServer({}, port=0)
    thread = threading.Thread(target=server.serve)
    thread.start()
    pulse = Pulse(Wire(port=at(server.port), frozen_after=1.0))
    until = time.monotonic() + 3.0
    try:
        pulse.rest(time.monotonic())
        while time.monotonic() < until:
            assert not pulse.is_frozen(os.getpid(), time.monotonic())
            time.sleep(0.01)
        assert lives(at(server.port), PATIENCE_OF_TESTS)
        assert server.calls == 0, "that a server lives costs no call's thread"
    finally:
        pulse.rest(0)
        server.stop()
        thread.join()


def test_nobody_lives_on_a_port_nobody_reads_or_has(silent: Port) -> None:
    assert not lives(silent, 0.2)
    assert not lives(at(free_ports(1)[0]), 0.2)


def test_a_server_that_stands_still_is_started_afresh(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    said: list[str] = []
    spec = Spec(
        name="agi",
        command=lambda: [sys.executable, "-c", SERVER, str(port)],
        ready=lambda: lives(at(port), 1),
        log=tmp_path / "agi.log",
        pid_file=tmp_path / "agi.pid",
        wire=Wire(port=at(port), frozen_after=3.0),
    )
    supervisor = Supervisor([spec], status=tmp_path / "status", say=said.append)
    child = supervisor.children[0]
    supervisor.start()
    try:
        assert supervisor.wait_ready(PATIENCE_OF_TESTS, lambda: False)
        assert child.process is not None
        first = child.process.pid
        os.kill(first, signal.SIGSTOP)

        def serves_again() -> bool:
            supervisor.tick()
            return child.process is not None and child.process.pid != first and child.state is State.READY

        wait_for(serves_again, "it stayed frozen")
    finally:
        supervisor.stop(lambda: True)
    assert len(child.deaths) == 1
    assert any("đứng" in line and "agi.log" in line for line in said)


def test_who_has_not_come_up_yet_is_not_asked(tmp_path: Path, silent: Port) -> None:
    spec = Spec(
        name="slow",
        command=lambda: [sys.executable, "-S", "-c", "import time; time.sleep(60)"],
        ready=lambda: False,
        log=tmp_path / "slow.log",
        pid_file=tmp_path / "slow.pid",
        wire=Wire(port=silent, frozen_after=1.0),
    )
    supervisor = Supervisor([spec], status=tmp_path / "status", say=lambda _: None, now=iter(range(10**6)).__next__)
    supervisor.start()
    try:
        for _ in range(200):
            supervisor.tick()
        assert supervisor.children[0].state is State.STARTING
    finally:
        supervisor.stop(lambda: True)
