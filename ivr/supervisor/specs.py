"""Which processes make one hotline, in starting order, and how each shows that it serves and lives on.

The console is not asked: its gunicorn ends what stands still in it. Nor a worker: it ends itself if its engine hangs.
"""

import sys
from collections.abc import Callable
from functools import partial

from ivr.asterisk import fully_booted, prepare
from ivr.process.ports import Port, answers, ports
from ivr.settings import Settings
from ivr.supervisor.child import Spec
from ivr.supervisor.frozen import Wire


def process_specs(settings: Settings, *, asterisk: bool) -> list[Spec]:
    """FastAGI server before Asterisk, so that the first call already finds it; the console's processes after both."""
    by_setting = {port.setting: port for port in ports(settings)}
    server, hub = by_setting["TONGDAI_AGI_PORT"], by_setting["TONGDAI_HUB_PORT"]
    http = by_setting["TONGDAI_ASTERISK_HTTP_PORT"]
    after = settings.frozen_after
    specs = [_process(settings, "agi", ready=_answering(server), wire=Wire(port=server, frozen_after=after))]
    if asterisk:
        # while it does anything at all it may carry calls, whatever has become of its HTTP port
        wire = Wire(port=http, frozen_after=after, rests=0.0, busy_may_be_silent=True)
        ready = partial(fully_booted, settings)
        specs.append(_spec(settings, "asterisk", lambda: prepare(settings), ready=ready, wire=wire))
    specs.append(_process(settings, "watch", ready=_answering(hub), wire=Wire(port=hub, frozen_after=after)))
    specs += [
        _process(settings, "worker", number=number, ready=lambda: True) for number in range(1, settings.workers + 1)
    ]
    specs.append(_process(settings, "console", ready=_answering(by_setting["TONGDAI_CONSOLE_PORT"])))
    return specs


def _process(
    settings: Settings, command: str, *, ready: Callable[[], bool], number: int = 0, wire: Wire | None = None
) -> Spec:
    name = f"{command}-{number}" if number else command
    return _spec(settings, name, lambda: [sys.executable, "-m", "ivr", command], ready=ready, wire=wire)


def _spec(
    settings: Settings,
    name: str,
    command: Callable[[], list[str]],
    *,
    ready: Callable[[], bool],
    wire: Wire | None = None,
) -> Spec:
    return Spec(
        name=name,
        command=command,
        ready=ready,
        log=settings.logs / f"{name}.log",
        pid_file=settings.run / f"{name}.pid",
        wire=wire,
    )


def _answering(port: Port) -> Callable[[], bool]:
    return lambda: answers(port)
