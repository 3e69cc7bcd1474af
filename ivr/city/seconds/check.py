"""The seconds of cities held against their limits: faults for who writes a menu, warnings for a hotline that runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ivr.city.city import City, read_city
from ivr.city.seconds.callers import Pauses
from ivr.city.seconds.figures import Figure, measure
from ivr.prompts import Catalogue, load_catalogue
from ivr.prompts.lengths import built_lengths
from ivr.recordings.takes import BUFFER
from ivr.recordings.wav import TELEPHONE_RATE
from ivr.settings import Settings
from ivr.settings.faults import Fault
from ivr.settings.files import find_cities
from ivr.words import tr

_NAMED = 4
"""Longest prompts of a way that a fault names."""


def measure_city(settings: Settings, city: City, catalogue: Catalogue) -> list[Figure]:
    """The seconds of a city with the sounds of ``catalogue``."""
    pauses = Pauses(key=settings.key_wait, silence=settings.record_silence, block=BUFFER / TELEPHONE_RATE)
    return measure(city.flow, catalogue, pauses)


def measure_built(settings: Settings, city: City, lengths: Mapping[str, float] | None = None) -> list[Figure]:
    """The seconds of a city as it is built.

    :param lengths: of every sound, where they are not those of ``<home>/sounds``.
    """
    catalogue = load_catalogue(settings, city.id)
    known = built_lengths(settings) if lengths is None else lengths
    return measure_city(settings, city, replace(catalogue, lengths=dict(known)))


def past_limits(city: City, figures: Sequence[Figure], *, warning: bool) -> list[Fault]:
    """What takes too long, of what is measured, with the prompts to shorten."""
    return [
        Fault(
            file=f"{city.id}/city.toml",
            setting=f"seconds.{figure.way}",
            text=_too_long(figure, city.seconds.of(figure.way, figure.language)),
            warning=warning,
        )
        for figure in figures
        if figure.measured and figure.seconds > city.seconds.of(figure.way, figure.language)
    ]


def describe(city: City, figures: Sequence[Figure]) -> Iterator[str]:
    """The figures of a city for people, a line each; of a language that is not built, that it is not measured."""
    for language in dict.fromkeys(figure.language for figure in figures):
        spoken = [figure for figure in figures if figure.language == language]
        if not all(figure.measured for figure in spoken):
            yield tr(
                f"{city.id} ({language}): chưa đo giây nào; hãy chạy tongdai prompts build",
                f"{city.id} ({language}): seconds are not measured; run tongdai prompts build",
            )
            continue
        for figure in spoken:
            most = city.seconds.of(figure.way, language)
            mark = "✓" if figure.seconds <= most else "✗"
            yield f"{city.id} ({language}): {mark} {figure.seconds:5.1f} s (≤ {most:g})  {figure.way.label}"


def warnings_of(settings: Settings) -> list[Fault]:
    """What takes too long in any city that can answer: for a running hotline, which answers all the same."""
    lengths = built_lengths(settings)
    cities = [read_city(settings.config, name)[0] for name in find_cities(settings.config)]
    return [
        fault
        for city in cities
        if city is not None
        for fault in past_limits(city, measure_built(settings, city, lengths), warning=True)
    ]


def _too_long(figure: Figure, most: float) -> str:
    longest = ", ".join(f"{piece.name} {piece.seconds:.1f}" for piece in figure.longest(_NAMED))
    return tr(
        f"{figure.language}: {figure.way.label}: {figure.seconds:.1f} giây, tối đa {most:g}. Rút gọn: {longest}",
        f"{figure.language}: {figure.way.label}: {figure.seconds:.1f} s, at most {most:g}. Shorten: {longest}",
    )
