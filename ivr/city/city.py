"""A city: one folder of TOML made into one frozen value, or every fault of its files at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ivr.city.faults import FlowFaults
from ivr.city.flow.check import check_flow
from ivr.city.flow.nodes import Flow
from ivr.city.flow.nodes import Hours as HoursNode
from ivr.city.flow.read import read_menu
from ivr.city.hours import Hours
from ivr.city.prompt_texts import PromptTexts, read_prompt_texts
from ivr.city.read import CityReader
from ivr.city.seconds.limits import Limits
from ivr.city.shape import MOST_KEYS, CityFile
from ivr.city.values import Agency, Announcement, Category, LookupSource, QueueRules, Text
from ivr.errors import TongdaiError
from ivr.model.civil import ZONE
from ivr.settings.faults import Fault
from ivr.settings.files import find_cities
from ivr.words import tr


class CityUnknown(TongdaiError):
    """There is no city of this name."""


@dataclass(frozen=True, kw_only=True)
class City:
    """Everything a city's folder says, checked."""

    id: str
    name: Text
    prefix: str
    """Two letters before a ticket code: ``DN`` of ``DN26-004217-4``."""
    numbers: tuple[str, ...]
    """Dialled numbers that this city answers, digits only."""
    issuer: str
    notice_version: str
    """Version of the recording notice that callers hear; stored with each report."""
    lines: Mapping[str, str]
    """Asterisk dial strings by name; ``operator`` is a setting and not among them."""
    queues: Mapping[str, QueueRules]
    """How the callers of a line wait, where its rules are not the usual ones; ``operator`` may be among them."""
    hours: Hours
    categories: Mapping[str, Category]
    agencies: Mapping[str, Agency]
    lookups: Mapping[str, LookupSource]
    announcements: tuple[Announcement, ...]
    flow: Flow
    seconds: Limits
    """The most seconds that callers may be kept, by what they do."""

    def is_open(self, schedule: str, now: datetime) -> bool:
        """Whether one of the city's schedules is open at an aware moment."""
        return self.hours.is_open(schedule, now)

    def queue_of(self, line: str) -> str:
        """Name of the queue in Asterisk in which callers wait for a line."""
        return queue_name(self.id, line)

    @property
    def desk_schedule(self) -> str:
        """When people answer: the schedule that the menu asks first, else that of deadlines."""
        asked = (node.schedule for node in self.flow.nodes.values() if isinstance(node, HoursNode))
        return next(asked, self.hours.work)

    def find_category(self, category: str | None) -> Category | None:
        """The category of this id."""
        return self.categories.get(category) if category else None

    def find_due(self, category: str | None, *, urgent: bool, at: datetime) -> datetime | None:
        """When a matter of this category, reported at the aware moment ``at``, is due; None without a rule."""
        found = self.find_category(category)
        hours = (found.urgent_hours if urgent else found.hours) if found else None
        return None if hours is None else self.hours.due(at, hours)

    def find_agency(self, agency: str | None) -> Agency | None:
        """The agency of this id."""
        return self.agencies.get(agency) if agency else None

    def announcements_on(self, day: date) -> tuple[Announcement, ...]:
        """The announcements in force on a day, newest first."""
        return tuple(notice for notice in self.announcements if notice.start <= day <= notice.until)

    def announcements_at(self, now: datetime) -> tuple[Announcement, ...]:
        """The announcements in force at an aware moment, newest first."""
        return self.announcements_on(now.astimezone(ZONE).date())


def queue_name(city_id: str, line: str) -> str:
    """The queue of a city's line, which no other city's can be."""
    return f"{city_id}-{line}"


def load_city(config: Path, city_id: str) -> City:
    """One city; :class:`FlowFaults` lists every fault of its files, :class:`CityUnknown` says there is none."""
    city, faults = read_city(config, city_id)
    if city is None:
        raise FlowFaults(faults)
    return city


def read_city(config: Path, city_id: str) -> tuple[City | None, list[Fault]]:
    """One city and all faults of its files; None with a fault that is more than a warning."""
    folder = config / "cities" / city_id
    known = find_cities(config)
    if city_id not in known:
        names = ", ".join(known)
        raise CityUnknown(
            tr(
                f"Không có thành phố “{city_id}” trong {config / 'cities'} (có: {names}).",
                f'There is no city "{city_id}" in {config / "cities"} (known: {names}).',
            )
        )
    faults: list[Fault] = []
    files = CityReader(folder, faults)
    texts = read_prompt_texts(config, city_id, faults)
    facts, hours = files.read_facts(), files.read_hours()
    agencies, categories = files.read_agencies(), files.read_categories()
    lookups, announcements = files.read_lookups(texts), files.read_announcements()
    flow = _read_flow(files, texts, facts)
    if any(not fault.warning for fault in faults) or facts is None or hours is None or flow is None:
        return None, faults
    city = City(
        id=city_id,
        name=facts.name,
        prefix=facts.prefix,
        numbers=facts.numbers,
        issuer=facts.issuer,
        notice_version=facts.notice_version,
        lines=facts.lines,
        queues=facts.queues,
        hours=hours,
        categories=categories,
        agencies=agencies,
        lookups=lookups,
        announcements=announcements,
        flow=flow,
        seconds=facts.seconds,
    )
    return city, faults


def _read_flow(files: CityReader, texts: PromptTexts, facts: CityFile | None) -> Flow | None:
    if files.menu is None:
        return None
    menus = read_menu(files.menu, files.file("menu.toml"), files.faults)
    check_flow(
        menus,
        texts=texts,
        categories=files.category_ids,
        schedules=files.schedules,
        lines=files.lines,
        lookups=files.lookup_ids,
        most_keys=MOST_KEYS if facts is None else facts.most_keys,
    )
    return Flow(start=menus.start, nodes=dict(menus.nodes))


def check_together(cities: list[City]) -> list[Fault]:
    """Faults that only show between cities: a number or a code prefix that two of them claim."""
    faults: list[Fault] = []
    claimed: dict[tuple[str, str], str] = {}
    for city in cities:
        for setting, value in [("prefix", city.prefix), *(("numbers", number) for number in city.numbers)]:
            owner = claimed.setdefault((setting, value), city.id)
            if owner != city.id:
                text = tr(f"“{value}” đã thuộc về {owner}", f'"{value}" already belongs to {owner}')
                faults.append(Fault(file=f"{city.id}/city.toml", setting=setting, text=text))
    return faults
