"""The walk through a city's menu: what each kind of node does, and which comes next."""

from typing import assert_never

from ivr.city.flow import nodes
from ivr.city.flow.switches import is_on
from ivr.engine.call import Call
from ivr.engine.dialogue import Dialogue
from ivr.engine.information_nodes import announce, choose, look_up, tell_status
from ivr.engine.operator_nodes import ring
from ivr.engine.recording import record
from ivr.engine.report_nodes import ask_callback, ask_consent, ask_contact, ask_publication, give_receipt
from ivr.speech import Language

MOST_STEPS = 500
"""Nodes one session of a call may visit; beyond, something goes round in circles and the fallback takes the call."""
PASSED_THROUGH = (nodes.Hours, nodes.Switch, nodes.Language)
"""Nodes in which nothing is said and nothing is asked: the caller does not notice them, and they are no steps."""
TYPE_NAMES = {kind: name for name, kind in nodes.NODE_TYPES.items()}
"""How menu files call each kind of node."""


class EndlessCall(RuntimeError):
    """A call visited more nodes than any person would."""


def walk(call: Call, node_id: str | None) -> None:
    """From a node of the city's menu on until the call is over: None."""
    steps = 0
    while node_id is not None:
        if (steps := steps + 1) > MOST_STEPS:
            raise EndlessCall(node_id)
        node = call.city.flow.nodes[node_id]
        if isinstance(node, PASSED_THROUGH):
            node_id = visit(call, node)
            continue
        with call.dialogue.visit(node.id, TYPE_NAMES[type(node)]):
            node_id = visit(call, node)


def visit(call: Call, node: nodes.Node) -> str | None:
    """Do what the node says and name the next one; None ends the call."""
    dialogue = call.dialogue
    match node:
        case nodes.Say():
            dialogue.tell(dialogue.prompts(*node.prompts))
            return node.next
        case nodes.Menu():
            return choose(call, node)
        case nodes.Language():
            dialogue.speak(_spoken_next(dialogue, node.language))
            return node.next
        case nodes.Hours():
            return node.open if call.city.is_open(node.schedule, call.clock()) else node.closed
        case nodes.Switch():
            return node.on if is_on(call.settings, node.switch) else node.off
        case nodes.Consent():
            return ask_consent(call, node)
        case nodes.Record():
            return record(call, node)
        case nodes.Contact():
            return ask_contact(call, node)
        case nodes.Publish():
            return ask_publication(call, node)
        case nodes.Receipt():
            return give_receipt(call, node)
        case nodes.Callback():
            return ask_callback(call, node)
        case nodes.Status():
            return tell_status(call, node)
        case nodes.Ring():
            return ring(call, node)
        case nodes.Lookup():
            return look_up(call, node)
        case nodes.Announcements():
            return announce(call, node)
        case nodes.Bye():
            dialogue.tell_all(dialogue.prompts(*node.prompts))
            return None
        case _:
            assert_never(node)


def _spoken_next(dialogue: Dialogue, wanted: str) -> Language:
    match wanted:
        case "vi" | "en":
            return wanted
        case _:
            return "en" if dialogue.language == "vi" else "vi"
