"""The formulas of DOMAIN §8 with its worked example, and how sums are added."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from ivr.callcentre.figures import DEFAULT_LEVEL, Counts, ServiceLevel

EXAMPLE = Counts(
    offered=1060,
    answered=1000,
    abandoned=60,
    answered_in_time=860,
    abandoned_in_time=20,
    abandoned_at_once=10,
)
"""DOMAIN §8: T = 20 s; of the 60 abandoned 20 left within T and 40 after it."""


@pytest.mark.parametrize(
    ("level", "percent"),
    [
        (ServiceLevel.F1, 83.0),
        (ServiceLevel.F2, 86.0),
        (ServiceLevel.F3, 81.1),
        (ServiceLevel.F4, 82.7),
        (ServiceLevel.F5, 82.1),
    ],
)
def test_the_worked_example(level: ServiceLevel, percent: float) -> None:
    share = level.of(EXAMPLE)
    assert share is not None
    assert round(share * 100, 1) == percent


def test_f4_is_the_default_and_each_formula_can_be_printed() -> None:
    assert DEFAULT_LEVEL is ServiceLevel.F4
    assert DEFAULT_LEVEL.formula == "ans≤T/(ans + abn>T)"
    assert len({level.formula for level in ServiceLevel}) == 5


def test_ratios_of_the_example() -> None:
    counts = EXAMPLE + Counts(
        waited=timedelta(seconds=12_000),
        talk=timedelta(seconds=180_000),
        hold=timedelta(seconds=20_000),
        wrap_up=timedelta(seconds=22_000),
    )
    assert counts.asa == timedelta(seconds=12)
    assert counts.aht == timedelta(seconds=222)
    assert counts.abandonment == pytest.approx(60 / 1060)


@pytest.mark.parametrize("level", ServiceLevel)
def test_of_nothing_there_is_no_figure(level: ServiceLevel) -> None:
    assert level.of(Counts()) is None
    assert (Counts().asa, Counts().aht, Counts().abandonment) == (None, None, None)


def test_all_left_in_time_is_no_level_under_f4() -> None:
    """Nothing stands below the line: neither 0 nor 100 % would be true."""
    assert ServiceLevel.F4.of(Counts(offered=3, abandoned=3, abandoned_in_time=3)) is None


def test_two_half_hours_are_not_the_average_of_two_levels() -> None:
    quiet = Counts(offered=1, answered=1, answered_in_time=1)
    busy = Counts(offered=99, answered=99, answered_in_time=0)
    assert ServiceLevel.F2.of(quiet + busy) == pytest.approx(0.01)


SMALL = st.integers(0, 50)
SPAN = st.integers(0, 10_000).map(lambda milliseconds: timedelta(milliseconds=milliseconds))
COUNTS = st.builds(
    Counts, offered=SMALL, answered=SMALL, abandoned=SMALL, waited=SPAN, longest_wait=SPAN, talk=SPAN, wrap_up=SPAN
)


@given(COUNTS, COUNTS, COUNTS)
@trying(max_examples=50)
def test_sums_are_sums_in_any_order(a: Counts, b: Counts, c: Counts) -> None:
    assert (a + b) + c == a + (b + c) == (c + b) + a
    assert a + Counts() == a
    assert (a + b).longest_wait == max(a.longest_wait, b.longest_wait)
    assert (a + b).talk == a.talk + b.talk
