"""``tongdai flow dial``: a city walked from the keyboard."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ivr.city.city import City
from ivr.model.civil import ZONE
from ivr.simulator.keyboard import dial
from ivr.testing import temporary_settings

TUESDAY = datetime(2026, 3, 3, 9, 30, tzinfo=ZONE)


@pytest.fixture
def walk(tmp_path: Path, get_city: Callable[[str], City]) -> Callable[..., str]:
    """Types lines one after another, then the end of input; gives everything that was printed."""

    def run(*lines: str, city: str = "da-nang", number: str = "0905123456", switches: str = "") -> str:
        settings = temporary_settings(tmp_path)
        (tmp_path / "switches.toml").write_text(switches)
        typed, printed = iter(lines), list[str]()

        def ask(question: str) -> str:
            printed.append(question)
            return _next(typed)

        assert dial(settings, get_city(city), number, ask=ask, say=printed.append, clock=lambda: TUESDAY) == 0
        assert not (tmp_path / "spool").exists(), "a rehearsal left something in the home"
        return "\n".join(printed)

    return run


def _next(lines: Iterator[str]) -> str:
    for line in lines:
        return line
    raise EOFError


def test_a_report_from_the_keyboard_says_what_it_would_become(walk: Callable[..., str]) -> None:
    said = walk("4", "1", "ổ gà trước nhà", "2", "0912345678#", "1", "1")
    assert "♪ muc-khac: Góp ý" in said
    assert "category = gop-y · consent = none · contact = other +84912345678 · publish = True" in said
    assert "(hai sáu không … không không không … không một chín …)" in said
    assert "■ completed" in said


def test_hanging_up_and_silence(walk: Callable[..., str]) -> None:
    said = walk("", "nói", "x")
    assert "♪ moi-noi: Xin mời ông bà nói phản ánh." in said
    assert "■ hung_up" in said
    assert "consent = none · contact = unasked" in said


def test_a_line_that_is_no_keys_is_asked_again(walk: Callable[..., str]) -> None:
    said = walk("một", "4", "3", "5")
    assert "0–9" in said
    assert "viec-khac" in said


def test_someone_answers_the_operators_phone(walk: Callable[..., str]) -> None:
    said = walk("0", "c")
    assert "da-nang-operator" in said
    assert "■ completed" in said


def test_english_and_the_emergency_switch(walk: Callable[..., str]) -> None:
    said = walk("9", "1", "help", switches="emergency = true\n")
    assert "♪ khan-cap: The city is responding" in said
    assert "urgent = True" in said
