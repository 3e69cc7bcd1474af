"""When a report is due by its city's own rules; a city whose files are broken never stops a filing."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

import structlog

from ivr.city.city import City, load_city
from ivr.city.current import WhileUnchanged
from ivr.city.hours import NoWorkingTimeError
from ivr.errors import TongdaiError

_log = structlog.get_logger(__name__)


def find_due(config: Path, *, city: str, category: str | None, urgent: bool, at: datetime) -> datetime | None:
    """The end of the working hours that the category allows a report spoken at the aware moment ``at``.

    None without a rule, or with a city that cannot be read.
    """
    try:
        found = _cities(config).get(city)
        if isinstance(found, City):
            return found.find_due(category, urgent=urgent, at=at)
        _log.error("deadline.unknown", city=city, error=str(found))
    except (NoWorkingTimeError, OSError) as error:
        _log.error("deadline.unknown", city=city, error=str(error))
    return None


@lru_cache(maxsize=8)
def _cities(config: Path) -> WhileUnchanged[City | TongdaiError]:
    """What was found of each city, also its faults: a broken city is not read anew for every report."""

    def read(name: str) -> City | TongdaiError:
        try:
            return load_city(config, name)
        except TongdaiError as error:
            return error

    return WhileUnchanged(config, read)
