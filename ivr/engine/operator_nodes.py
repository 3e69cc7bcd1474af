"""The nodes that lead the caller to a person."""

from ivr.city.flow.nodes import OPERATOR, Ring
from ivr.engine.call import Call
from ivr.phone import RingResult


def ring(call: Call, node: Ring) -> str:
    """Ring a person; no answer, or no number configured, leads on at once."""
    dialogue, settings = call.dialogue, call.settings
    target = settings.operator_phone if node.line == OPERATOR else call.city.lines.get(node.line, "")
    if not target:
        return node.unanswered
    dialogue.tell(dialogue.prompts(*node.prompts))
    dialogue.forget()
    call.connected = False
    result = dialogue.phone.ring(target, wait=settings.operator_wait if node.wait is None else node.wait)
    dialogue.note(result.value)
    match result:
        case RingResult.ANSWERED:
            call.connected = True
            return node.next
        case RingResult.UNANSWERED:
            return node.unanswered
