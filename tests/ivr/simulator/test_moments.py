"""From the answer to the beep, and from the end of what was said to the code, as a played call has them."""

import pytest

from ivr.simulator.moments import answer_to_beep, speech_to_code
from ivr.simulator.play import Played


def played(*plays: tuple[float, str], spoken: float | None = 40.0) -> Played:
    return Played(
        faults=(),
        tag="x:",
        plays=tuple(tuple(prompts.split()) for _, prompts in plays),
        begun=tuple(at for at, _ in plays),
        spoken=spoken,
    )


def test_a_report_has_both() -> None:
    call = played((0.1, "chao khan"), (11.5, "menu"), (25.0, "beep"), (41.0, "lien-he"), (50.0, "ma"), (55.5, "ma-la"))
    assert answer_to_beep(call) == pytest.approx(25.0)
    assert speech_to_code(call) == pytest.approx(15.5)


def test_where_the_code_follows_its_thanks_at_once_they_are_its_beginning() -> None:
    assert speech_to_code(played((25.0, "beep"), (50.0, "ma nhac-lai"))) == pytest.approx(10.0)


def test_a_call_without_a_report_has_neither() -> None:
    call = played((0.1, "chao"), (11.5, "menu"), spoken=None)
    assert answer_to_beep(call) is None
    assert speech_to_code(call) is None
    assert speech_to_code(played((50.0, "ma"), spoken=None)) is None
