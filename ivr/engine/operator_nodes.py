"""The nodes that lead the caller to a person."""

from typing import assert_never

from ivr.callcentre.promises import Standing, estimate, spoken_minutes
from ivr.callcentre.queues import Priorities, priority_of
from ivr.city.flow.nodes import Ring
from ivr.engine.call import Call
from ivr.model.calls import promised
from ivr.model.tickets import Consent
from ivr.phone import QueueState, RingResult, Stage
from ivr.speech import count

LONGEST_PROMISE = 60
"""Minutes; of a longer wait nothing is said: nothing that lasts an hour can be foretold from the last one."""
_PRIORITIES = Priorities()


def ring(call: Call, node: Ring) -> str:
    """Let the caller wait for a person; who cannot be let in is led on at once and hears why."""
    dialogue, queue = call.dialogue, call.city.queue_of(node.line)
    state = dialogue.phone.queue_state(queue)
    if (refused := _refused(call, node, state)) is not None:
        dialogue.phone.turned_away(queue, refused)
        return _turn_away(call, node, refused)
    if call.agreement.consent is not Consent.REFUSED:
        dialogue.say_recorded()
    dialogue.tell(dialogue.prompts(*node.prompts))
    standing = _standing(call, queue)
    if call.waited_in != queue and (minutes := _minutes(call, state.waiting + 1, state.on_duty, standing)):
        tell_wait(call, minutes)  # who waits on has just heard it
    dialogue.forget()
    priority = _priority(call, standing)  # before what the keys settled goes with the report
    call.leave(node.id)
    call.standings.clear()  # while the caller waits, others are answered
    wait = call.settings.operator_wait if node.wait is None else node.wait
    result = dialogue.phone.ring(queue, wait=wait, call=call.ulid, priority=priority)
    dialogue.note(result.value)
    following = go_on(call, node, result)
    if result is RingResult.UNANSWERED and (minutes := wait_ahead(call, node)):
        tell_wait(call, minutes)
    return following


def go_on(call: Call, node: Ring, result: RingResult) -> str:
    """Where the caller goes who has waited for a person."""
    call.connected = call.connected or result is RingResult.ANSWERED
    call.waited_in = call.city.queue_of(node.line) if result is RingResult.UNANSWERED else ""
    call.dialogue.journal.back(result.value)
    call.stage(_stage_after(call, result))
    return _way(node, result)


def wait_ahead(call: Call, node: Ring) -> int | None:
    """Minutes that the caller, who has waited in vain, would have to wait on; None where nothing carries it."""
    queue = call.city.queue_of(node.line)
    state = call.dialogue.phone.queue_state(queue)
    return _minutes(call, state.place or state.waiting + 1, state.on_duty, _standing(call, queue))


def tell_wait(call: Call, minutes: int) -> None:
    """Say how long the caller will wait; what was promised stands in the call's history."""
    dialogue = call.dialogue
    before, after = dialogue.prompts("cho-khoang"), dialogue.prompts("cho-phut")
    number = dialogue.words(count(minutes, dialogue.language))
    dialogue.tell([*before, *number, *after] if minutes > 1 else dialogue.prompts("cho-mot-phut"))
    dialogue.note(promised(minutes))


def _standing(call: Call, queue: str) -> Standing:
    """Asked once between two waits: an offer and the next wait are near, and a database that is away takes seconds."""
    if queue not in call.standings:
        call.standings[queue] = call.dependencies.find_standing(call.facts, queue, call.clock())
    return call.standings[queue]


def _minutes(call: Call, place: int, on_duty: int, standing: Standing) -> int | None:
    """The wait at a place in the queue; None where nothing carries it, and for who comes before others."""
    if _priority(call, standing):
        return None
    people = on_duty if standing.on_duty is None else standing.on_duty  # Asterisk counts who rests, too
    expected = estimate(place, on_duty=people, handled=standing.handled, now=call.clock())
    minutes = None if expected is None else spoken_minutes(expected)
    return None if minutes is None or minutes > LONGEST_PROMISE else minutes


def _turn_away(call: Call, node: Ring, result: RingResult) -> str:
    call.dialogue.note(result.value)
    return _way(node, result)


def _refused(call: Call, node: Ring, state: QueueState) -> RingResult | None:
    """Why the caller is not let in. A full line has room for who asks for rescue, and for who waits on."""
    if not state.on_duty:
        return RingResult.ABSENT
    most = call.city.queues[node.line].most_waiting if node.line in call.city.queues else None
    if most is None or state.waiting < most or call.answers.urgent or call.waited_in == call.city.queue_of(node.line):
        return None
    return RingResult.FULL


def _priority(call: Call, standing: Standing) -> int:
    return priority_of(
        emergency=bool(call.answers.urgent),
        repeat=standing.repeat,
        called_back=standing.called_back,
        priorities=_PRIORITIES,
    )


def _way(node: Ring, result: RingResult) -> str:
    match result:
        case RingResult.ANSWERED:
            return node.next
        case RingResult.UNANSWERED:
            return node.unanswered
        case RingResult.ABSENT:
            return node.absent or node.unanswered
        case RingResult.FULL:
            return node.full or node.unanswered
        case _:
            assert_never(result)


def _stage_after(call: Call, result: RingResult) -> Stage:
    """Should the server die now: who has talked, or sent a report, is thanked and not asked for one."""
    if result is RingResult.ANSWERED:
        return Stage.TALKING
    return Stage.FILED if call.reports else Stage.MENU
