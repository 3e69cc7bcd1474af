"""Half hours: calls counted where their callers joined, operators' time where it was spent."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from ivr.callcentre.figures import Counts, ServiceLevel
from ivr.callcentre.intervals import HALF_HOUR, NO_QUEUE, Cell, count, count_call, half_hour, split
from ivr.callcentre.operators import OperatorState
from ivr.callcentre.segments import timeline_of
from ivr.callcentre.visits import visits_of
from ivr.callcentre.working_time import added, occupancy, times_of
from ivr.model.civil import ZONE
from ivr.testing.recorded_events import PHONES, START, moment, replayed

T = timedelta(seconds=1)
"""The threshold of these tests: the streams' waits are short."""
INBOUND = (
    "abandoned",
    "answered",
    "attended-transfer",
    "blind-transfer",
    "operator-browser-dies",
    "operator-reload-resume",
    "parallel-ring",
    "ring-no-answer",
    "timeout-overflow",
)


def counted(*names: str) -> dict[Cell, Counts]:
    """What the streams add up to, as calls of one half hour."""
    calls = []
    for name in names:
        for call in replayed(name).calls.values():
            timeline = timeline_of(call, phones=PHONES, now=moment(60))
            calls.append((timeline, visits_of(call, timeline)))
    return dict(count(calls, threshold=T))


def test_a_half_hour_of_recorded_calls() -> None:
    """Waits by hand in test_golden_streams: .983 .775 .899 .737 .583 answered, 3.695 abandoned, 4.003 overflowed."""
    dv = counted(*INBOUND)[Cell(START, "dv")]
    assert (dv.offered, dv.answered, dv.abandoned, dv.overflowed, dv.waiting) == (7, 5, 1, 1, 0)
    assert (dv.answered_in_time, dv.abandoned_in_time, dv.abandoned_at_once) == (5, 0, 1)
    assert dv.waited == timedelta(milliseconds=983 + 775 + 899 + 737 + 583)
    assert dv.asa == timedelta(microseconds=795_400)
    assert dv.longest_wait == timedelta(milliseconds=4003)
    assert dv.talk == timedelta(milliseconds=5659 + (2011 + 2 + 11139) + (3034 + 10478) + 36951 + (4750 + 13855))
    assert dv.hold == timedelta(milliseconds=5765)
    assert ServiceLevel.F4.of(dv) == pytest.approx(5 / 6)
    assert ServiceLevel.F5.of(dv) == 1.0
    assert dv.abandonment == pytest.approx(1 / 7)


def test_other_queues_are_other_cells_and_sums_are_sums() -> None:
    cells = counted(*INBOUND)
    assert set(cells) == {Cell(START, queue) for queue in ("", "all", "dv", "short")}
    short, everyone = cells[Cell(START, "short")], cells[Cell(START, "all")]
    assert (short.answered, short.answered_in_time) == (1, 0)
    assert (short + everyone).waited == timedelta(milliseconds=5612 + 1527)


def test_calls_that_we_made_are_none_of_a_queue() -> None:
    cells = counted("callback-placeholder", "click-to-call", "click-to-call-failed")
    assert set(cells) == {Cell(START, NO_QUEUE)}
    out = cells[Cell(START, NO_QUEUE)]
    assert (out.called_out, out.reached, out.offered, out.answered) == (3, 2, 0, 0)
    assert out.talk == timedelta(milliseconds=4128 + 6140)
    assert out.aht == (out.talk + out.hold) / 2


def test_a_cut_call_is_counted_as_cut_and_as_answered() -> None:
    cells = counted("asterisk-killed")
    assert cells[Cell(START, NO_QUEUE)].cut == 1
    assert cells[Cell(START, "dv")].answered == 1


def test_a_supervisor_who_listens_is_no_call_and_a_take_over_credits_both() -> None:
    cells = counted("supervisor-spy-takeover")
    assert cells[Cell(START, "dv")].talk == timedelta(milliseconds=26576 + 60_000 - 29818)
    assert cells[Cell(START, NO_QUEUE)] == Counts()


@pytest.mark.parametrize(
    ("clock", "began"), [((8, 0, 0), (8, 0)), ((8, 29, 59), (8, 0)), ((8, 30, 0), (8, 30)), ((0, 0, 1), (0, 0))]
)
def test_half_hours_are_those_of_vietnam(clock: tuple[int, int, int], began: tuple[int, int]) -> None:
    found = half_hour(datetime(2026, 11, 23, *clock, tzinfo=ZONE))
    assert found.astimezone(ZONE) == datetime(2026, 11, 23, *began, tzinfo=ZONE)
    assert found.tzinfo is UTC


@given(st.integers(0, 10**7), st.integers(0, 10**7))
@trying(max_examples=50)
def test_the_parts_of_a_stretch_add_up_to_it(start: int, length: int) -> None:
    began, ended = moment(start / 1000), moment((start + length) / 1000)
    parts = list(split(began, ended))
    assert sum((part for _, part in parts), timedelta(0)) == ended - began
    assert all(timedelta(0) < part <= HALF_HOUR for _, part in parts)
    assert [half for half, _ in parts] == sorted({half for half, _ in parts})


S = OperatorState
DAY = [
    (moment(0), S.READY),
    (moment(600), S.RINGING),
    (moment(610), S.TALKING),
    (moment(700), S.HOLD),
    (moment(730), S.TALKING),
    (moment(1750), S.WRAP_UP),
    (moment(1810), S.READY),  # the wrap-up crosses 08:30
    (moment(2000), S.PAUSED),
]


def test_occupancy_by_half_hours() -> None:
    """08:00: busy 90 + 30 + 1020 + 50 = 1190 s, ready 600 s. 08:30: busy 10 s, ready 190 s. The pause is in neither."""
    times = times_of(DAY, now=moment(3600))
    first, second = times[START], times[START + HALF_HOUR]
    assert occupancy(first) == pytest.approx(1190 / 1790)
    assert occupancy(second) == pytest.approx(10 / 200)
    assert second[S.PAUSED] == timedelta(seconds=1600)
    assert occupancy(added([first, second])) == pytest.approx(1200 / 1990)
    assert sum(added(times.values()).values(), timedelta(0)) == timedelta(hours=1)
    assert occupancy({}) is None


def test_operators_time_goes_to_the_visit_in_which_it_was_spent() -> None:
    (call,) = replayed("answered").calls.values()
    timeline = timeline_of(call, phones=PHONES, now=moment(60))
    sums = dict(count_call(timeline, visits_of(call, timeline), threshold=T))
    assert sums[Cell(START, "dv")].talk == timedelta(milliseconds=5659)
    assert sums[Cell(START, NO_QUEUE)] == Counts()
