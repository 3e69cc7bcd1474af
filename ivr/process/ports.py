"""The ports of one instance: which room listens where, and whether each is free or answers."""

import errno
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle

from ivr.settings import Settings

LOOPBACK = "127.0.0.1"
STRETCHES = range(12000, 32500, 500)
"""Beginnings of stretches of ports, one for each process that asks for free ones. All lie below the kernel's own
ephemeral ports: there, any connection of any program might take a port between our look and our use of it."""
SINGLE = 100
"""Ports of a stretch that are given one by one; the others are given as ranges."""


@dataclass(frozen=True, kw_only=True)
class Port:
    """One listening address and the setting that moves it."""

    setting: str
    address: str
    number: int
    udp: bool = False
    of_asterisk: bool = False

    def __str__(self) -> str:
        return f"{self.address}:{self.number}/{'udp' if self.udp else 'tcp'}"

    @property
    def reached_at(self) -> str:
        """The address under which this machine reaches it."""
        return LOOPBACK if self.address in ("0.0.0.0", "::") else self.address  # noqa: S104  # asked, not bound


def ports(settings: Settings) -> list[Port]:
    """All of them: only SIP, the console and the hub follow ``settings.bind``, the others stay on loopback."""
    return [
        Port(setting="TONGDAI_CONSOLE_PORT", address=settings.bind, number=settings.console_port),
        Port(setting="TONGDAI_HUB_PORT", address=settings.bind, number=settings.hub_port),
        Port(setting="TONGDAI_AGI_PORT", address=LOOPBACK, number=settings.agi_port),
        Port(setting="TONGDAI_AMI_PORT", address=LOOPBACK, number=settings.ami_port, of_asterisk=True),
        Port(
            setting="TONGDAI_ASTERISK_HTTP_PORT",
            address=LOOPBACK,
            number=settings.asterisk_http_port,
            of_asterisk=True,
        ),
        Port(setting="TONGDAI_SIP_PORT", address=settings.bind, number=settings.sip_port, udp=True, of_asterisk=True),
    ]


def why_not_free(port: Port) -> str:
    """``""`` when we could listen there now, else the system's reason."""
    family = socket.AF_INET6 if ":" in port.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM if port.udp else socket.SOCK_STREAM) as probe:
        if not port.udp:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.address, port.number))
        except OSError as error:
            return errno.errorcode.get(error.errno or 0, str(error))
    return ""


def answers(port: Port) -> bool:
    """Whether somebody accepts connections there; a UDP port counts as answering when it is taken."""
    if port.udp:
        return bool(why_not_free(port))
    try:
        with socket.create_connection((port.reached_at, port.number), timeout=0.5):
            return True
    except OSError:
        return False


def free_ports(count: int) -> list[int]:
    """Distinct numbers nobody listens on now, TCP or UDP, for demonstrations and tests.

    No other process that asks here is given them as long as this one lives. Raises OSError if there are none.
    """
    found = (number for number in (next(_numbers()) for _ in range(SINGLE)) if _is_free(number, number + 1))
    numbers = [number for number, _ in zip(found, range(count), strict=False)]
    if len(numbers) < count:
        raise OSError(errno.EADDRINUSE, "no free ports")
    return numbers


def free_range(count: int) -> range:
    """So many ports in a row, at most 400, that are free for UDP now; else as :func:`free_ports`."""
    stretch = _own_stretch()
    starts = range(stretch.start + SINGLE, stretch.stop - count + 1, count)
    for _ in starts:
        start = next(_starts(starts))
        if _is_free(start, start + count):
            return range(start, start + count)
    raise OSError(errno.EADDRINUSE, "no free range of ports")


def _is_free(start: int, stop: int) -> bool:
    return not any(
        why_not_free(Port(setting="", address=LOOPBACK, number=number, udp=udp))
        for number in range(start, stop)
        for udp in (False, True)
    )


@cache
def _own_stretch() -> range:
    """This process's own: whoever holds the socket of its name, which the kernel closes when the process is gone."""
    for start in STRETCHES:
        held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            held.bind(f"\0tongdai-ports-{start}")
        except OSError:
            held.close()
            continue
        held.detach()  # open until the end
        return range(start, start + STRETCHES.step)
    raise OSError(errno.EADDRINUSE, "no free stretch of ports")


@cache
def _numbers() -> Iterator[int]:
    """One after another, round and round: a number just given is not given again before all others were."""
    stretch = _own_stretch()
    return cycle(range(stretch.start, stretch.start + SINGLE))


@cache
def _starts(starts: range) -> Iterator[int]:
    return cycle(starts)
