"""Several sounds in one command of Asterisk, which reads at most so many bytes of it."""

from collections.abc import Iterator, Sequence

from ivr.asterisk.agi import LONGEST_LINE
from ivr.phone import Sound


def parts_of(sounds: Sequence[Sound]) -> Iterator[list[Sound]]:
    """Sounds in groups whose file names fit into one command."""
    part: list[Sound] = []
    size = 0
    for sound in sounds:
        length = len(sound.path.encode()) + 1
        if part and size + length > LONGEST_LINE - 200:
            yield part
            part, size = [], 0
        part.append(sound)
        size += length
    if part:
        yield part


def files_of(part: Sequence[Sound]) -> str:
    """Their names as Asterisk takes several in one command."""
    return "&".join(sound.path for sound in part)


def seconds_of(part: Sequence[Sound]) -> float:
    """How long they last together."""
    return sum(sound.seconds for sound in part)
