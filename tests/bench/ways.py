"""The ways whose seconds are computed, as calls: the pieces of a way say what its citizen hears and presses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ivr.city.city import City
from ivr.city.seconds.figures import Figure
from ivr.city.seconds.limits import Way
from ivr.city.seconds.line import Piece
from ivr.engine.dialogue import BEEP
from ivr.prompts import Catalogue
from ivr.speech import Language

CALLS = ((Way.REPORT, Way.HEARD_OUT), (Way.SILENT_REPORT, Way.SILENT), (Way.BY_SENTENCE,), (Way.AT_ONCE,))
"""The ways that each call gives a figure of; it takes the first, whose beginning the others are."""


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One call: what its citizen does, and the computed figures that it is held against."""

    city: City
    language: Language
    sounds: Catalogue
    figures: tuple[Figure, ...]

    @property
    def name(self) -> str:
        """What people and the caller's name say."""
        return f"{self.city.id} {self.language} {self.figures[0].way}"

    @property
    def pieces(self) -> Sequence[Piece]:
        """What is heard and pressed, in order."""
        return self.figures[0].pieces

    @property
    def is_filed(self) -> bool:
        """Whether it goes on from the beep to the code."""
        return self.figures[0].way in (Way.REPORT, Way.SILENT_REPORT)

    @property
    def seconds(self) -> float:
        """The computed seconds of the whole."""
        return self.figures[0].seconds


def trips_of(city: City, sounds: Catalogue, figures: Sequence[Figure]) -> Iterator[Trip]:
    """The calls of one city, in both languages.

    RuntimeError for a way that is not there, or whose sounds are not built: there is nothing to hold it against.
    """
    computed = {(figure.language, figure.way): figure for figure in figures if figure.measured}
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        for ways in CALLS:
            if missing := [way for way in ways if (language, way) not in computed]:
                raise RuntimeError(f"{city.id} {language}: no computed seconds of {', '.join(missing)}")
            found = tuple(computed[language, way] for way in ways)
            yield Trip(city=city, language=language, sounds=sounds, figures=found)


def sound_until(pieces: Sequence[Piece], place: int, played: Sequence[str]) -> float:
    """Seconds of sound from the beginning of one command, which plays ``played``, until a piece is over.

    ValueError when the pieces before it are not what the command plays.
    """
    position = list(played).index(pieces[place].name)
    heard = pieces[max(0, place - position) : place + 1]
    names = [piece.name for piece in heard]
    if names != list(played[: position + 1]):
        raise ValueError(f"{' '.join(played)} is played where {' '.join(names)} was computed")
    return sum(piece.seconds for piece in heard)


def differently(trip: Trip, plays: Sequence[Sequence[str]]) -> list[str]:
    """How what was played differs from what was computed: prompts not heard, prompts not foreseen.

    A command that a key cut short may hold prompts that were not heard: the first of each command counts as foreseen.
    """
    begun = {name for play in plays for name in play}
    names = {piece.name for piece in trip.pieces}
    prompts = [name for name in names if trip.sounds.has(name, "vi") or name == BEEP]
    unheard = sorted(set(prompts) - begun)
    unforeseen = sorted({play[0] for play in plays if play and play[0] not in names | {BEEP}})
    return [f"not heard: {name}" for name in unheard] + [f"not foreseen: {name}" for name in unforeseen]
