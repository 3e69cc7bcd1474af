"""Moments, lengths, days and due times in words, in both languages."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from console.app import create_app
from console.badges import STATES, age, find_due
from console.times import ago, civil_day, clock, distance, find_day, moment
from ivr.model import State, Ticket

NOW = datetime(2026, 9, 15, 2, 30, tzinfo=UTC)
SignIn = Callable[..., FlaskClient]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21/11/2026", date(2026, 11, 21)),
        (" 1/9 ", date(2026, 9, 1)),
        ("2026-11-21", date(2026, 11, 21)),
        ("21.11.2026", date(2026, 11, 21)),
        ("31/02/2026", None),
        ("01/01/0001", None),
        ("31/12/9999", None),
        ("1/1/2000", date(2000, 1, 1)),
        ("31/12/1999", None),
        ("hôm nay", None),
        ("", None),
    ],
)
def test_days_as_they_are_typed(text: str, expected: date | None) -> None:
    assert find_day(text, date(2026, 9, 15)) == expected


def test_moments_are_civil() -> None:
    assert moment(NOW) == "15/09/2026 09:30"
    assert moment(None) == "–"
    assert civil_day(date(2026, 9, 5)) == "05/09/2026"
    assert civil_day(None) == ""


@pytest.mark.parametrize(("seconds", "expected"), [(0, "0:00"), (65.9, "1:05"), (3600, "60:00"), (None, "–")])
def test_lengths(seconds: float | None, expected: str) -> None:
    assert clock(seconds) == expected


@pytest.mark.parametrize(
    ("language", "delta", "expected"),
    [
        ("vi", timedelta(seconds=30), "vừa xong"),
        ("vi", timedelta(minutes=5, seconds=59), "5 phút trước"),
        ("vi", timedelta(hours=23, minutes=59), "23 giờ trước"),
        ("vi", timedelta(days=400), "400 ngày trước"),
        ("vi", timedelta(hours=-3), "sau 3 giờ"),
        ("en", timedelta(minutes=1), "1 minute ago"),
        ("en", timedelta(days=2), "2 days ago"),
    ],
)
def test_how_long_ago(desk: Any, language: str, delta: timedelta, expected: str) -> None:
    app = create_app(desk.settings, desk.store, clock=lambda: NOW)
    with app.test_request_context(headers={"Cookie": f"tongdai_language={language}"}):
        text = ago(NOW - delta)
        assert f">{expected}</time>" in text
        assert 'title="' in text
        assert ago(None) == "–"
        assert distance(timedelta(seconds=1)) in {"1 phút", "1 minute"}


@pytest.mark.parametrize(
    ("left", "state", "tone"),
    [
        (timedelta(hours=5), State.MOI, ""),
        (timedelta(hours=2), State.MOI, "soon"),
        (timedelta(hours=-2), State.DANG_XU_LY, "late"),
        (timedelta(hours=-2), State.CHO_BO_SUNG, None),
        (timedelta(hours=-2), State.DA_TRA_LOI, None),
    ],
)
def test_due_times(desk: Any, left: timedelta, state: State, tone: str | None) -> None:
    ticket = Ticket(state=state, due_at=NOW + left, created_at=NOW)
    app = create_app(desk.settings, desk.store, clock=lambda: NOW)
    with app.test_request_context():
        found = find_due(ticket, NOW)
        assert (found.tone if found else None) == tone


@pytest.mark.parametrize(("minutes", "expected"), [(1, 0), (31, 1), (121, 2), (481, 3)])
def test_a_new_ticket_darkens(minutes: int, expected: int) -> None:
    assert age(Ticket(state=State.MOI, created_at=NOW - timedelta(minutes=minutes)), NOW) == expected
    assert age(Ticket(state=State.DANG_XU_LY, created_at=NOW - timedelta(minutes=minutes)), NOW) == 0


def test_every_state_has_a_look() -> None:
    assert set(STATES) == set(State)
