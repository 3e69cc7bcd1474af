"""Play a scenario as a real SIP call against a running system, in step with the call's journal."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ivr.engine.dialogue import BEEP
from ivr.engine.presses import SAME_PRESS
from ivr.simulator.journal_tail import Journals, Tail
from ivr.simulator.lateness import Lateness, MachineTooSlow, dial_until_punctual, wait_until
from ivr.simulator.sip import SipCall
from ivr.simulator.sounds import spoken, to_alaw, tone
from ivr.simulator.values import Scenario, Step

REACTION = 0.15
"""Seconds between a prompt's beginning and the key that answers it: no person is faster, and Asterisk is listening."""
APART = SAME_PRESS + 0.5
"""Seconds between two presses of the same key: sooner, the hotline takes the second for a copy of the first. It counts
from when it saw the first, which on a busy machine is a while after it was pressed."""
AFTER_BEEP = 0.6
"""Seconds from the beginning of the beep until speech: the beep itself takes 0.25 s."""
LAST_SOUND = 0.05
"""Seconds after the journal's word of a prompt in which the one before may still be heard."""
LONGEST = 300.0
"""Seconds after which a call is given up."""

Speeches = dict[Step, bytes]
"""A-law of each step that speaks, made before the call: a synthetic voice takes its time."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """A call that was made: how it went wrong as a play (empty: it went to its end), and what the citizen heard."""

    faults: tuple[str, ...]
    tag: str
    """What the caller's name begins with: the scenario's own, with the number of the try if it was not the first."""
    ulid: str = ""
    """The call's id; ``""`` if it never began."""
    plays: tuple[tuple[str, ...], ...] = ()
    """Ids of prompts, in the order they were begun, those of one command together."""
    begun: tuple[float, ...] = ()
    """For each of :attr:`plays`, the seconds after the answer at which it began."""
    spoken: float | None = None
    """Seconds after the answer at which the citizen had spoken to the end; None if nothing was spoken."""
    heard: bytes = b""
    """A-law, if it was kept."""
    late: Lateness = field(default_factory=Lateness)
    """How late the caller was; where that voids the call, the faults say nothing of the system."""


async def play_punctually(
    scenario: Scenario,
    *,
    host: str,
    port: int,
    journals: Journals,
    listens: float = 0.0,
    before_again: Callable[[Played], None] = lambda void: None,
) -> Played:
    """As :func:`play`, and again when the caller itself was late; a machine that is too slow is reported as a fault.

    A call that is made again carries another name, so that none of what the one before left is taken for its own.
    ``before_again`` gets each void call, to undo what it left in what callers share.
    """
    voids: list[Played] = []

    async def dial(attempt: int) -> Played:
        if voids:
            await asyncio.to_thread(before_again, voids[-1])
        named = scenario if attempt == 1 else replace(scenario, name=f"{scenario.name}~{attempt}")
        played = await play(named, host=host, port=port, journals=journals, listens=listens)
        voids.append(played)
        return played

    try:
        return await dial_until_punctual(dial, lambda played: played.late)
    except MachineTooSlow as error:
        return replace(voids[-1], faults=(str(error), *voids[-1].faults))


async def play(
    scenario: Scenario,
    *,
    host: str,
    port: int,
    journals: Journals,
    listens: float = 0.0,
    say: Callable[[str], None] = lambda line: None,
    name_of: Callable[[str], str] = lambda name: name,
) -> Played:
    """Make the call and return when it is over. ``say`` hears each thing played and done, for people who watch.

    ``name_of`` makes of the caller's name the one on the line; the hotline must know it by the former.

    ``listens``: seconds of each prompt's sound the citizen hears before answering it; the sound is then kept.
    """
    speeches = await asyncio.to_thread(_speeches, scenario)
    call = SipCall(
        host=host,
        port=port,
        called=scenario.called,
        number=scenario.number,
        name=name_of(scenario.token),
        keep_audio=listens > 0,
    )
    tail: Tail | None = None
    answered, spoken = 0.0, list[float]()
    try:
        async with asyncio.timeout(LONGEST):
            await call.dial()
            answered = time.monotonic()
            tail = await journals.find(scenario.tag)
            faults = await _live_through(scenario, call, tail, listens, speeches, spoken, say)
    except TimeoutError:
        faults = [f"not over after {LONGEST:.0f} s"]
    finally:
        await call.close()
        if tail is not None:
            tail.close()
    if tail is None:
        return Played(faults=tuple(faults), tag=scenario.tag, late=call.late)
    return Played(
        faults=tuple(faults),
        tag=scenario.tag,
        ulid=tail.ulid,
        plays=tuple(tail.plays),
        begun=tuple(written - answered for written in tail.written_at),
        spoken=spoken[-1] - answered if spoken else None,
        heard=bytes(call.ear.sound),
        late=call.late,
    )


def _speeches(scenario: Scenario) -> Speeches:
    return {
        step: to_alaw(spoken(step.say) if step.say else tone(step.speak))
        for step in scenario.steps
        if step.say or step.speak
    }


async def _live_through(
    scenario: Scenario,
    call: SipCall,
    tail: Tail,
    listens: float,
    speeches: Speeches,
    spoken: list[float],
    say: Callable[[str], None],
) -> list[str]:
    """Do every step; what went wrong. ``spoken`` gets the moment at which each speech was over."""
    since, done, pressed = 0, 0.0, ""
    for number, step in enumerate(scenario.steps, 1):
        if step.wait:
            found = await tail.wait_for(step.wait, since)
            if found is None:
                return [f"step {number}: the call ended before {step.wait} was heard"]
            for line in tail.lines[since : found + 1]:
                say(line)
            since = found + 1
            began = await first_sound_of(found, tail, call, done)
            reaction = AFTER_BEEP if step.wait == BEEP else REACTION + tail.early[found]
            meant = max(done, began + reaction)
            await wait_until(meant)
            if listens and step.wait != BEEP:
                meant = await call.listen(listens)
        else:
            meant = done or time.monotonic()
        if step.press[:1] and step.press[0] == pressed:
            meant = max(meant, done + APART)
            await wait_until(meant)
        pressed = step.press[-1:]
        done = await _do(step, call, tail, meant, speeches, say)
        if step in speeches:
            spoken.append(done)
    end = await tail.wait_for_end()
    for line in tail.lines[since:]:
        say(line)
    say(f"■ {end}")
    return []


async def first_sound_of(found: int, tail: Tail, call: SipCall, done: float) -> float:
    """When the first sound of something played came, by its place in ``tail``.

    ``done``: when the caller's last key or word was over. The journal was not looked at meanwhile, and what answers
    them began after them: what sounded before is something else.
    """
    return await call.first_sound(max(tail.written_at[found], done) + LAST_SOUND)


async def _do(
    step: Step, call: SipCall, tail: Tail, meant: float, speeches: Speeches, say: Callable[[str], None]
) -> float:
    """Do what a step says, which was meant for a moment; the moment at which it was done."""
    if step.press:
        say(f"☎ {step.press}")
        return await call.press(step.press, meant=meant)
    if step in speeches:
        say(f"☎ “{step.say}”" if step.say else f"☎ … {step.speak:g} s")
        return await _speak(speeches[step], call, tail, meant)
    if step.hang_up:
        say("☎ ×")
        await call.hang_up(meant=meant)
    return meant


async def _speak(alaw: bytes, call: SipCall, tail: Tail, meant: float) -> float:
    """Speak to the end, or until the hotline says something: people do not go on speaking into a prompt."""
    speaking = asyncio.create_task(call.speak(alaw, meant=meant))
    interrupted = asyncio.create_task(tail.wait_for_more())
    await asyncio.wait({speaking, interrupted}, return_when=asyncio.FIRST_COMPLETED)
    if not speaking.done():
        call.fall_silent()
    interrupted.cancel()
    return await speaking
