"""How long a played call kept its citizen: from the answer to the beep, and from the end of the report to its code."""

from ivr.engine.dialogue import BEEP
from ivr.simulator.play import Played

CODE = ("ma-la", "ma")
"""Prompts before a ticket's code; the first that a call has is followed by it."""


def answer_to_beep(played: Played) -> float | None:
    """Seconds from the answer to the first beep; None without one."""
    return next((at for prompts, at in zip(played.plays, played.begun, strict=True) if BEEP in prompts), None)


def speech_to_code(played: Played) -> float | None:
    """Seconds from the end of what was said until the code is read; None where none was."""
    heard = {prompt: at for prompts, at in zip(played.plays, played.begun, strict=True) for prompt in prompts}
    at = next((heard[prompt] for prompt in CODE if prompt in heard), None)
    return None if at is None or played.spoken is None else at - played.spoken
