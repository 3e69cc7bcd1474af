"""How long a citizen waits on a real line: each way of each city beside its computed seconds, all calls at once."""

import asyncio
import sys
from collections.abc import Iterator, Mapping

from ivr.city.city import City, load_city
from ivr.city.seconds.check import measure_built
from ivr.city.seconds.figures import Figure
from ivr.prompts import load_catalogue
from ivr.prompts.lengths import built_lengths
from ivr.settings import Settings
from ivr.settings.files import find_cities
from ivr.simulator.journal_tail import Journals
from tests.bench.heard import Lived, WayLost, live, measure
from tests.bench.hotline import running_hotline
from tests.bench.table import Row
from tests.bench.ways import Trip, trips_of

APART = 0.3
"""Seconds between two calls' beginnings."""
ATTEMPTS = 2
"""How often a call is made whose caller was too late."""
TOO_LATE = 0.5
"""Seconds by which a caller's key, speech or sound may be late: a figure may be too long by so much."""


def conversation(scale: float) -> Iterator[Row]:
    """A row for each city, language and way; RuntimeError behind the last names the ways that gave none."""
    with running_hotline(whole_prompts=True) as line:
        cities = find_cities(line.settings.config)
        trips = list(_trips(line.settings, cities[: max(1, round(len(cities) * scale))]))
        figures = [_figures(call) for call in asyncio.run(_all(line.settings, trips))]
    yield from (row for rows, _ in figures for row in rows)
    if lost := [fault for _, fault in figures if fault]:
        raise RuntimeError(f"{len(lost)} of {len(trips)} calls without a figure: {'; '.join(lost)}")


def _figures(call: Lived) -> tuple[list[Row], str]:
    """The rows of a call; or none, and why."""
    if call.fault:
        return [], f"{call.trip.name}: {call.fault}"
    try:
        return list(_rows(call.trip, measure(call))), ""
    except WayLost as error:
        return [], f"{call.trip.name}: {error}"


def _trips(settings: Settings, cities: list[str]) -> Iterator[Trip]:
    lengths = built_lengths(settings)
    for name in cities:
        city = load_city(settings.config, name)
        yield from trips_of(city, load_catalogue(settings, name), measure_built(settings, city, lengths))


async def _all(settings: Settings, trips: list[Trip]) -> list[Lived]:
    """Every call; those whose caller was too late are made again together, and have no figure if it happens again."""
    lived: list[Lived] = []
    for attempt in range(1, ATTEMPTS + 1):
        made = await _round(settings, trips, attempt)
        lived += [call for call in made if call.late.seconds <= TOO_LATE]
        trips = [call.trip for call in made if call.late.seconds > TOO_LATE]
    return lived + [Lived(trip=trip, fault="the test caller was late each time") for trip in trips]


async def _round(settings: Settings, trips: list[Trip], attempt: int) -> list[Lived]:
    journals = Journals(settings.spool)
    over = 0

    async def call(place: int, trip: Trip) -> Lived:
        nonlocal over
        await asyncio.sleep(place * APART)
        lived = await live(trip, settings, journals, number=f"0905{attempt}{place:05d}", attempt=attempt)
        over += 1
        what = lived.fault or (f"too late: {lived.late}" if lived.late.seconds > TOO_LATE else "heard")
        print(f"{over} of {len(trips)}: {trip.name}: {what}", file=sys.stderr, flush=True)
        return lived

    return list(await asyncio.gather(*(call(place, trip) for place, trip in enumerate(trips))))


def _rows(trip: Trip, seconds: Mapping[object, float]) -> Iterator[Row]:
    for figure in sorted(trip.figures, key=lambda figure: figure.seconds):
        yield _row(trip.city, figure, seconds[figure.way])


def _row(city: City, figure: Figure, seconds: float) -> Row:
    most = city.seconds.of(figure.way, figure.language)
    return Row(
        name=f"{city.id} ({figure.language}): {figure.way.label}",
        value=seconds,
        unit="s",
        aim=f"≤ {most:g} s",
        met=seconds <= most,
        note=f"computed {figure.seconds:.1f} s, {seconds - figure.seconds:+.1f} s",
    )
