"""Reads ``menu.toml`` into nodes: each table must have exactly the settings of its node type."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.city.flow.nodes import NODE_TYPES, Node
from ivr.settings.faults import Fault
from ivr.settings.shape import Filled, Shape, check_shape
from ivr.words import tr


class MenuFile(Shape):
    """``menu.toml``; its nodes are held against their types one by one, so that the right ones can be checked."""

    start: Filled
    nodes: dict[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Menus:
    """What ``menu.toml`` holds. ``nodes`` are the faultless ones, ``declared`` the names of all."""

    file: str
    start: str
    nodes: Mapping[str, Node]
    declared: Collection[str]
    faults: list[Fault]

    def fault(self, node: str, setting: str, text: str, *, warning: bool = False) -> None:
        """Note a fault of a node's setting (empty: of the node); with an empty ``node`` of the file itself."""
        self.faults.append(Fault(file=self.file, node=node, setting=setting, text=text, warning=warning))


def read_menu(table: dict[str, Any], file: str, faults: list[Fault]) -> Menus:
    """All nodes of a menu file; every fault of shape is noted, links are left to the check."""
    check_shape(MenuFile, table, faults, file=file)
    written = table.get("nodes")
    declared = (
        {name: node for name, node in written.items() if isinstance(node, dict)} if isinstance(written, dict) else {}
    )
    nodes = {name: node for name in declared if (node := _node(name, declared[name], file, faults)) is not None}
    start = table.get("start")
    return Menus(
        file=file, start=start if isinstance(start, str) else "", nodes=nodes, declared=declared, faults=faults
    )


def _no_review() -> str:
    """What to do with a node of the menus of version 0.1."""
    return tr(
        "không còn loại nút “review”: nút record tự hỏi gửi, nghe lại, nói tiếp, hủy. Bỏ nút này, cho next của nút "
        "record dẫn tới nơi next của nút này dẫn tới, và ghi cancelled, refused vào nút record",
        'there is no node type "review" any more: record itself asks whether to send, listen, go on or cancel. Remove '
        "this node, let next of the record node lead where next of this one does, and give the record node cancelled "
        "and refused",
    )


def _node(name: str, table: dict[str, Any], file: str, faults: list[Fault]) -> Node | None:
    type_name = table.get("type")
    if type_name == "review":
        faults.append(Fault(file=file, node=name, setting="type", text=_no_review()))
        return None
    made = NODE_TYPES.get(type_name) if isinstance(type_name, str) else None
    if made is None:
        known = ", ".join(NODE_TYPES)
        text = tr(f"không có loại nút “{type_name}” (có: {known})", f'no node type "{type_name}" (known: {known})')
        missing = tr("thiếu", "is missing")
        faults.append(Fault(file=file, node=name, setting="type", text=text if "type" in table else missing))
        return None
    return check_shape(made, table, faults, file=file, node=name, given={"id": name}, beside=("type",))
