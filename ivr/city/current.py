"""When a program sees that a city's files have changed: the one rule, for all but the telephone.

Whatever is made of a city's files is made again once one of them is newer: what is filed and what the console shows
follow a mended file at once. The FastAGI server alone keeps what it read at its start, because a changed menu may need
prompts that only ``tongdai run`` or ``tongdai prompts build`` makes; a change of what callers hear is a restart.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

_NAME = re.compile(r"[\w-]+")
"""Names of folders of ours: a city's name comes from a call or a row, and must not lead out of the folder."""

T = TypeVar("T")


class WhileUnchanged(Generic[T]):
    """Keeps what ``make`` makes of each city until one of its files changes."""

    def __init__(self, config: Path, make: Callable[[str], T], *, every: float = 0.0) -> None:
        """:param every: seconds for which files are not looked at again; a list of tickets asks once a row."""
        self._config = config
        self._make = make
        self._every = every
        self._made: dict[str, tuple[float, float, T]] = {}

    def get(self, city: str) -> T:
        """What is made of the city as its files are now."""
        now = monotonic()
        looked, stamp, made = self._made.get(city, (0.0, -1.0, None))
        if made is not None and now - looked < self._every:
            return made
        newest = newest_file(self._config, city)
        if made is None or newest != stamp:
            made = self._make(city)
        self._made[city] = (now, newest, made)
        return made


def newest_file(config: Path, city: str) -> float:
    """When one of the files of a city, or of those all cities share, last changed; 0 where there is no such city."""
    cities = config / "cities"
    if not _NAME.fullmatch(city) or not (cities / city).is_dir():
        return 0.0
    return max(_newest(str(cities / city)), _newest(str(config / "prompts")), _changed(cities / "holidays.toml"))


def _newest(folder: str) -> float:
    """The newest file or folder (one that lost a file) below a folder; asked at every report, so without Paths."""
    try:
        newest = os.stat(folder).st_mtime  # noqa: PTH116  # see above
        with os.scandir(folder) as entries:
            for entry in entries:
                newest = max(newest, _newest(entry.path) if entry.is_dir() else entry.stat().st_mtime)
    except FileNotFoundError:  # gone since it was listed, or a configuration without prompts
        return 0.0
    return newest


def _changed(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0
