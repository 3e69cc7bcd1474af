"""Erlang C against published figures, an exact sum in whole numbers, and logarithms where those would be too long."""

from datetime import timedelta
from fractions import Fraction
from math import exp, lgamma, log

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from ivr.callcentre.erlang import Staffing, erlangs, on_the_list, operators_needed, staffing

T = timedelta(seconds=20)
HANDLING = timedelta(seconds=222)
"""3.7 minutes from answer to dispatch: Beijing's 12345 (DOMAIN §2)."""
HOUR = timedelta(hours=1)


def exact_waiting(load: Fraction, operators: int) -> Fraction:
    """The textbook's formula as it stands: (Aⁿ/n!)·n/(n − A) over that and Σ Aᵏ/k!, k < n."""
    term, below = Fraction(1), Fraction(0)
    for k in range(operators):
        below += term
        term = term * load / (k + 1)
    top = term * operators / (operators - load)
    return top / (below + top)


def waiting_by_logarithms(load: float, operators: int) -> float:
    """The same with every power and factorial as a logarithm."""
    terms = [k * log(load) - lgamma(k + 1) for k in range(operators)]
    top = operators * log(load) - lgamma(operators + 1) + log(operators / (operators - load))
    largest = max(*terms, top)
    below = sum(exp(term - largest) for term in terms)
    return exp(top - largest) / (below + exp(top - largest))


def test_the_published_example() -> None:
    """100 calls of 3 minutes in half an hour: figures of the R package ErlangC 0.1.0 and of pyworkforce 0.1.0."""
    handling = timedelta(seconds=180)
    load = erlangs(100, timedelta(minutes=30), handling)
    assert load == 10
    found = operators_needed(load, handling=handling, threshold=T, service_level=0.8, most_occupancy=0.85)
    assert found.operators == 14
    assert found.waiting_probability == pytest.approx(0.1741319, abs=5e-8)
    assert found.service_level == pytest.approx(0.8883500191794669, abs=1e-12)
    assert found.occupancy == pytest.approx(0.7142857142857143, abs=1e-15)
    assert found.asa is not None
    assert found.asa.total_seconds() == pytest.approx(7.83593701177724, abs=1e-6)
    assert on_the_list(14, 0.3) == 20


LOADS = [  # calls a day (DOMAIN §2), 15 % of them in the busy hour → Erlang, operators for 80 % in 20 s, what they give
    (350, 3.2375, 6, 0.1328, 0.8964, 0.5396),
    (3_000, 27.75, 33, 0.2500, 0.8442, 0.8409),
    (5_000, 46.25, 52, 0.3115, 0.8144, 0.8894),
    (20_000, 185.0, 194, 0.4032, 0.8208, 0.9536),
]
"""The right half comes from the textbook's formula in fractions, written apart from the code under test."""


@pytest.mark.parametrize(("calls", "load", "operators", "waiting", "level", "busy"), LOADS)
def test_the_table_of_four_loads(
    calls: int, load: float, operators: int, waiting: float, level: float, busy: float
) -> None:
    """An ordinary city, two busy ones, a disaster; one operator less misses 80 %, by the exact sum too."""
    assert erlangs(calls * 0.15, HOUR, HANDLING) == pytest.approx(load)
    found = operators_needed(load, handling=HANDLING, threshold=T, service_level=0.8)
    assert found.operators == operators
    assert found.waiting_probability == pytest.approx(float(exact_waiting(Fraction(load), operators)), rel=1e-12)
    assert (found.waiting_probability, found.service_level, found.occupancy) == pytest.approx(
        (waiting, level, busy), abs=5e-5
    )
    fewer = float(exact_waiting(Fraction(load), operators - 1))
    assert 1 - fewer * exp(-(operators - 1 - load) * (T / HANDLING)) < 0.8


@pytest.mark.parametrize(("load", "operators"), [(1000.0, 1001), (1000.0, 1030), (1000.0, 2000), (999.5, 1000)])
def test_a_thousand_erlang(load: float, operators: int) -> None:
    found = staffing(load, operators, handling=HANDLING, threshold=T)
    assert found.waiting_probability == pytest.approx(waiting_by_logarithms(load, operators), rel=1e-8)


def test_a_disaster_of_59_000_calls_a_day_is_planned_at_once() -> None:
    load = erlangs(59_000 * 0.15, HOUR, HANDLING)
    found = operators_needed(load, handling=HANDLING, threshold=T, service_level=0.8)
    assert found.service_level >= 0.8
    assert found.operators > load
    assert staffing(load, found.operators - 1, handling=HANDLING, threshold=T).service_level < 0.8


@given(st.floats(0, 1000), st.integers(0, 1200))
@trying(max_examples=60)
def test_everything_stays_in_its_bounds(load: float, operators: int) -> None:
    found = staffing(load, operators, handling=HANDLING, threshold=T)
    assert 0 <= found.waiting_probability <= 1
    assert 0 <= found.service_level <= 1
    assert 0 <= found.occupancy <= 1
    assert (found.asa is None) == (operators <= load and load > 0)


@given(st.integers(1, 400), st.integers(1, 60))
@trying(max_examples=60)
def test_the_recursion_is_the_textbook(tenths: int, more: int) -> None:
    load = Fraction(tenths, 10)
    operators = int(load) + more
    found = staffing(float(load), operators, handling=HANDLING, threshold=T)
    assert found.waiting_probability == pytest.approx(float(exact_waiting(load, operators)), rel=1e-9)


@given(st.floats(0.1, 200), st.integers(1, 40))
@trying(max_examples=40)
def test_more_people_never_make_it_worse(load: float, more: int) -> None:
    operators = int(load) + more
    fewer, many = (staffing(load, count, handling=HANDLING, threshold=T) for count in (operators, operators + 1))
    assert many.waiting_probability <= fewer.waiting_probability
    assert many.service_level >= fewer.service_level


def test_too_few_operators_let_everybody_wait_for_ever() -> None:
    found = staffing(10.0, 10, handling=HANDLING, threshold=T)
    assert found == Staffing(operators=10, load=10.0, waiting_probability=1.0, service_level=0.0, asa=None)
    assert found.occupancy == 1.0


def test_no_calls_need_no_operators() -> None:
    found = operators_needed(0.0, handling=HANDLING, threshold=T, service_level=0.8)
    assert (found.operators, found.service_level, found.asa) == (0, 1.0, timedelta(0))
    assert found.occupancy == 0.0


@pytest.mark.parametrize(
    ("load", "level", "occupancy"),
    [(-1.0, 0.8, 1.0), (float("nan"), 0.8, 1.0), (float("inf"), 0.8, 1.0), (1.0, 1.0, 1.0), (1.0, 0.8, 0.0)],
)
def test_what_no_number_of_people_reaches_is_refused(load: float, level: float, occupancy: float) -> None:
    with pytest.raises(ValueError, match=r"load|service level"):
        operators_needed(load, handling=HANDLING, threshold=T, service_level=level, most_occupancy=occupancy)


@pytest.mark.parametrize(("operators", "absent", "people"), [(14, 0.0, 14), (14, 0.3, 20), (7, 0.3, 10), (0, 0.5, 0)])
def test_the_duty_list_is_longer_than_the_desk(operators: int, absent: float, people: int) -> None:
    assert on_the_list(operators, absent) == people
