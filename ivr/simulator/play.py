"""Play a scenario as a real SIP call against a running system, in step with the call's journal."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ivr.engine.dialogue import BEEP
from ivr.simulator.journal_tail import Journals, Tail
from ivr.simulator.sip import SipCall
from ivr.simulator.sounds import spoken, to_alaw, tone
from ivr.simulator.values import Scenario, Step

REACTION = 0.15
"""Seconds between a prompt's beginning and the key that answers it: nobody is faster, and Asterisk is listening."""
AFTER_BEEP = 0.6
"""Seconds from the journal's word of the beep until speech: the beep itself takes 0.25 s."""
LONGEST = 300.0
"""Seconds after which a call is given up."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """A call that was made: how it went wrong as a play (empty: it went to its end), and what the citizen heard."""

    faults: tuple[str, ...]
    ulid: str = ""
    """The call's id; ``""`` if it never began."""
    plays: tuple[tuple[str, ...], ...] = ()
    """Ids of prompts, in the order they were begun, those of one command together."""
    heard: bytes = b""
    """A-law, if it was kept."""


async def play(
    scenario: Scenario,
    *,
    host: str,
    port: int,
    journals: Journals,
    keep_audio: bool = False,
    reaction: float = REACTION,
    say: Callable[[str], None] = lambda line: None,
) -> Played:
    """Make the call and return when it is over. ``say`` hears each thing played and done, for people who watch.

    ``reaction`` is how long the citizen listens before each key, in seconds.
    """
    call = SipCall(
        host=host,
        port=port,
        called=scenario.called,
        number=scenario.number,
        name=scenario.token,
        keep_audio=keep_audio,
    )
    tail: Tail | None = None
    try:
        async with asyncio.timeout(LONGEST):
            await call.dial()
            tail = await journals.find(scenario.tag)
            faults = await _live_through(scenario, call, tail, reaction, say)
    except TimeoutError:
        faults = [f"not over after {LONGEST:.0f} s"]
    finally:
        await call.close()
        if tail is not None:
            tail.close()
    if tail is None:
        return Played(faults=tuple(faults))
    return Played(faults=tuple(faults), ulid=tail.ulid, plays=tuple(tail.plays), heard=bytes(call.heard))


async def _live_through(
    scenario: Scenario, call: SipCall, tail: Tail, reaction: float, say: Callable[[str], None]
) -> list[str]:
    since = 0
    for number, step in enumerate(scenario.steps, 1):
        if step.wait:
            found = await tail.wait_for(step.wait, since)
            if found is None:
                return [f"step {number}: the call ended before {step.wait} was heard"]
            for played in tail.plays[since : found + 1]:
                say(f"♪ {' '.join(played)}")
            since = found + 1
            await asyncio.sleep(AFTER_BEEP if step.wait == BEEP else reaction)
        await _do(step, call, tail, say)
    end = await tail.wait_for_end()
    for played in tail.plays[since:]:
        say(f"♪ {' '.join(played)}")
    say(f"■ {end}")
    return []


async def _do(step: Step, call: SipCall, tail: Tail, say: Callable[[str], None]) -> None:
    if step.press:
        say(f"☎ {step.press}")
        await call.press(step.press)
    elif step.speak:
        say(f"☎ … {step.speak:g} s")
        await _speak(to_alaw(tone(step.speak)), call, tail)
    elif step.say:
        say(f"☎ “{step.say}”")
        await _speak(to_alaw(await asyncio.to_thread(spoken, step.say)), call, tail)
    elif step.hang_up:
        say("☎ ×")
        await call.hang_up()


async def _speak(alaw: bytes, call: SipCall, tail: Tail) -> None:
    """Speak to the end, or until the hotline says something: nobody goes on speaking into a prompt."""
    speaking = asyncio.create_task(call.speak(alaw))
    interrupted = asyncio.create_task(tail.wait_for_more())
    await asyncio.wait({speaking, interrupted}, return_when=asyncio.FIRST_COMPLETED)
    call.fall_silent()
    await speaking
    interrupted.cancel()
