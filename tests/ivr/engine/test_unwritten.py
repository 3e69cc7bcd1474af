"""Calls of which a full disk took nothing: found while they are few, and bounded however many there are."""

from types import SimpleNamespace
from typing import Any, cast

from ivr.engine.unwritten import MOST, Unwritten


def journal(number: int) -> Any:
    return cast("Any", SimpleNamespace(ulid=str(number)))


def test_the_eldest_goes_when_there_are_too_many() -> None:
    unwritten = Unwritten()
    for number in range(MOST):
        unwritten.keep(journal(number))
    unwritten.keep(journal(0))  # it went into another queue: it is the youngest now
    unwritten.keep(journal(MOST))
    assert unwritten.find("1") is None
    assert unwritten.find("0") is not None
    assert sum(unwritten.find(str(number)) is not None for number in range(MOST + 1)) == MOST


def test_one_that_is_back_is_kept_no_more() -> None:
    unwritten = Unwritten()
    unwritten.keep(journal(7))
    assert unwritten.find("7") is unwritten.find("7") is not None
    unwritten.drop("7")
    unwritten.drop("7")
    assert unwritten.find("7") is None
