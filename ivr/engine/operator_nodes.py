"""The nodes that lead the caller to a person."""

from typing import assert_never

from ivr.city.flow.nodes import OPERATOR, Ring
from ivr.engine.call import Call
from ivr.model.tickets import Consent
from ivr.phone import RingResult


def ring(call: Call, node: Ring) -> str:
    """Ring a person; where there is no telephone to ring, the caller is led on at once and hears which it is."""
    dialogue, settings = call.dialogue, call.settings
    target = settings.operator_phone if node.line == OPERATOR else call.city.lines.get(node.line, "")
    if not target:
        dialogue.note(RingResult.ABSENT.value)
        return node.absent or node.unanswered
    if call.agreement.consent is not Consent.REFUSED:
        dialogue.say_recorded()
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
        case RingResult.ABSENT:
            return node.absent or node.unanswered
        case _:
            assert_never(result)
