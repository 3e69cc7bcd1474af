"""The two questions every node is made of: one key of a menu, and a number keyed in."""

from collections.abc import Container, Sequence

from ivr.engine.dialogue import Dialogue
from ivr.phone import Sound
from ivr.speech import spell_phone

REPEATS = 10
"""Times ``*`` may be pressed at one question before it counts as a wrong key: no call goes round for ever."""
PHONE_DIGITS = range(7, 16)
"""Digits a keyed phone number has: E.164 allows 15."""
_PHONE_TRIES = 3


def pick(
    dialogue: Dialogue,
    prompts: Sequence[Sound],
    keys: Container[str],
    *,
    short: Sequence[Sound] = (),
    silences: int = 2,
    wrongs: int = 2,
    wait: float | None = None,
    guarded: str = "",
) -> str:
    """One key of ``keys``; ``""`` when the caller was silent ``silences`` times or wrong ``wrongs`` times.

    ``short`` is said on repeats instead of ``prompts``; ``*`` says ``prompts`` again. Keys of ``guarded`` count only
    from who has heard the question for half a second.
    """
    said, again = prompts, short or prompts
    repeats = 0
    while silences and wrongs:
        key = dialogue.key(said, wait=wait, guarded=guarded)
        if key and key in keys:
            return key
        if key == "*" and repeats < REPEATS:
            repeats += 1
            said = prompts
        elif key:
            wrongs -= 1
            said = [*dialogue.prompts("sai-phim"), *again]
        else:
            silences -= 1
            said = [*dialogue.prompts("chua-nghe"), *again]
    return ""


def ask_phone(dialogue: Dialogue, prompt: str) -> str | None:
    """A phone number, read back and confirmed; None when none was entered. ``prompt`` asks for it."""
    said = dialogue.prompts(prompt)
    for _ in range(_PHONE_TRIES):
        number = dialogue.digits(said, most=PHONE_DIGITS.stop - 1, hidden=True)
        if not number:
            said = [*dialogue.prompts("chua-nghe"), *dialogue.prompts("so-khac")]
            continue
        if len(number) not in PHONE_DIGITS:
            said = [*dialogue.prompts("so-sai"), *dialogue.prompts("so-khac")]
            continue
        heard = [
            *dialogue.prompts("so-vua-nhap"),
            *dialogue.words(spell_phone(number, dialogue.language)),
            *dialogue.prompts("so-dung"),
        ]
        if pick(dialogue, heard, "12") != "2":  # silence: who keyed it in and heard it back did not object
            return number
        said = dialogue.prompts("so-khac")
    return None
