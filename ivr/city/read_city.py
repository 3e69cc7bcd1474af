"""Reads ``city.toml``: the city's name, numbers, issuer and lines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.city.faults import Fault
from ivr.city.table import Table, read_table
from ivr.city.values import Text
from ivr.words import tr

_DIAL = re.compile(r"[A-Za-z0-9_]+/[A-Za-z0-9_.@+-]+(&[A-Za-z0-9_]+/[A-Za-z0-9_.@+-]+)*")
"""An Asterisk dial string; nothing that could end an argument of the dialplan."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What ``city.toml`` says."""

    name: Text
    prefix: str
    numbers: tuple[str, ...]
    issuer: str
    notice_version: str
    lines: Mapping[str, str]


def read_facts(folder: Path, faults: list[Fault]) -> Facts | None:
    """The facts, with a fault for each that is wrong; None where the file cannot be read."""
    table = read_table(folder, "city.toml", faults)
    if table is None:
        return None
    own_id = table.text("id")
    if own_id and own_id != folder.name:
        table.fault("id", tr(f"phải là tên thư mục, {folder.name}", f"must be the folder's name, {folder.name}"))
    facts = Facts(
        name=read_text(table, "name"),
        prefix=_matching(table, "prefix", r"[A-Z]{2}", tr("phải là hai chữ hoa", "must be two capital letters")),
        numbers=_numbers(table),
        issuer=table.text("issuer"),
        notice_version=_matching(
            table, "notice_version", r"[A-Za-z0-9.-]{1,32}", tr("phải dạng 2026-01", "must look like 2026-01")
        ),
        lines=_lines(table),
    )
    table.close()
    return facts


def read_text(table: Table, key: str, *, also: tuple[str, ...] = ()) -> Text:
    """A text in both languages, written ``{vi = "…", en = "…"}``; ``also`` may stand beside them."""
    child = table.table(key)
    if child is None:
        return Text(vi="", en="")
    for name in also:
        child.text(name, "-")
    made = Text(vi=child.text("vi"), en=child.text("en"))
    child.close()
    return made


def _matching(table: Table, key: str, pattern: str, must: str) -> str:
    value = table.text(key)
    if value and not re.fullmatch(pattern, value):
        table.fault(key, must)
    return value


def _numbers(table: Table) -> tuple[str, ...]:
    numbers = table.texts("numbers")
    for number in numbers:
        if not re.fullmatch(r"\d{3,15}", number):
            table.fault(
                "numbers", tr(f"“{number}” không phải là số điện thoại", f'"{number}" is not a telephone number')
            )
    if len(set(numbers)) < len(numbers):
        table.fault("numbers", tr("một số được khai hai lần", "a number is given twice"))
    return numbers


def _lines(table: Table) -> Mapping[str, str]:
    child = table.table("lines", needed=False)
    if child is None:
        return {}
    lines = {name: child.text(name) for name in child.data}
    for name, target in lines.items():
        if name == "operator":
            child.fault(name, tr("là thiết lập operator_phone", "is the setting operator_phone"))
        if target and not _DIAL.fullmatch(target):
            child.fault(name, tr(f"“{target}” không phải dạng PJSIP/101", f'"{target}" does not look like PJSIP/101'))
    return lines
