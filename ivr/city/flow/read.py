"""Reads ``menu.toml`` into nodes: each table must have exactly the fields of its node type."""

from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, get_type_hints

from ivr.city.flow.nodes import NODE_TYPES, Answers, Choice, Node
from ivr.city.table import Table
from ivr.phone import KEYPAD
from ivr.words import tr

KEYS = frozenset(KEYPAD) - {"*"}
"""Keys a menu may give a meaning; ``*`` always repeats."""


@dataclass(frozen=True, kw_only=True)
class Menus:
    """What ``menu.toml`` holds. ``nodes`` are the faultless ones; ``raw`` has every declared one as it was written."""

    table: Table
    start: str
    nodes: dict[str, Node]
    raw: dict[str, Table]


def read_menu(table: Table) -> Menus:
    """All nodes of a menu file; every fault of shape is noted, links are left to the check."""
    start = table.text("start")
    nodes: dict[str, Node] = {}
    raw: dict[str, Table] = {}
    parent = table.table("nodes")
    for name, child in parent.children() if parent is not None else ():
        node = Table(child.data, table.faults, table.file, node=name)
        raw[name] = node
        before = len(table.faults)
        made = _node(name, node)
        if made is not None and len(table.faults) == before:
            nodes[name] = made
    table.close()
    return Menus(table=table, start=start, nodes=nodes, raw=raw)


def _node(name: str, table: Table) -> Node | None:
    type_name = table.text("type")
    made = NODE_TYPES.get(type_name)
    if made is None:
        if type_name:
            known = ", ".join(NODE_TYPES)
            table.fault(
                "type",
                tr(f"không có loại nút “{type_name}” (có: {known})", f'no node type "{type_name}" (known: {known})'),
            )
        return None
    hints = get_type_hints(made)
    values = {field.name: _value(table, field, hints[field.name]) for field in fields(made) if field.name != "id"}
    table.close()
    if made is NODE_TYPES["language"] and values["language"] not in ("vi", "en", "other"):
        table.fault("language", tr("phải là vi, en hoặc other", "must be vi, en or other"))
    return made(id=name, **values)


def _value(table: Table, field: Field[Any], hint: Any) -> Any:
    default = None if field.default is MISSING else field.default
    if hint is str:
        return table.text(field.name, default)
    if hint == tuple[str, ...]:
        return table.texts(field.name, default)
    if hint == dict[str, Choice]:
        return _choices(table, field.name)
    if hint is Answers:
        return _answers(table, field.name)
    if hint is int:
        value = table.number(field.name, least=1)
        return default if value is None else int(value)
    return table.number(field.name, least=0.1)


def _choices(table: Table, name: str) -> dict[str, Choice]:
    parent = table.table(name)
    if parent is None:
        return {}
    if not parent.data:
        table.fault(name, tr("không có phím nào", "has no keys"))
    found: dict[str, Choice] = {}
    for key, value in parent.data.items():
        if key not in KEYS:
            why = (
                tr("phím * luôn là nghe lại", "* always repeats") if key == "*" else tr("có: 0–9 và #", "0–9 and # are")
            )
            parent.fault(key, tr(f"“{key}” không phải là phím ({why})", f'"{key}" is not a key ({why})'))
        if isinstance(value, str):
            found[key] = Choice(goto=parent.text(key))
        elif (child := parent.table(key)) is not None:
            found[key] = Choice(goto=child.text("goto"), set=_answers(child, "set"))
            child.close()
    return found


def _answers(table: Table, name: str) -> Answers:
    child = table.table(name, needed=False)
    if child is None:
        return Answers()
    made = Answers(
        category=child.text("category") if child.has("category") else None,
        kind=child.text("kind") if child.has("kind") else None,
        confidential=child.flag("confidential") if child.has("confidential") else None,
        urgent=child.flag("urgent") if child.has("urgent") else None,
    )
    child.close()
    return made
