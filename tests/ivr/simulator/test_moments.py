"""From the answer to the beep, and from the end of what was said to the code, as a played call has them."""

from pathlib import Path

import pytest

from ivr.prompts import Catalogue
from ivr.prompts.texts import Text
from ivr.simulator.moments import answer_to_beep, speech_to_code
from ivr.simulator.play import Played

SOUNDS = Catalogue(
    city="x",
    sounds=Path("sounds"),
    own={},
    common={(name, "vi"): Text(id=name, language="vi", text="", spoken="a", voice="vi") for name in ("ma", "ma-la")},
    lengths={"vi/ma": 3.0, "vi/ma-la": 1.0},
)


def played(*plays: tuple[float, str], spoken: float | None = 40.0) -> Played:
    return Played(
        faults=(),
        tag="x:",
        plays=tuple(tuple(prompts.split()) for _, prompts in plays),
        begun=tuple(at for at, _ in plays),
        spoken=spoken,
    )


@pytest.mark.parametrize(
    ("receipt", "seconds"),
    [
        ([(50.0, "ma"), (55.5, "ma-la nhac-lai")], 15.5 + 1.0),
        ([(50.0, "ma ma-la nhac-lai")], 10.0 + 3.0 + 2.1 + 1.0),
        ([(50.0, "ma nhac-lai")], 10.0 + 3.0),
    ],
)
def test_a_report_has_both(receipt: list[tuple[float, str]], seconds: float) -> None:
    call = played((0.1, "chao khan"), (11.5, "menu"), (25.0, "beep"), (41.0, "lien-he"), *receipt)
    assert answer_to_beep(call) == pytest.approx(25.0)
    assert speech_to_code(call, SOUNDS, "vi") == pytest.approx(seconds)


def test_a_call_without_a_report_has_neither() -> None:
    call = played((0.1, "chao"), (11.5, "menu"), spoken=None)
    assert answer_to_beep(call) is None
    assert speech_to_code(call, SOUNDS, "vi") is None
    assert speech_to_code(played((50.0, "ma"), spoken=None), SOUNDS, "vi") is None
