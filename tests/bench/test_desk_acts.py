"""The acts of the desk are twenty different ones; what they count is held by the console's browser tests."""

from tests.bench.desk import MOST
from tests.bench.desk_acts import ACTS, WHOLE


def test_twenty_different_acts_and_a_bound_for_each_whole_ticket() -> None:
    assert len({act.name for act in ACTS}) == len(ACTS) == 20
    assert MOST.keys() == WHOLE.keys()
