"""``tongdai flow``: check a city, draw its menu, dial it from the keyboard, throw a switch."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from ivr.city.city import City, check_together, load_city, read_city
from ivr.city.flow.draw import draw
from ivr.city.flow.switches import FILE as SWITCHES
from ivr.city.flow.switches import SwitchError, Thrown, find_switches, find_thrown, read_switches, throw_switch
from ivr.city.prompt_texts import read_prompt_texts
from ivr.city.seconds.check import describe, measure_built, past_limits
from ivr.command import Check, Command, Finding
from ivr.model.civil import ZONE
from ivr.prompts.lengths import built_lengths
from ivr.settings import Settings
from ivr.settings.faults import Fault
from ivr.settings.files import find_cities
from ivr.words import tr


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar=tr("VIỆC", "ACTION"))
    check = actions.add_parser(
        "check",
        help=tr(
            "tìm mọi lỗi trong cấu hình thành phố: tệp, nút, thiết lập",
            "find every fault in a city's files: file, node, setting",
        ),
    )
    check.add_argument("city", nargs="*", help=tr("mã thành phố; không ghi là tất cả", "ids of cities; none means all"))
    drawing = actions.add_parser(
        "draw", help=tr("vẽ danh mục thành sơ đồ Mermaid", "draw a menu as a Mermaid flowchart")
    )
    drawing.add_argument("city", help=tr("mã thành phố", "id of a city"))
    drawing.add_argument(
        "--language", choices=("vi", "en"), default="vi", help=tr("tiếng của lời nhắc", "language of prompts")
    )
    drawing.add_argument(
        "--brief",
        action="store_true",
        help=tr(
            "chỉ các lối đi tới, không lối về, im lặng hay lỗi",
            "only ways further in: none back, for silence or failure",
        ),
    )
    dial = actions.add_parser("dial", help=tr("gọi thử danh mục bằng bàn phím", "dial a menu from the keyboard"))
    dial.add_argument("city", nargs="?", help=tr("mã thành phố", "id of a city"))
    dial.add_argument(
        "--number", default="0905123456", help=tr('số gọi đến; "" là ẩn số', 'the caller\'s number; "" is anonymous')
    )
    switch = actions.add_parser(
        "switch",
        help=tr("bật, tắt công tắc (emergency: chế độ khẩn cấp)", "throw a switch (emergency: the emergency menu)"),
    )
    switch.add_argument(
        "name", nargs="?", help=tr("tên công tắc; không ghi là xem", "name of the switch; none shows all")
    )
    switch.add_argument("state", nargs="?", choices=("on", "off"), help=tr("on: bật, off: tắt", "on or off"))


def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    match arguments.action:
        case "check":
            return _check(settings, arguments.city)
        case "draw":
            city = load_city(settings.config, arguments.city)
            sys.stdout.write(
                draw(city, read_prompt_texts(settings.config, city.id, []), arguments.language, brief=arguments.brief)
            )
            return 0
        case "dial":
            return _dial(settings, arguments.city or settings.city, arguments.number)
        case _:
            return _switch(settings, arguments.name, arguments.state)


def _check(settings: Settings, names: list[str]) -> int:
    """0 when every city asked for may answer; 1 with the list of everything that is wrong.

    Seconds past their limit are a fault too, as they are built; of recordings of a person, a warning.
    """
    for unknown in set(names) - set(find_cities(settings.config)):
        read_city(settings.config, unknown)
    cities, faults = _read_all(settings.config, names)
    asked = [city for city in cities if not names or city.id in names]
    for city in asked:
        print(tr(f"{city.id}: đúng, {len(city.flow.nodes)} nút", f"{city.id}: right, {len(city.flow.nodes)} nodes"))
    lengths = built_lengths(settings) if asked else {}
    for city in asked:
        figures = measure_built(settings, city, lengths)
        print(*describe(city, figures), sep="\n")
        faults += past_limits(city, figures, warning=settings.voice_pack is not None)
    for fault in faults:
        print(fault)
    return int(any(not fault.warning for fault in faults))


def _read_all(config: Path, names: list[str]) -> tuple[list[City], list[Fault]]:
    """All cities that may answer, and the faults of those named (none: of all) and of all together."""
    cities: list[City] = []
    faults: list[Fault] = []
    for name in find_cities(config):
        city, found = read_city(config, name)
        if city is not None:
            cities.append(city)
        if not names or name in names:
            faults += found
    return cities, faults + check_together(cities)


def check_cities(settings: Settings) -> list[Finding]:
    """The city that answers by default must be faultless, and no other may claim its numbers."""
    cities, faults = _read_all(settings.config, [settings.city])
    found = _findings(faults)
    ids = [city.id for city in cities]
    if settings.city not in ids and not found:
        text = tr(f"không có thành phố mặc định “{settings.city}”", f'there is no default city "{settings.city}"')
        remedy = tr(f"Đặt TONGDAI_CITY là một trong: {', '.join(ids)}", f"Set TONGDAI_CITY to one of: {', '.join(ids)}")
        found.append(Finding(name="cities", ok=False, text=text, remedy=remedy))
    return found or [Finding(name="cities", ok=True, text=", ".join(ids))]


def check_other_cities(settings: Settings) -> list[Finding]:
    """Faults of cities that do not answer by default: their numbers are not answered, the others are."""
    others = [name for name in find_cities(settings.config) if name != settings.city]
    return _findings([fault for name in others for fault in read_city(settings.config, name)[1]])


def _findings(faults: list[Fault]) -> list[Finding]:
    remedy = tr("Sửa tệp này", "Mend this file")
    return [Finding(name="cities", ok=False, text=str(fault), remedy=remedy) for fault in faults if not fault.warning]


def _dial(settings: Settings, city: str, number: str) -> int:
    """The engine is loaded only here: a check needs no telephone."""
    from ivr.simulator.keyboard import dial

    return dial(settings, load_city(settings.config, city), number)


def _switch(settings: Settings, name: str | None, state: str | None) -> int:
    known = _known_switches(settings.config)
    if name is not None and name not in known:
        names = ", ".join(known) or tr("không có", "none")
        raise SwitchError(
            tr(
                f"không danh mục nào có công tắc “{name}”. Các công tắc: {names}.",
                f'no menu has a switch "{name}". The switches are: {names}.',
            )
        )
    if name is not None and state is not None:
        throw_switch(settings, name, state == "on", datetime.now(UTC))
    switches = read_switches(settings)
    for key in known if name is None else [name]:
        print(f"{key}: {_on_or_off(switches.get(key, False))}")
    return 0


def _known_switches(config: Path) -> list[str]:
    """The switches that the cities' menus ask for."""
    return sorted({name for city in find_cities(config) for name in find_switches(config, city)})


def _on_or_off(on: bool) -> str:
    return tr("bật", "on") if on else tr("tắt", "off")


def _since(thrown: Thrown) -> str:
    at = thrown.since.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")
    return f"{thrown.name}: {_on_or_off(True)} " + tr(f"từ {at}", f"since {at}")


def check_switches(settings: Settings) -> list[Finding]:
    """Which switches are on: what callers hear is then not the usual menu, and somebody must have meant it."""
    on = find_thrown(settings)
    known = _known_switches(settings.config)
    unknown = [thrown.name for thrown in on if thrown.name not in known]
    text = ", ".join(map(_since, on)) or tr("không công tắc nào bật", "none is on")
    remedy = ""
    if unknown:
        names = ", ".join(unknown)
        remedy = tr(
            f"Không danh mục nào có công tắc {names}. Xóa dòng đó trong {settings.home / SWITCHES}.",
            f"No menu has the switch {names}. Delete that line of {settings.home / SWITCHES}.",
        )
    return [Finding(name="switches", ok=not unknown, text=text, remedy=remedy)]


COMMAND = Command(
    help=tr("danh mục của thành phố: kiểm tra, vẽ, gọi thử, công tắc", "a city's menu: check, draw, dial, switch"),
    configure=_configure,
    run=_run,
)

CHECKS = [
    Check(name="cities", check=check_cities, at_start=True),
    Check(name="cities", check=check_other_cities),
    Check(name="switches", check=check_switches),
]
