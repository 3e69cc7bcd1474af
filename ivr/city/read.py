"""Reads the files of a city beside its menu into frozen values; every fault of every file is noted on the way."""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from ivr.city.fields import Beside, check_id
from ivr.city.hours import Hours
from ivr.city.shape import (
    AgenciesFile,
    AnnouncementsFile,
    CategoriesFile,
    CityFile,
    HolidaysFile,
    HoursFile,
    LookupFile,
)
from ivr.city.values import Agency, Announcement, Category, LookupSource, Text
from ivr.settings.faults import Fault
from ivr.settings.files import read_toml
from ivr.settings.shape import Shape, check_shape, note_repeated
from ivr.words import tr

S = TypeVar("S", bound=Shape)


class CityReader:
    """The files of one city's folder, each read once.

    What is named elsewhere (categories in the menu, agencies in the categories) is looked up in the tables as they
    are written, so that one faulty entry does not make a fault of every mention of it.
    """

    def __init__(self, folder: Path, faults: list[Fault]) -> None:
        self._folder = folder
        self.faults = faults
        names = ("city", "hours", "agencies", "categories", "announcements", "menu")
        self._tables = {name: self.table(f"{name}.toml", needed=name != "announcements") for name in names}

    def table(self, name: str, *, needed: bool = True) -> dict[str, Any] | None:
        """The file as it is written; None where it is absent or no TOML."""
        return read_toml(self._folder / name, self.file(name), self.faults, needed=needed)

    def file(self, name: str) -> str:
        """What faults call a file."""
        return f"{self._folder.name}/{name}"

    @property
    def menu(self) -> dict[str, Any] | None:
        """``menu.toml``, which :mod:`ivr.city.flow.read` makes nodes of."""
        return self._tables["menu"]

    @property
    def lines(self) -> Collection[str] | None:
        """Names of the lines; None where their file cannot be read."""
        return _keys(self._tables["city"], "lines")

    @property
    def schedules(self) -> Collection[str] | None:
        """Names of the schedules; None where their file cannot be read."""
        return _keys(self._tables["hours"], "schedules")

    @property
    def category_ids(self) -> Collection[str] | None:
        """Ids of the categories; None where their file cannot be read."""
        return _ids(self._tables["categories"], "categories")

    @property
    def lookup_ids(self) -> Collection[str]:
        """Names of the look-up files."""
        return [path.stem for path in self._lookup_paths()]

    def read_facts(self) -> CityFile | None:
        """``city.toml``."""
        return self._checked(CityFile, "city", Beside(city=self._folder.name))

    def read_hours(self) -> Hours | None:
        """``hours.toml``, with the national ``holidays.toml`` beside the cities."""
        path, national_name = self._folder.parent / "holidays.toml", "holidays.toml"
        national_table = read_toml(path, national_name, self.faults, needed=False) or {}
        national = check_shape(HolidaysFile, national_table, self.faults, file=national_name)
        own = self._checked(HoursFile, "hours")
        off: set[Any] = set()
        worked: set[Any] = set()
        for file, table in ((national_name, national_table), (self.file("hours.toml"), self._tables["hours"] or {})):
            note_repeated(self.faults, file, table.get("holidays"), "holidays", "date", off)
            worked |= off
            note_repeated(self.faults, file, table.get("workdays"), "workdays", "date", worked)
        if own is None or national is None:
            return None
        if own.work not in own.schedules:
            text = tr(f"không có lịch “{own.work}”", f'there is no schedule "{own.work}"')
            self.faults.append(Fault(file=self.file("hours.toml"), setting="work", text=text))
        return Hours(
            schedules=own.schedules,
            holidays={day.date: day for day in (*national.holidays, *own.holidays)},
            workdays={day.date: day for day in (*national.workdays, *own.workdays)},
            work=own.work,
        )

    def read_categories(self) -> dict[str, Category]:
        """Categories by id, in the order they are written."""
        agencies = _ids(self._tables["agencies"], "agencies")
        file = self._checked(CategoriesFile, "categories", Beside(agencies=agencies, roots=self._roots()))
        return {category.id: category for category in (file.categories if file else ())}

    def read_agencies(self) -> dict[str, Agency]:
        """Agencies by id, in the order they are written."""
        file = self._checked(AgenciesFile, "agencies")
        return {agency.id: agency for agency in (file.agencies if file else ())}

    def read_lookups(self, prompts: Collection[str]) -> dict[str, LookupSource]:
        """Look-up sources by the name of their file."""
        found: dict[str, LookupSource] = {}
        for path in self._lookup_paths():
            name = f"lookups/{path.name}"
            if (table := self.table(name)) is None:
                continue
            try:
                check_id(path.stem)
            except ValueError as error:
                self.faults.append(Fault(file=self.file(name), text=str(error)))
            note_repeated(self.faults, self.file(name), table.get("entries"), "entries", "key", set())
            beside = Beside(prompts=prompts, digits=table.get("digits"))
            file = check_shape(LookupFile, table, self.faults, file=self.file(name), context=beside)
            if file is not None:
                found[path.stem] = LookupSource(
                    id=path.stem,
                    title=file.title,
                    as_of=file.as_of,
                    source=file.source,
                    prompt=file.prompt,
                    digits=file.digits,
                    entries={entry.key: Text(vi=entry.vi.text, en=entry.en.text) for entry in file.entries},
                )
        return found

    def read_announcements(self) -> tuple[Announcement, ...]:
        """All announcements, newest first; those of one day stay in the order they are written."""
        file = self._checked(AnnouncementsFile, "announcements")
        return tuple(sorted(file.announcements if file else (), key=_start, reverse=True))

    def _checked(self, shape: type[S], name: str, context: Beside | None = None) -> S | None:
        """A file of the folder as its shape; ids of its list are used once."""
        table = self._tables[name]
        if table is None:
            return None
        file = self.file(f"{name}.toml")
        note_repeated(self.faults, file, table.get(name), name, "id", set())
        return check_shape(shape, table, self.faults, file=file, context=context)

    def _roots(self) -> Mapping[str, str]:
        items = (self._tables["categories"] or {}).get("categories")
        return {
            str(item.get("id")): str(item.get("root", item.get("id")))
            for item in (items if isinstance(items, list) else ())
            if isinstance(item, dict)
        }

    def _lookup_paths(self) -> list[Path]:
        return sorted((self._folder / "lookups").glob("*.toml"))


def _start(announcement: Announcement) -> date:
    return announcement.start


def _keys(table: dict[str, Any] | None, key: str) -> Collection[str] | None:
    """The names below a table of a file; None where the file cannot be read."""
    inner = table.get(key, {}) if table is not None else None
    return list(inner) if isinstance(inner, dict) else None


def _ids(table: dict[str, Any] | None, key: str) -> Collection[str] | None:
    """The ids in a list of a file; None where the file cannot be read."""
    items = table.get(key, []) if table is not None else None
    return [str(item.get("id")) for item in items if isinstance(item, dict)] if isinstance(items, list) else None
