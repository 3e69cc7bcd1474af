"""What a clock that is set leaves alone: the order of ids and the length of a call."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from ulid import ULID

from ivr.engine.clock import steady
from ivr.engine.ids import LONGEST_STEP, Ids

NOW = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_ids_keep_their_order_over_steps_of_the_clock() -> None:
    ids = Ids()
    moments = [NOW, NOW, NOW + HOUR, NOW, NOW - HOUR, NOW + 2 * HOUR]
    given = [ids.new(moment) for moment in moments]
    assert given == sorted(set(given))
    assert ULID.from_str(given[0]).datetime == NOW
    assert ULID.from_str(given[-1]).datetime == NOW + 2 * HOUR


def test_ids_follow_a_clock_that_had_been_far_ahead() -> None:
    ids = Ids()
    ids.new(NOW + LONGEST_STEP + HOUR)
    assert ULID.from_str(ids.new(NOW)).datetime == NOW


def test_threads_take_different_ids() -> None:
    ids = Ids()
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(ids.new, [NOW] * 2000))
    assert len(set(given)) == 2000


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_a_call_is_as_long_as_it_was(step: timedelta) -> None:
    wall, seconds = [NOW], [100.0]
    clock = steady(lambda: wall[0], lambda: seconds[0])
    wall[0] += step
    seconds[0] += 30
    assert clock() == NOW + timedelta(seconds=30)
