"""Which keys of a list report something: those that lead to the recorder without another list, at any hour."""

from collections.abc import Mapping, Sequence

from ivr.city.flow.nodes import Flow, Hours, Language, Menu, Node, Record, Say, Switch

Reports = Mapping[str, Sequence[str]]
"""The keys by the list's id, in the order in which lists name them."""
_ORDER = "1234567890#"


def find_reports(flow: Flow) -> Reports:
    """Of every list, the keys that report something; none where a report lies deeper."""
    return {menu.id: _report_keys(flow, menu) for menu in flow.nodes.values() if isinstance(menu, Menu)}


def fork(node: Node, *, is_open: bool) -> str | None:
    """Where a fork leads with no switch thrown; None for a node that is none."""
    match node:
        case Hours():
            return node.open if is_open else node.closed
        case Switch():
            return node.off
        case _:
            return None


def _report_keys(flow: Flow, menu: Menu) -> list[str]:
    return [
        key
        for key in sorted(menu.keys, key=_ORDER.index)
        if all(_records(flow, menu.keys[key].goto, is_open=is_open) for is_open in (True, False))
    ]


def _records(flow: Flow, start: str, *, is_open: bool) -> bool:
    here = start
    for _ in flow.nodes:
        match flow.nodes.get(here):
            case Record():
                return True
            case Say() | Language() as node:
                here = node.next
            case Hours() | Switch() as node:
                here = fork(node, is_open=is_open) or ""
            case _:
                return False
    return False
