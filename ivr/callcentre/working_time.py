"""What operators did with their time, by half hour, and how busy they were."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from ivr.callcentre.figures import ratio
from ivr.callcentre.intervals import split
from ivr.callcentre.operators import OperatorState

Times = Mapping[OperatorState, timedelta]
"""Time in each state; a state that did not occur is left out."""

_BUSY = (OperatorState.TALKING, OperatorState.HOLD, OperatorState.WRAP_UP)


def times_of(moves: Iterable[tuple[datetime, OperatorState]], *, now: datetime) -> Mapping[datetime, Times]:
    """Time in each state in each half hour, of one operator.

    :param moves: the moment and the new state of every move, in order; the last goes on until ``now``.
    """
    known = list(moves)
    sums: dict[datetime, dict[OperatorState, timedelta]] = {}
    for index, (began, state) in enumerate(known):
        ended = known[index + 1][0] if index + 1 < len(known) else now
        for half, part in split(began, ended):
            times = sums.setdefault(half, {})
            times[state] = times.get(state, timedelta(0)) + part
    return sums


def added(many: Iterable[Times]) -> Times:
    """The sum over operators or half hours."""
    sums: dict[OperatorState, timedelta] = {}
    for times in many:
        for state, part in times.items():
            sums[state] = sums.get(state, timedelta(0)) + part
    return sums


def occupancy(times: Times) -> float | None:
    """(talk + hold + wrap-up) / (talk + hold + wrap-up + idle ready); None without any of it.

    Pauses and rings are in neither.
    """
    busy = sum((times.get(state, timedelta(0)) for state in _BUSY), timedelta(0))
    idle = times.get(OperatorState.READY, timedelta(0))
    return ratio(busy / timedelta(seconds=1), (busy + idle) / timedelta(seconds=1))
