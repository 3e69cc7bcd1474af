"""Reads ``categories.toml``, ``agencies.toml``, ``lookups/*.toml`` and ``announcements.toml`` of a city."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from ivr.city.faults import Fault
from ivr.city.prompt_texts import PromptTexts
from ivr.city.read_city import read_text
from ivr.city.table import Table, read_table
from ivr.city.values import Agency, Announcement, Category, LookupSource, Text
from ivr.words import tr

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_categories(folder: Path, agencies: Collection[str], faults: list[Fault]) -> dict[str, Category]:
    """Categories by id, in the order they are written."""
    found: dict[str, Category] = {}
    table = read_table(folder, "categories.toml", faults)
    for name, item in _items(table, "categories", set(found)):
        hours, urgent = item.number("hours", least=0.5), item.number("urgent_hours", least=0.5)
        decision, decided = item.text("decision", ""), item.day("decided", needed=False)
        if not decision and (hours is not None or urgent is not None):
            item.fault("decision", tr("thời hạn phải nêu quyết định", "hours must name the decision they come from"))
        root = item.text("root", name)
        agency = item.text("agency", "") or None
        if agency is not None and agency not in agencies:
            item.fault("agency", tr(f"không có cơ quan “{agency}”", f'there is no agency "{agency}"'))
        found[name] = Category(
            id=name,
            name=read_text(item, "name"),
            root=root,
            hours=hours,
            urgent_hours=urgent,
            decision=decision,
            decided=decided,
            agency=agency,
        )
        item.close()
    for category in found.values():
        if table is not None and (category.root not in found or found[category.root].root != category.root):
            text = tr(f"không có lĩnh vực gốc “{category.root}”", f'there is no root category "{category.root}"')
            table.fault(f"categories.{category.id}.root", text)
    return found


def read_agencies(folder: Path, faults: list[Fault]) -> dict[str, Agency]:
    """Agencies by id, in the order they are written."""
    found: dict[str, Agency] = {}
    for name, item in _items(read_table(folder, "agencies.toml", faults), "agencies", set(found)):
        found[name] = Agency(id=name, name=read_text(item, "name", also=("say", "say_en")), group=item.text("group"))
        item.close()
    return found


def read_lookups(folder: Path, texts: PromptTexts, faults: list[Fault]) -> dict[str, LookupSource]:
    """Look-up sources by the name of their file."""
    found: dict[str, LookupSource] = {}
    for path in sorted((folder / "lookups").glob("*.toml")):
        table = read_table(folder, f"lookups/{path.name}", faults)
        if table is not None and (source := _lookup(table, path.stem, texts)) is not None:
            found[path.stem] = source
    return found


def _lookup(table: Table, name: str, texts: PromptTexts) -> LookupSource | None:
    if not _ID.fullmatch(name):
        table.fault("", _no_id(name))
    as_of, digits, prompt = table.day("as_of"), table.number("digits", least=1), table.text("prompt")
    if prompt and prompt not in texts:
        table.fault("prompt", tr(f"lời nhắc “{prompt}” không có nội dung", f'prompt "{prompt}" has no text'))
    if digits is None and "digits" not in table.data:
        table.fault("digits", tr("thiếu", "is missing"))
    entries: dict[str, Text] = {}
    for item in table.tables("entries"):
        key = item.text("key")
        if key and not (re.fullmatch(r"\d+", key) and len(key) <= int(digits or 99)):
            item.fault(
                "key", tr(f"“{key}” không gồm tối đa {digits:g} chữ số", f'"{key}" is not up to {digits:g} digits')
            )
        if key in entries:
            item.fault("key", tr(f"“{key}” được khai hai lần", f'"{key}" is given twice'))
        entries[key] = _languages(item)
        item.close()
    if not entries:
        table.fault("entries", tr("không có mục nào", "has no entries"))
    title, source = read_text(table, "title"), table.text("source")
    table.close()
    if as_of is None or digits is None:
        return None
    return LookupSource(
        id=name, title=title, as_of=as_of, source=source, prompt=prompt, digits=int(digits), entries=entries
    )


def read_announcements(folder: Path, faults: list[Fault]) -> tuple[Announcement, ...]:
    """All announcements, newest first; those of one day stay in the order they are written."""
    found: dict[str, Announcement] = {}
    table = read_table(folder, "announcements.toml", faults, needed=False)
    for name, item in _items(table, "announcements", set(found)):
        start, until, topic = item.day("from"), item.day("until"), item.text("topic")
        text = _languages(item)
        item.close()
        if start is None or until is None:
            continue
        if until < start:
            item.fault("until", tr("trước ngày bắt đầu", "is before from"))
        found[name] = Announcement(id=name, topic=topic, start=start, until=until, text=text)
    return tuple(sorted(found.values(), key=lambda one: one.start, reverse=True))


def _items(table: Table | None, key: str, seen: set[str]) -> Iterator[tuple[str, Table]]:
    """The list's tables with their ids; a list of another name or an id given twice is a fault."""
    if table is None:
        return
    for item in table.tables(key):
        name = item.text("id")
        if name and not _ID.fullmatch(name):
            item.fault("id", _no_id(name))
        if name in seen:
            item.fault("id", tr(f"“{name}” được khai hai lần", f'"{name}" is given twice'))
        seen.add(name)
        yield name, item
    table.close()


def _languages(item: Table) -> Text:
    """``vi`` and ``en``, each a string or ``{text, say, voice}``; what is spoken is the prompt builder's business."""
    shown: dict[str, str] = {}
    for language in ("vi", "en"):
        if isinstance(item.data.get(language), str):
            shown[language] = item.text(language)
        elif (child := item.table(language)) is not None:
            shown[language] = child.text("text")
            for other in ("say", "voice"):
                child.text(other, "-")
            child.close()
    return Text(vi=shown.get("vi", ""), en=shown.get("en", ""))


def _no_id(name: str) -> str:
    return tr(f"“{name}” không phải là mã (a–z, 0–9, gạch nối)", f'"{name}" is not an id (a–z, 0–9, hyphens)')
