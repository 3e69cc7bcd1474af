"""Checks a menu as a whole: that links, prompts and names exist, and that every caller gets through."""

import re
from collections.abc import Collection, Iterator

from ivr.city.flow.graph import find_silent_circle, menu_depths, reach, transitions
from ivr.city.flow.nodes import (
    OPERATOR,
    Answers,
    Bye,
    Callback,
    Consent,
    Hours,
    Lookup,
    Menu,
    Node,
    Publish,
    Receipt,
    Record,
    Review,
    Ring,
    Say,
)
from ivr.city.flow.read import Menus
from ivr.city.prompt_texts import PromptTexts
from ivr.model.tickets import Kind
from ivr.words import tr

_NAMED_KEY = re.compile(r"\b(?:phím|press) (\d)\b")


def check_flow(
    menus: Menus,
    *,
    texts: PromptTexts,
    categories: Collection[str] | None,
    schedules: Collection[str] | None,
    lines: Collection[str] | None,
    lookups: Collection[str],
) -> None:
    """Note every fault of a menu; None for names whose own file could not be read."""
    _check_links(menus)
    for name, node in menus.nodes.items():
        _check_prompts(menus, node, texts)
        if isinstance(node, Menu):
            _check_named_keys(menus, node, texts)
        _check_answers(menus, node, categories)
        match node:
            case Hours() if schedules is not None and node.schedule not in schedules:
                text = tr(f"không có lịch “{node.schedule}”", f'there is no schedule "{node.schedule}"')
                menus.fault(name, "schedule", text)
            case Ring() if lines is not None and node.line not in (OPERATOR, *lines):
                text = tr(f"không có đường dây “{node.line}”", f'there is no line "{node.line}"')
                menus.fault(name, "line", text)
            case Lookup() if node.source not in lookups:
                text = tr(f"không có nguồn tra cứu “{node.source}”", f'there is no look-up source "{node.source}"')
                menus.fault(name, "source", text)
            case _:
                pass
    _check_ends(menus)
    if len(menus.nodes) == len(menus.declared):
        _check_circle(menus)
        _check_give_up(menus)
        _check_reports(menus)
        _check_depth(menus)


def _check_links(menus: Menus) -> None:
    """Unknown nodes, and nodes no caller reaches; an unreadable node that is reached may lead to any other."""
    if menus.start and menus.start not in menus.declared:
        menus.fault("", "start", _no_node(menus.start))
    for name, node in menus.nodes.items():
        for transition in transitions(node):
            if transition.goto not in menus.declared:
                menus.fault(name, transition.setting, _no_node(transition.goto))
    reached = reach([menus.start], lambda name: _onward(menus, name))
    if menus.start not in menus.declared or any(name not in menus.nodes for name in reached & set(menus.declared)):
        return
    for name in menus.declared:
        if name not in reached:
            menus.fault(name, "", tr("không ai đến được nút này", "nobody reaches this node"))


def _check_ends(menus: Menus) -> None:
    """From every node a good-bye must be reachable; an unreadable node or link is given the benefit of the doubt."""
    doubtful = {name for name in menus.declared if name not in menus.nodes}
    ends = {name for name, node in menus.nodes.items() if isinstance(node, Bye)} | doubtful
    for name in menus.nodes:
        after = reach([name], lambda here: _onward(menus, here))
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
    before = reach([menus.start], lambda here: () if here in served else _onward(menus, here))
    for name, node in menus.nodes.items():
        if not isinstance(node, Menu) or name not in before:
            continue
        silent = reach([node.give_up], lambda here: () if here in served else _silent(menus, here))
        if any(isinstance(menus.nodes.get(here), Bye) for here in silent):
            text = tr(
                "kết thúc cuộc gọi mà chưa đưa đến ghi âm, gọi lại hay điện thoại viên",
                "ends the call before a recorder, a call-back or a person was offered",
            )
            menus.fault(name, "give_up", text)


def _check_reports(menus: Menus) -> None:
    """Whatever is recorded and sent leads to a receipt on every way: no reporter is left without a code."""
    for name, node in menus.nodes.items():
        if isinstance(node, Record):
            onward = reach([node.next], lambda here: _until_receipt(menus, here))
            if any(isinstance(menus.nodes.get(here), Bye) for here in onward):
                text = tr("có đường kết thúc mà chưa đọc mã (receipt)", "a way ends before the code is told (receipt)")
                menus.fault(name, "next", text)
            elif not any(isinstance(menus.nodes.get(here), Receipt) for here in onward):
                text = tr("không đến được nút đọc mã (receipt)", "no receipt is ever reached")
                menus.fault(name, "next", text)


def _check_depth(menus: Menus) -> None:
    """One level below the main menu (DOMAIN §3); deeper is only a warning."""
    for name, depth in menu_depths(menus.nodes, menus.start).items():
        if depth > 1:
            text = tr("sâu hơn một cấp dưới danh mục chính", "is more than one level below the main menu")
            menus.fault(name, "", text, warning=True)


def _check_prompts(menus: Menus, node: Node, texts: PromptTexts) -> None:
    for setting, prompt in _prompts(node):
        if prompt not in texts:
            menus.fault(
                node.id, setting, tr(f"lời nhắc “{prompt}” không có nội dung", f'prompt "{prompt}" has no text')
            )
            continue
        for language in ("vi", "en"):
            if not texts[prompt].of(language):
                text = tr(
                    f"lời nhắc “{prompt}” không có nội dung tiếng {'Việt' if language == 'vi' else 'Anh'}",
                    f'prompt "{prompt}" has no text in {"Vietnamese" if language == "vi" else "English"}',
                )
                menus.fault(node.id, setting, text)


def _check_named_keys(menus: Menus, menu: Menu, texts: PromptTexts) -> None:
    """A menu must not speak of a key that it does not have."""
    for setting, prompt in _prompts(menu):
        text = texts.get(prompt)
        named = set(_NAMED_KEY.findall(f"{text.vi} {text.en}")) if text is not None else set()
        for key in sorted(named - menu.keys.keys()):
            said = tr(
                f"lời nhắc “{prompt}” nói đến phím {key}, nhưng danh mục không có phím này",
                f'prompt "{prompt}" speaks of key {key}, which this menu does not have',
            )
            menus.fault(menu.id, setting, said)


def _prompts(node: Node) -> Iterator[tuple[str, str]]:
    match node:
        case Say() | Consent() | Review() | Publish() | Ring() | Bye():
            yield from (("prompts", prompt) for prompt in node.prompts)
        case Menu() | Record():
            yield from (("prompts", prompt) for prompt in node.prompts)
            yield from (("short", prompt) for prompt in node.short)
        case _:
            pass


def _check_answers(menus: Menus, node: Node, categories: Collection[str] | None) -> None:
    kinds = [kind.value for kind in Kind]
    for setting, answers in _answers(node):
        if categories is not None and answers.category not in (None, *categories):
            text = tr(f"không có lĩnh vực “{answers.category}”", f'there is no category "{answers.category}"')
            menus.fault(node.id, f"{setting}.category", text)
        if answers.kind is not None and answers.kind not in kinds:
            text = tr(
                f"không có loại phiếu “{answers.kind}” (có: {', '.join(kinds)})",
                f'there is no kind "{answers.kind}" (known: {", ".join(kinds)})',
            )
            menus.fault(node.id, f"{setting}.kind", text)


def _answers(node: Node) -> Iterator[tuple[str, Answers]]:
    match node:
        case Menu():
            yield from ((f"keys.{key}.set", choice.set) for key, choice in node.keys.items())
        case Record() | Callback():
            yield "set", node.set
        case _:
            pass


def _onward(menus: Menus, name: str) -> list[str]:
    node = menus.nodes.get(name)
    return [transition.goto for transition in transitions(node)] if node is not None else []


def _until_receipt(menus: Menus, name: str) -> list[str]:
    """Where a recorded report goes on; a cancelled one and one recorded again are no report."""
    match menus.nodes.get(name):
        case Receipt() | None:
            return []
        case Review() as node:
            return [node.next]
        case node:
            return [transition.goto for transition in transitions(node)]


def _silent(menus: Menus, name: str) -> list[str]:
    node = menus.nodes.get(name)
    return [transition.goto for transition in transitions(node) if not transition.key] if node is not None else []


def _no_node(name: str) -> str:
    return tr(f"không có nút “{name}”", f'there is no node "{name}"')
