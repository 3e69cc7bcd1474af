"""How long a played call kept its citizen: from the answer to the beep, and from the end of the report to its code."""

from ivr.city.seconds.walk import PEN_AND_PAPER
from ivr.engine.dialogue import BEEP
from ivr.prompts import Catalogue
from ivr.simulator.play import Played
from ivr.speech import Language

THANKS, CODE = "ma", "ma-la"
"""The prompts before a ticket's code: that it was filed, and behind a silence that the code follows."""


def answer_to_beep(played: Played) -> float | None:
    """Seconds from the answer to the first beep; None without one."""
    return _begun(played, BEEP)


def speech_to_code(played: Played, sounds: Catalogue, language: Language) -> float | None:
    """Seconds from the end of what was said until the first figure of the code; None where none was read."""
    thanks, code = _begun(played, THANKS), _begun(played, CODE)
    if thanks is None or played.spoken is None:
        return None
    if code is None:  # it follows the thanks at once
        return thanks + sounds.sound(THANKS, language).seconds - played.spoken
    if code == thanks:  # one command plays both
        code += sounds.sound(THANKS, language).seconds + PEN_AND_PAPER
    return code + sounds.sound(CODE, language).seconds - played.spoken


def _begun(played: Played, prompt: str) -> float | None:
    return next((at for prompts, at in zip(played.plays, played.begun, strict=True) if prompt in prompts), None)
