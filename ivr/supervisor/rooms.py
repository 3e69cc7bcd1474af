"""Which processes make one hotline, in starting order, and how each shows that it serves."""

import sys
from collections.abc import Callable

from ivr.asterisk import fully_booted, prepare
from ivr.ports import Port, answers, ports
from ivr.settings import Settings
from ivr.supervisor.child import Spec


def rooms(settings: Settings, *, asterisk: bool) -> list[Spec]:
    """FastAGI server before Asterisk, so that the first call already finds it; the desk's rooms after both."""
    by_setting = {port.setting: port for port in ports(settings)}
    specs = [_room(settings, "agi", ready=_answering(by_setting["TONGDAI_AGI_PORT"]))]
    if asterisk:
        specs.append(
            _spec(settings, "asterisk", lambda: prepare(settings), ready=lambda: fully_booted(settings)),
        )
    specs.append(_room(settings, "watch", ready=_answering(by_setting["TONGDAI_HUB_PORT"])))
    specs += [_room(settings, "worker", number=number, ready=lambda: True) for number in range(1, settings.workers + 1)]
    specs.append(_room(settings, "console", ready=_answering(by_setting["TONGDAI_CONSOLE_PORT"])))
    return specs


def _room(settings: Settings, command: str, *, ready: Callable[[], bool], number: int = 0) -> Spec:
    name = f"{command}-{number}" if number else command
    return _spec(settings, name, lambda: [sys.executable, "-m", "ivr", command], ready=ready)


def _spec(settings: Settings, name: str, command: Callable[[], list[str]], *, ready: Callable[[], bool]) -> Spec:
    return Spec(
        name=name,
        command=command,
        ready=ready,
        log=settings.logs / f"{name}.log",
        pid_file=settings.run / f"{name}.pid",
    )


def _answering(port: Port) -> Callable[[], bool]:
    return lambda: answers(port)
