"""What callers meet on their ways through a menu: a person, another language, a recorder, a code, an end."""

from collections.abc import Iterator

from ivr.city.flow.graph import find_silent_circle, menu_depths, onward, reach, silent, transitions
from ivr.city.flow.nodes import (
    Bye,
    Callback,
    Consent,
    Hours,
    Language,
    Menu,
    Receipt,
    Record,
    Ring,
    Say,
    Switch,
)
from ivr.city.flow.read import Menus
from ivr.words import tr

DEEPEST = 2
"""Levels that a menu may lie below the main one."""


def check_ways(menus: Menus) -> None:
    """Note every fault of the ways; those that need every node are left out where some could not be read."""
    _check_ends(menus)
    if len(menus.nodes) == len(menus.declared):
        _check_circle(menus)
        _check_give_up(menus)
        _check_first_lists(menus)
        _check_reports(menus)
        _check_refusals(menus)
        _check_consents(menus)
        _check_depth(menus)


def _check_ends(menus: Menus) -> None:
    """From every node a good-bye must be reachable; an unreadable node or link is given the benefit of the doubt."""
    doubtful = {name for name in menus.declared if name not in menus.nodes}
    ends = {name for name, node in menus.nodes.items() if isinstance(node, Bye)} | doubtful
    for name in menus.nodes:
        after = reach([name], lambda here: onward(menus.nodes, here))
        if not after & ends and after <= set(menus.declared):
            menus.fault(name, "", tr("từ đây không bao giờ đến lời chào (bye)", "no good-bye (bye) is ever reached"))


def _check_circle(menus: Menus) -> None:
    """Whoever does nothing must come to an end."""
    circle = find_silent_circle(menus.nodes)
    if circle:
        shown = " → ".join([*circle, circle[0]])
        text = tr(f"người không bấm phím đi vòng mãi: {shown}", f"who presses nothing goes round for ever: {shown}")
        menus.fault(circle[0], "", text)


def _check_give_up(menus: Menus) -> None:
    """No silent caller is sent away before a recorder, a call-back or a person was offered (DOMAIN §3)."""
    served = {name for name, node in menus.nodes.items() if isinstance(node, Record | Callback | Ring | Receipt)}
    before = reach([menus.start], lambda here: () if here in served else onward(menus.nodes, here))
    for name, node in menus.nodes.items():
        if not isinstance(node, Menu) or name not in before:
            continue
        reached = reach([node.give_up], lambda here: () if here in served else silent(menus.nodes, here))
        if any(isinstance(menus.nodes.get(here), Bye) for here in reached):
            text = tr(
                "kết thúc cuộc gọi mà chưa đưa đến ghi âm, gọi lại hay điện thoại viên",
                "ends the call before a recorder, a call-back or a person was offered",
            )
            menus.fault(name, "give_up", text)


def _check_first_lists(menus: Menus) -> None:
    """In every city, from the first list on: 0 is a person, 9 the other language, and silence reaches the recorder."""
    for menu in _first_lists(menus):
        if not _leads_to(menus, menu, "0", Ring):
            text = tr("phím 0 phải đưa đến người trực (ring)", "key 0 must lead to a person (ring)")
            menus.fault(menu.id, "keys.0", text)
        if not _leads_to(menus, menu, "9", Language):
            text = tr("phím 9 phải đổi ngôn ngữ (language)", "key 9 must change the language (language)")
            menus.fault(menu.id, "keys.9", text)
        reached = reach([menu.give_up], lambda here: silent(menus.nodes, here))
        if not any(isinstance(menus.nodes.get(here), Record) for here in reached):
            text = tr(
                "người không bấm phím phải đến được phần ghi âm (record)",
                "who presses nothing must come to a recorder (record)",
            )
            menus.fault(menu.id, "give_up", text)


def _first_lists(menus: Menus) -> Iterator[Menu]:
    """The menus that a call can come to before any other one."""
    for name in sorted(reach([menus.start], lambda here: _before_a_choice(menus, here))):
        if isinstance(node := menus.nodes.get(name), Menu):
            yield node


def _leads_to(menus: Menus, menu: Menu, key: str, kind: type[Ring] | type[Language]) -> bool:
    """Whether a key brings the caller to such a node before anything else is asked."""
    choice = menu.keys.get(key)
    reached = reach([choice.goto], lambda here: _before_a_choice(menus, here)) if choice is not None else set()
    return any(isinstance(menus.nodes.get(here), kind) for here in reached)


def _before_a_choice(menus: Menus, name: str) -> list[str]:
    match menus.nodes.get(name):
        case Say() | Hours() | Switch() | Language():
            return onward(menus.nodes, name)
        case _:
            return []


def _check_reports(menus: Menus) -> None:
    """Whatever is recorded and sent leads to a receipt on every way: no reporter is left without a code."""
    for name, node in menus.nodes.items():
        if isinstance(node, Record):
            after = reach([node.next], lambda here: _until_receipt(menus, here))
            if any(isinstance(menus.nodes.get(here), Bye) for here in after):
                text = tr("có đường kết thúc mà chưa đọc mã (receipt)", "a way ends before the code is told (receipt)")
                menus.fault(name, "next", text)
            elif not any(isinstance(menus.nodes.get(here), Receipt) for here in after):
                text = tr("không đến được nút đọc mã (receipt)", "no receipt is ever reached")
                menus.fault(name, "next", text)


def _check_refusals(menus: Menus) -> None:
    """Who has refused to be recorded comes to no recorder before they have agreed."""
    for name, node in menus.nodes.items():
        if isinstance(node, Record | Consent):
            reached = reach([node.refused], lambda here: _without_yes(menus, here))
            if any(isinstance(menus.nodes.get(here), Record) for here in reached):
                text = tr(
                    "người không muốn ghi âm bị đưa đến phần ghi âm (record) mà chưa đồng ý (consent)",
                    "who refuses comes to a recorder (record) without having agreed (consent)",
                )
                menus.fault(name, "refused", text)


def _without_yes(menus: Menus, name: str) -> list[str]:
    """Where callers go from a node who do not agree to be recorded."""
    node = menus.nodes.get(name)
    return [node.refused] if isinstance(node, Consent) else onward(menus.nodes, name)


def _check_consents(menus: Menus) -> None:
    """Only who has refused is asked: a report needs no consent, and the question costs every caller seven seconds."""
    reached = reach([menus.start], lambda here: _not_refused(menus, here))
    for name in reached:
        if isinstance(menus.nodes.get(name), Consent):
            text = tr(
                "chỉ hỏi đồng ý (consent) người đã từ chối ghi âm (refused)",
                "consent is asked only of who has refused to be recorded (refused)",
            )
            menus.fault(name, "", text)


def _not_refused(menus: Menus, name: str) -> list[str]:
    node = menus.nodes.get(name)
    ways = transitions(node) if node is not None else ()
    return [way.goto for way in ways if way.setting != "refused"]


def _check_depth(menus: Menus) -> None:
    """Two levels below the main menu; deeper is only a warning."""
    for name, depth in menu_depths(menus.nodes, menus.start).items():
        if depth > DEEPEST:
            text = tr("sâu hơn hai cấp dưới danh mục chính", "is more than two levels below the main menu")
            menus.fault(name, "", text, warning=True)


def _until_receipt(menus: Menus, name: str) -> list[str]:
    """Where a report that was sent goes on."""
    match menus.nodes.get(name):
        case Receipt() | None:
            return []
        case node:
            return [transition.goto for transition in transitions(node)]
