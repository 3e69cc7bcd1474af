"""A caller's question to the database: answered, limited, and never waited for long."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ivr.engine import CannotLook, Found, NotFound, TooMany
from ivr.engine.caller_lookup import CallerLookup
from ivr.model.tickets import State
from ivr.simulator import Prepared, Scenario
from ivr.testing import NO_DATABASE, Instance, open_instance, temporary_settings

NOW = datetime.fromisoformat("2026-03-03T09:30:00+07:00")
CODE = "260042174"


@pytest.fixture
def house(tmp_path: Path, empty_database: Path) -> Iterator[Instance]:
    with open_instance(temporary_settings(tmp_path), empty_database, lambda: NOW) as opened:
        opened.prepare(
            Scenario(
                name="status",
                title={},
                city="da-nang",
                number="",
                caller_name="",
                called="1022",
                at=NOW,
                steps=(),
                tickets=(Prepared(code=CODE, last4="4567", state=State.DA_CHUYEN, agency="so-xay-dung"),),
            )
        )
        yield opened


def test_the_right_digits_give_the_state(house: Instance) -> None:
    found = house.desk.find_status(CODE, "4567", "+84905000001", NOW)
    assert found == Found(state=State.DA_CHUYEN, agency="so-xay-dung", due_at=None, overdue=False, refusal=None)


def test_wrong_tries_are_counted_per_caller_and_per_code(house: Instance) -> None:
    answers = [house.desk.find_status(CODE, "0000", f"+8490500000{number}", NOW) for number in range(8)]
    assert answers[0] == NotFound()
    assert answers[-1] == TooMany()
    assert house.desk.find_status(CODE, "4567", "+84905999999", NOW) == TooMany()


def test_a_database_that_is_away_is_told_soon(tmp_path: Path) -> None:
    desk = CallerLookup(temporary_settings(tmp_path, database_url=NO_DATABASE))
    assert desk.find_status(CODE, "4567", "+84905000001", NOW) == CannotLook()
    desk.close()
    desk.close()


def test_whatever_else_goes_wrong_is_told_as_cannot(house: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **named: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ivr.engine.caller_lookup.find_status", broken)
    assert house.desk.find_status(CODE, "4567", "+84905000001", NOW) == CannotLook()
