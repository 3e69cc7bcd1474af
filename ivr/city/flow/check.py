"""Checks a menu as a whole: that links, prompts and names exist; what callers meet on their ways is in ``ways``."""

import re
from collections.abc import Collection, Iterator

from ivr.city.fields import OPERATOR
from ivr.city.flow.graph import onward, reach, transitions
from ivr.city.flow.nodes import (
    Answers,
    Bye,
    Callback,
    Consent,
    Hours,
    Lookup,
    Menu,
    Node,
    Publish,
    Record,
    Ring,
    Say,
)
from ivr.city.flow.read import Menus
from ivr.city.flow.ways import check_ways
from ivr.city.prompt_texts import PromptTexts
from ivr.model.tickets import Kind
from ivr.words import tr

_LANGUAGES = ("vi", "en")
_NAMED_KEY = re.compile(r"\b(?:phím|press) (\d)\b")


def check_flow(
    menus: Menus,
    *,
    texts: PromptTexts,
    categories: Collection[str] | None,
    schedules: Collection[str] | None,
    lines: Collection[str] | None,
    lookups: Collection[str],
    most_keys: int,
) -> None:
    """Note every fault of a menu; None for names whose own file could not be read."""
    _check_links(menus)
    for name, node in menus.nodes.items():
        _check_prompts(menus, node, texts)
        if isinstance(node, Menu):
            _check_named_keys(menus, node, texts, most_keys)
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
    check_ways(menus)


def _check_links(menus: Menus) -> None:
    """Unknown nodes, and nodes no caller reaches; an unreadable node that is reached may lead to any other."""
    if menus.start and menus.start not in menus.declared:
        menus.fault("", "start", _no_node(menus.start))
    for name, node in menus.nodes.items():
        for transition in transitions(node):
            if transition.goto not in menus.declared:
                menus.fault(name, transition.setting, _no_node(transition.goto))
    reached = reach([menus.start], lambda name: onward(menus.nodes, name))
    if menus.start not in menus.declared or any(name not in menus.nodes for name in reached & set(menus.declared)):
        return
    for name in menus.declared:
        if name not in reached:
            menus.fault(name, "", tr("không ai đến được nút này", "nobody reaches this node"))


def _check_prompts(menus: Menus, node: Node, texts: PromptTexts) -> None:
    for setting, prompt in _prompts(node):
        if prompt not in texts:
            menus.fault(
                node.id, setting, tr(f"lời nhắc “{prompt}” không có nội dung", f'prompt "{prompt}" has no text')
            )
            continue
        for language in _LANGUAGES:
            if not texts[prompt].of(language):
                text = tr(
                    f"lời nhắc “{prompt}” không có nội dung tiếng {'Việt' if language == 'vi' else 'Anh'}",
                    f'prompt "{prompt}" has no text in {"Vietnamese" if language == "vi" else "English"}',
                )
                menus.fault(node.id, setting, text)


def _check_named_keys(menus: Menus, menu: Menu, texts: PromptTexts, most: int) -> None:
    """A menu must not speak of a key that it does not have, nor of more keys than a caller can keep in mind."""
    together = [texts[prompt] for prompt in menu.prompts if prompt in texts]
    named_at_once = max(
        len(set(_NAMED_KEY.findall(" ".join(text.of(language) for text in together)))) for language in _LANGUAGES
    )
    if named_at_once > most:
        many = tr(
            f"nói đến {named_at_once} phím một lần, nhiều nhất là {most} (most_keys trong city.toml)",
            f"names {named_at_once} keys at once, at most {most} are allowed (most_keys in city.toml)",
        )
        menus.fault(menu.id, "prompts", many)
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
        case Say() | Consent() | Publish() | Ring() | Bye():
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


def _no_node(name: str) -> str:
    return tr(f"không có nút “{name}”", f'there is no node "{name}"')
