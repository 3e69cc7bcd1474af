"""The nodes that lead the caller to a person."""

from typing import assert_never

from ivr.callcentre.queues import Priorities
from ivr.city.flow.nodes import OPERATOR, Ring
from ivr.engine.call import Call
from ivr.model.tickets import Consent
from ivr.phone import RingResult, Stage

EMERGENCY = Priorities().emergency
"""Of who asked for rescue."""


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
    call.leave(node.id)
    wait = settings.operator_wait if node.wait is None else node.wait
    result = dialogue.phone.ring(
        call.city.queue_of(node.line), wait=wait, call=call.ulid, priority=EMERGENCY if call.answers.urgent else 0
    )
    dialogue.note(result.value)
    return go_on(call, node, result)


def go_on(call: Call, node: Ring, result: RingResult) -> str:
    """Where the caller goes who has waited for a person."""
    call.connected = result is RingResult.ANSWERED
    call.dialogue.journal.back(result.value)
    call.stage(_stage_after(call, result))
    match result:
        case RingResult.ANSWERED:
            return node.next
        case RingResult.UNANSWERED:
            return node.unanswered
        case RingResult.ABSENT:
            return node.absent or node.unanswered
        case _:
            assert_never(result)


def _stage_after(call: Call, result: RingResult) -> Stage:
    """Should the server die now: who has talked, or sent a report, is thanked and not asked for one."""
    if result is RingResult.ANSWERED:
        return Stage.TALKING
    return Stage.FILED if call.reports else Stage.MENU
