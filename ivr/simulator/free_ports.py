"""Ports that are free now, for demonstrations and tests that start a hotline of their own."""

import errno
import socket
from collections.abc import Iterator
from functools import cache
from itertools import cycle

from ivr.process.ports import LOOPBACK, Port, why_not_free

STRETCHES = range(12000, 32500, 500)
"""Beginnings of stretches of ports, one for each process that asks for free ones. All lie below the kernel's own
ephemeral ports: there, any connection of any program might take a port between our look and our use of it."""
SINGLE = 100
"""Ports of a stretch that are given one by one; the others are given as ranges."""


def free_ports(count: int) -> list[int]:
    """Distinct port numbers free now, TCP or UDP, for demonstrations and tests.

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
