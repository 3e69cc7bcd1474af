"""The keyboard as a telephone: what is shown, what keys and lines do, what remains afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from ivr.flow.city import City
from ivr.flow.switches import throw_switch
from ivr.settings import Settings
from ivr.terminal import dial
from ivr.testing import temporary_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    return temporary_settings(tmp_path)


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    """Dialling silences the log of its own process; the next test wants it back."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def _dial(
    settings: Settings, city: City, lines: list[str], number: str = "0905123456"
) -> tuple[int, list[str], list[str]]:
    """Status, what was said, and what was asked; after the last line the caller hangs up."""
    said: list[str] = []
    asked: list[str] = []
    waiting = list(lines)

    def ask(prompt: str) -> str:
        asked.append(prompt)
        if not waiting:
            raise EOFError
        return waiting.pop(0)

    return dial(settings, city, number, ask=ask, say=said.append), said, asked


def test_a_whole_report_from_the_keyboard(settings: Settings, get_city: Callable[[str], City]) -> None:
    speech = "cây đổ ở đường Lê Duẩn phường Hải Châu"
    lines = ["1", "2", "1", speech, "2", "1", "2", "0905111222#", "1", "1"]
    status, said, asked = _dial(settings, get_city("da-nang"), lines)
    assert status == 0
    assert any(line.startswith("» Kính chào ông bà. Đây là Tổng đài 1022 thành phố Đà Nẵng.") for line in said)
    assert "» Lời phản ánh của ông bà là: (what was recorded)" in said
    assert any("không chín không" in line and "Số điện thoại vừa nhập là" in line for line in said)
    code = next(line for line in said if "Mã phản ánh là" in line)
    assert code.count("không") > 2
    assert said[-2].startswith("(ticket DN")
    assert said[-2].endswith("Report, Waste, environment, noise)")
    assert said[-1] == "(the call ended: completed)"
    assert asked[3] == "[speech] "
    assert [path.name for path in settings.home.iterdir()] == [], "dialling leaves nothing behind"


def test_keys_typed_ahead_answer_the_next_questions(settings: Settings, get_city: Callable[[str], City]) -> None:
    _, said, asked = _dial(settings, get_city("da-nang"), ["51", "12#"])
    assert asked[:2] == ["[keys] ", "[keys] "]
    assert any("Tuyến số 12" in line for line in said)
    assert not any("Giá đất đô thị, phím 2. Thông tin thửa đất" in line for line in said), "the sub-menu was passed by"


def test_english_and_a_person_who_answers(settings: Settings, get_city: Callable[[str], City]) -> None:
    throw_switch(settings, "emergency", True)
    status, said, _ = _dial(settings, get_city("hai-phong"), ["9", "0", "y"], number="")
    assert status == 0
    assert any("Our area is responding to a disaster" in line for line in said)
    assert said[-2:] == ["» Thank you. Good-bye.", "(the call ended: completed)"]


def test_silence_reaches_the_recorder_and_hanging_up_files_nothing(
    settings: Settings, get_city: Callable[[str], City]
) -> None:
    status, said, asked = _dial(settings, get_city("dong-thap"), ["", "", "", ""])
    assert status == 0
    assert any("Sau tiếng bíp" in line for line in said)
    assert "[speech] " in asked
    assert said[-1] == "(the call ended: hung_up)"
    assert not any("ticket" in line for line in said)
