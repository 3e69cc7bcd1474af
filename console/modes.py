"""Which switches a person has thrown (the emergency menu): what callers hear then is not the usual menu."""

from dataclasses import dataclass
from datetime import datetime

from console import context
from console.gettext import gettext as _
from console.language import language
from ivr.city.flow.switches import SwitchError, find_thrown, get_stamp
from ivr.settings.files import find_cities


@dataclass(frozen=True, kw_only=True)
class Mode:
    """A switch that is on, in words."""

    text: str
    cities: str
    """Names of the cities whose menu it changes."""
    since: datetime


def read_modes() -> list[Mode]:
    """The switches that are on and change a menu; a file that cannot be read has none (the health page says why)."""
    if not get_stamp(context.settings()):
        return []
    try:
        thrown = find_thrown(context.settings())
    except SwitchError:
        return []
    found = ((each, _cities_with(each.name)) for each in thrown)
    return [Mode(text=_name(each.name), cities=", ".join(cities), since=each.since) for each, cities in found if cities]


def get_modes_stamp() -> str:
    """Differs whenever another switch is thrown: the hub sends the same one to pages."""
    return get_stamp(context.settings())


def _name(switch: str) -> str:
    return _("Chế độ khẩn cấp đang bật") if switch == "emergency" else _("Công tắc “%(name)s” đang bật", name=switch)


def _cities_with(switch: str) -> list[str]:
    words = (context.cities().get(city) for city in find_cities(context.settings().config))
    return [city.name(language()) for city in words if switch in city.switches]
