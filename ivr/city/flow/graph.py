"""The ways on from a node, and what follows from them: what can be reached, and what a silent caller meets."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

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


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One way on: ``setting`` is the field that names it; ``key`` the key that takes it.

    ``key`` is empty where the caller takes it by doing nothing.
    """

    goto: str
    setting: str
    key: str = ""


def transitions(node: Node) -> tuple[Transition, ...]:
    """All ways on from a node, in the order its fields are written."""
    match node:
        case Menu():
            keyed = (Transition(goto=choice.goto, setting=f"keys.{key}", key=key) for key, choice in node.keys.items())
            return (*keyed, Transition(goto=node.give_up, setting="give_up"))
        case Hours():
            return (Transition(goto=node.open, setting="open"), Transition(goto=node.closed, setting="closed"))
        case Switch():
            return (Transition(goto=node.on, setting="on"), Transition(goto=node.off, setting="off"))
        case Consent():
            return (
                Transition(goto=node.next, setting="next", key="1"),
                Transition(goto=node.refused, setting="refused"),
            )
        case Record():
            return (
                *_next(node),
                Transition(goto=node.cancelled, setting="cancelled", key="4"),
                Transition(goto=node.refused, setting="refused", key="0"),
                Transition(goto=node.cannot, setting="cannot"),
                Transition(goto=node.silent, setting="silent"),
            )
        case Callback():
            return (*_next(node), Transition(goto=node.cannot, setting="cannot"))
        case Status():
            return (*_next(node), Transition(goto=node.locked, setting="locked"))
        case Ring():
            ways = {"unanswered": node.unanswered, "absent": node.absent, "full": node.full}
            return (*_next(node), *(Transition(goto=goto, setting=way) for way, goto in ways.items() if goto))
        case Say() | Language() | Contact() | Publish() | Receipt() | Lookup() | Announcements():
            return _next(node)
        case Bye():
            return ()
    assert_never(node)


def onward(nodes: Mapping[str, Node], name: str) -> list[str]:
    """Where callers go from a node; nowhere from one that could not be read."""
    node = nodes.get(name)
    return [transition.goto for transition in transitions(node)] if node is not None else []


def silent(nodes: Mapping[str, Node], name: str) -> list[str]:
    """Where a caller who does nothing may go from a node."""
    node = nodes.get(name)
    return [transition.goto for transition in transitions(node) if not transition.key] if node is not None else []


def reach(starts: Iterable[str], onward: Callable[[str], Iterable[str]]) -> set[str]:
    """Everything reachable from ``starts``, these included."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen.add(here)
            waiting.extend(onward(here))
    return seen


def find_silent_circle(nodes: Mapping[str, Node]) -> list[str] | None:
    """Nodes that a caller who does nothing would go round for ever, in order; None where there are none."""
    done: set[str] = set()

    def walk(here: str, path: list[str]) -> list[str] | None:
        if here in path:
            return path[path.index(here) :]
        if here in done or here not in nodes:
            return None
        for transition in transitions(nodes[here]):
            if not transition.key and (circle := walk(transition.goto, [*path, here])):
                return circle
        done.add(here)
        return None

    return next((circle for start in nodes if (circle := walk(start, []))), None)


def menu_depths(nodes: Mapping[str, Node], start: str) -> dict[str, int]:
    """How many menus lie between the main menu (0) and each menu that keys lead down to."""
    depths: dict[str, int] = {}
    waiting = [(start, 0)]
    while waiting:
        here, depth = waiting.pop(0)
        match nodes.get(here):
            case Menu() as menu if here not in depths:
                depths[here] = depth
                waiting.extend((choice.goto, depth + 1) for choice in menu.keys.values())
            case Say() | Hours() | Switch() | Language() as node if depths.get(here, -1) < 0:
                depths[here] = depth
                waiting.extend((transition.goto, depth) for transition in transitions(node))
            case _:
                pass
    return {name: depth for name, depth in depths.items() if isinstance(nodes[name], Menu)}


def _next(
    node: Say | Language | Record | Contact | Publish | Receipt | Callback | Status | Ring | Lookup | Announcements,
) -> tuple[Transition, ...]:
    return (Transition(goto=node.next, setting="next"),)
