"""docs/data.md names every table and tells the table of moves as it is."""

import re
from pathlib import Path

import pytest

from ivr.model import MOVES, Base, State
from ivr.model.labels import ENDS, KINDS, REFUSALS, ROLES, STATES, label, open311_status
from ivr.words import tr

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "data.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_table_is_documented(table: str) -> None:
    assert re.search(rf"^\|.*`{table}`.*\|.*\|", TEXT, re.MULTILINE)


@pytest.mark.parametrize("state", State)
def test_the_moves_are_told_as_they_are(state: State) -> None:
    row = re.search(rf"^\| `{state}` \| (.*) \| (.*) \|$", TEXT, re.MULTILINE)
    assert row is not None
    assert row.group(1).startswith(STATES[state][0])
    assert set(row.group(2).split(", ")) == {move.to for move in MOVES[state]}


def test_every_word_has_a_label_in_both_languages() -> None:
    for table in (STATES, KINDS, REFUSALS, ROLES, ENDS):
        members = type(next(iter(table)))
        assert set(table) == set(members)
        for word in members:
            assert all(table[word])
            assert label(word) == tr(*table[word])


def test_open311_knows_two_states() -> None:
    closed = {state for state in State if open311_status(state) == "closed"}
    assert closed == {State.DA_TRA_LOI, State.CONG_KHAI, State.TU_CHOI, State.TRUNG}
