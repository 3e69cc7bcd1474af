"""Draws a city's menu as a Mermaid flowchart: what is said in the boxes, keys on the arrows."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from ivr.city.city import City
from ivr.city.flow.graph import Transition, transitions
from ivr.city.flow.nodes import (
    Announcements,
    Bye,
    Callback,
    Consent,
    Contact,
    Hours,
    Language,
    Lookup,
    Menu,
    Node,
    Publish,
    Receipt,
    Record,
    Ring,
    Say,
    Status,
    Switch,
)
from ivr.city.prompt_texts import PromptTexts
from ivr.words import tr

WORDS = 7
"""Words of a prompt that a box shows."""
_ORDINARY = frozenset({"next", "open", "on", "off", "unanswered"})


def draw(city: City, texts: PromptTexts, language: str, *, brief: bool = False) -> str:
    """The flowchart; prompts in ``language``, the rest in the language of the command line.

    ``brief`` shows only ways that lead further in: no way back, none for silence, refusal or failure.
    """
    nodes = city.flow.nodes
    shown = _further(nodes, city.flow.start) if brief else {name: transitions(node) for name, node in nodes.items()}
    lines = ["flowchart TD"]
    lines.extend(f"  {_id(name)}{_box(city, nodes[name], texts, language)}" for name in shown)
    for name, kept in shown.items():
        lines.extend(f"  {_id(name)} {_arrow(label)} {_id(goto)}" for goto, label in _arrows(kept).items())
    lines.append(f"  style {_id(city.flow.start)} stroke-width:3px")
    return "\n".join(lines) + "\n"


def _further(nodes: Mapping[str, Node], start: str) -> dict[str, list[Transition]]:
    """The ordinary ways of every node they reach, without those back to a node the caller has just come through."""
    kept: dict[str, list[Transition]] = {}

    def walk(here: str, path: frozenset[str]) -> None:
        if here in kept:
            return
        path |= {here}
        kept[here] = [
            transition
            for transition in transitions(nodes[here])
            if _is_ordinary(transition) and transition.goto not in path
        ]
        for transition in kept[here]:
            walk(transition.goto, path)

    walk(start, frozenset())
    return kept


def _is_ordinary(transition: Transition) -> bool:
    return transition.setting in _ORDINARY or transition.setting.startswith("keys.")


def _arrows(kept: Iterable[Transition]) -> Mapping[str, str]:
    """One arrow for each goal, with everything that leads there."""
    labels: dict[str, list[str]] = {}
    for transition in kept:
        labels.setdefault(transition.goto, []).append(_label(transition))
    return {goto: ", ".join(filter(None, parts)) for goto, parts in labels.items()}


def _label(transition: Transition) -> str:
    match transition.setting:
        case "next":
            return ""
        case "give_up":
            return tr("không bấm", "no key")
        case "refused":
            return tr("không muốn ghi âm", "refused")
        case "open":
            return tr("trong giờ", "open")
        case "closed":
            return tr("ngoài giờ", "closed")
        case "on":
            return tr("bật", "on")
        case "off":
            return tr("tắt", "off")
        case "cannot":
            return tr("không ghi được", "cannot")
        case "silent":
            return tr("im lặng", "silent")
        case "cancelled":
            return tr("hủy", "cancel")
        case "locked":
            return tr("khóa", "locked")
        case "unanswered":
            return tr("không ai nghe", "unanswered")
        case "absent":
            return tr("không có máy trực", "no telephone there")
        case "full":
            return tr("hàng chờ đầy", "line full")
        case _:
            return transition.key


def _arrow(label: str) -> str:
    return f'-- "{_quoted(label)}" -->' if label else "-->"


def _box(city: City, node: Node, texts: PromptTexts, language: str) -> str:
    """The shape shows the kind: questions are hexagons, forks are diamonds, recordings are rounded."""
    match node:
        case Say() | Ring():
            said = _said(texts, node.prompts, language)
            return _shape("[", "]", _title(node), said)
        case Menu() | Consent() | Publish():
            return _shape("{{", "}}", _title(node), _said(texts, node.prompts, language))
        case Record():
            return _shape("([", "])", _title(node), _said(texts, node.prompts, language))
        case Hours():
            return _shape("{", "}", _title(node), node.schedule)
        case Switch():
            return _shape("{", "}", _title(node), node.switch)
        case Language():
            return _shape("[", "]", _title(node), node.language)
        case Lookup():
            return _shape("[/", "/]", _title(node), city.lookups[node.source].title.of(language))
        case Bye():
            return _shape("((", "))", _title(node), _said(texts, node.prompts, language))
        case Contact() | Receipt() | Callback() | Status() | Announcements():
            return _shape("[/", "/]", _title(node), "")
    assert_never(node)


def _title(node: Node) -> str:
    """What the node does, in two words."""
    match node:
        case Say():
            return tr("Đọc", "Say")
        case Menu():
            return tr("Danh mục", "Menu")
        case Language():
            return tr("Đổi tiếng", "Language")
        case Hours():
            return tr("Giờ làm việc", "Hours")
        case Switch():
            return tr("Công tắc", "Switch")
        case Consent():
            return tr("Hỏi đồng ý ghi âm", "Consent")
        case Record():
            return tr("Ghi âm", "Record")
        case Contact():
            return tr("Số liên hệ", "Contact number")
        case Publish():
            return tr("Hỏi công khai", "Publication")
        case Receipt():
            return tr("Đọc mã", "Tell the code")
        case Callback():
            return tr("Yêu cầu gọi lại", "Call-back request")
        case Status():
            return tr("Tra cứu kết quả", "State of a report")
        case Ring():
            return tr(f"Nối máy {node.line}", f"Ring {node.line}")
        case Lookup():
            return tr("Tra cứu", "Look-up")
        case Announcements():
            return tr("Thông báo", "Announcements")
        case Bye():
            return tr("Kết thúc", "Good-bye")
    assert_never(node)


def _said(texts: PromptTexts, prompts: tuple[str, ...], language: str) -> str:
    """The first words of the first prompt."""
    words = texts[prompts[0]].of(language).split() if prompts else []
    return " ".join(words[:WORDS]) + ("…" if len(words) > WORDS or len(prompts) > 1 else "")


def _shape(opening: str, closing: str, title: str, text: str) -> str:
    shown = f"<b>{_quoted(title)}</b>" + (f"<br/>{_quoted(text)}" if text else "")
    return f'{opening}"{shown}"{closing}'


def _quoted(text: str) -> str:
    """Mermaid has no quote inside quotes; a bracket of HTML must not be taken for one."""
    return text.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")


def _id(name: str) -> str:
    """Mermaid's own words (``end`` …) and hyphens do not make node names."""
    return "n_" + name.replace("-", "_")
