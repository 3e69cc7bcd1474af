"""How many operators a load needs: Erlang C, the M/M/n queue with endless patience.

With load A = calls per second × handling time (Erlang) and n operators, n > A:

* B(0) = 1, B(k) = A·B(k−1)/(k + A·B(k−1)): the loss formula by its recursion. No factorial and no power, so every step
  lies between 0 and 1 and nothing overflows, whatever the load (tested up to 1,000 Erlang).
* probability of waiting: C = n·B/(n − A·(1 − B))
* service level: 1 − C·e^(−(n − A)·T/handling time)
* average speed of answer: C·handling time/(n − A)
* occupancy: A/n

Source: A. K. Erlang, Elektroteknikeren 13 (1917); R. B. Cooper, Introduction to Queueing Theory (1981), chapter 3. The
model lets no caller give up and no line be full: it plans a little too many people, and at n ≤ A everybody waits for
ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, exp, inf, isfinite

MOST_OPERATORS = 20_000
"""Looked at before a target is called out of reach."""


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """What a number of operators gives at a load."""

    operators: int
    load: float
    """Erlang."""
    waiting_probability: float
    service_level: float
    asa: timedelta | None
    """None where callers wait for ever."""

    @property
    def occupancy(self) -> float:
        """Share of the operators' time that calls take; at most 1."""
        if not self.operators:
            return 0.0 if not self.load else 1.0
        return min(self.load / self.operators, 1.0)


def erlangs(calls: float, interval: timedelta, handling: timedelta) -> float:
    """The load of so many calls in an interval."""
    return calls * (handling / interval)


def staffing(load: float, operators: int, *, handling: timedelta, threshold: timedelta) -> Staffing:
    """What so many operators give. A load below nought or without end is refused (ValueError)."""
    _check(load, handling, threshold)
    for loss in _losses(load):
        if loss.operators == operators:
            return _staffing(loss, load, handling, threshold)
    raise ValueError(f"{operators} operators")


def operators_needed(
    load: float,
    *,
    handling: timedelta,
    threshold: timedelta,
    service_level: float,
    most_occupancy: float = 1.0,
) -> Staffing:
    """The fewest operators that reach the service level and are not busier than ``most_occupancy``.

    ValueError where no number does: a service level of 1 or more, an occupancy of 0.
    """
    _check(load, handling, threshold)
    if not 0 <= service_level < 1 or not 0 < most_occupancy <= 1:
        raise ValueError(f"service level {service_level}, occupancy {most_occupancy}")
    for loss in _losses(load):
        if loss.operators < load:
            continue
        found = _staffing(loss, load, handling, threshold)
        if found.service_level >= service_level and found.occupancy <= most_occupancy:
            return found
    raise ValueError(f"more than {MOST_OPERATORS} operators for {load} Erlang")


def on_the_list(operators: int, absent: float) -> int:
    """People on the duty list for ``operators`` at work, while a share ``absent`` is on leave, ill or in class."""
    if not 0 <= absent < 1:
        raise ValueError(f"absent {absent}")
    return ceil(round(operators / (1 - absent), 9))


@dataclass(frozen=True)
class _Loss:
    operators: int
    blocked: float
    """B: the share that finds all busy if none may wait."""


def _losses(load: float) -> Iterator[_Loss]:
    blocked = 1.0
    yield _Loss(0, blocked)
    for operators in range(1, MOST_OPERATORS + 1):
        carried = load * blocked
        blocked = carried / (operators + carried)
        yield _Loss(operators, blocked)


def _staffing(loss: _Loss, load: float, handling: timedelta, threshold: timedelta) -> Staffing:
    spare = loss.operators - load
    if load == 0:
        waits, level, asa = 0.0, 1.0, 0.0
    elif spare <= 0:
        waits, level, asa = 1.0, 0.0, inf
    else:
        waits = loss.operators * loss.blocked / (loss.operators - load * (1 - loss.blocked))
        level = 1 - waits * exp(-spare * (threshold / handling))
        asa = waits / spare
    return Staffing(
        operators=loss.operators,
        load=load,
        waiting_probability=waits,
        service_level=level,
        asa=handling * asa if isfinite(asa) else None,
    )


def _check(load: float, handling: timedelta, threshold: timedelta) -> None:
    if not (0 <= load < inf) or handling <= timedelta(0) or threshold < timedelta(0):
        raise ValueError(f"load {load}, handling {handling}, threshold {threshold}")
