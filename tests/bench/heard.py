"""One way lived through on a real line, and when its beep and its code were heard in the sound that came."""

import asyncio
import time
from dataclasses import dataclass, field

from ivr.city.flow.nodes import Bye
from ivr.city.seconds.limits import Way
from ivr.engine.dialogue import BEEP
from ivr.errors import TongdaiError
from ivr.phone import BEEP_SECONDS
from ivr.settings import Settings
from ivr.simulator.ear import Ear
from ivr.simulator.journal_tail import Journals, Tail
from ivr.simulator.lateness import Lateness, wait_until
from ivr.simulator.play import AFTER_BEEP, first_sound_of
from ivr.simulator.sip import SipCall
from ivr.simulator.sounds import from_alaw, to_alaw, tone
from ivr.testing.ears import find, find_first, read_sound
from tests.bench.ways import Trip, differently, sound_until

SPEECH = 4.0
"""Seconds of each report."""
LONGER = 45.0
"""Seconds a call may last beyond the computed ones."""
ALIKE = 0.8
"""Least correlation of what was heard with the beep and with the good-bye."""
SHORT = 0.3
"""Seconds before the end of a prompt, or of a sentence, from which on the clock counts: its first 0.05 s may have been
missed, its last frames are left out, and what never comes would be waited for."""
GOODBYE = 1.5
"""Seconds of the good-bye that are heard: by its beginning the end of the code is known."""


class WayLost(Exception):  # the call went another way than the computed one
    """What became of it instead."""


@dataclass(kw_only=True)
class Lived:
    """One call that was made."""

    trip: Trip
    ear: Ear = field(default_factory=Ear)
    answered: float = 0.0
    """Monotonic seconds."""
    said: float | None = None
    """The moment at which what the citizen says was over, with the key that ends it; None: nothing was said."""
    late: Lateness = field(default_factory=Lateness)
    fault: str = ""
    """Why there is no figure; empty: there is one."""


async def live(trip: Trip, settings: Settings, journals: Journals, *, number: str, attempt: int) -> Lived:
    """Make the call; it ends within :data:`LONGER` seconds beyond the computed ones, whatever becomes of it."""
    name = f"{trip.name} {attempt}"
    call = SipCall(
        host="127.0.0.1",
        port=settings.sip_port,
        called=trip.city.numbers[0],
        number=number,
        name=name,
        keep_audio=True,
    )
    lived = Lived(trip=trip, ear=call.ear)
    tail: Tail | None = None
    try:
        async with asyncio.timeout(trip.seconds + SPEECH + LONGER):
            await call.dial()
            lived.answered = time.monotonic()
            tail = await journals.find(name)
            await _walk(lived, call, tail)
    except TimeoutError:
        lived.fault = f"not over {LONGER:.0f} s after the computed {trip.seconds + SPEECH:.0f} s"
    except (TongdaiError, WayLost, ValueError) as error:
        lived.fault = str(error)
    finally:
        await call.close()
        if tail is not None:
            tail.close()
    lived.late = call.late
    return lived


async def _walk(lived: Lived, call: SipCall, tail: Tail) -> None:
    """Hear what the pieces say, press their keys, and go on until what is measured has been heard."""
    trip, since, done = lived.trip, 0, 0.0
    for place, piece in enumerate(trip.pieces):
        speaks = piece.name == BEEP and lived.said is None
        if not (piece.key or speaks):
            continue
        since = await _begun(tail, piece.name, since)
        began = await first_sound_of(since - 1, tail, call, done)
        if speaks:
            await wait_until(began + AFTER_BEEP)
            done = await call.speak(to_alaw(tone(SPEECH)), meant=began + AFTER_BEEP)
        else:
            seconds = sound_until(trip.pieces, place, tail.plays[since - 1])
            done = await call.listen(seconds - SHORT, since=began) + SHORT
            if (came := call.ear.seconds_from(began)) < seconds - SHORT:
                raise WayLost(f"{piece.name} stopped after {came:.1f} of {seconds:.1f} s")
            await wait_until(done)
        if piece.key:
            done = await call.press(piece.key, meant=done)
        if speaks:
            lived.said = done
    goodbye = await _begun(tail, _goodbye(trip) if trip.is_filed else BEEP, since)
    await call.listen(GOODBYE + 0.2, since=await first_sound_of(goodbye - 1, tail, call, done))
    if faults := differently(trip, tail.plays[: goodbye - trip.is_filed]):
        raise WayLost("; ".join(faults))


async def _begun(tail: Tail, prompt: str, since: int) -> int:
    """The place behind the first thing played from ``since`` on that holds a prompt."""
    found = await tail.wait_for(prompt, since)
    if found is None:
        raise WayLost(f"the call ended ({tail.end}) before {prompt} was heard")
    return found + 1


def _goodbye(trip: Trip) -> str:
    """What is said behind the code."""
    return next(node.prompts[0] for node in trip.city.flow.nodes.values() if isinstance(node, Bye))


def measure(lived: Lived) -> dict[Way, float]:
    """The seconds of each way of the call, speech apart; :class:`WayLost` when beep or code is not in the sound."""
    trip, ear = lived.trip, lived.ear
    heard = from_alaw(bytes(ear.sound))
    beep = find_first(heard, read_sound(trip.sounds.sounds / "beep"), ALIKE)
    if beep is None:
        raise WayLost(f"no beep in {len(heard) / 8000:.0f} s of sound")
    began = ear.began(beep)
    seconds = dict.fromkeys((figure.way for figure in trip.figures), began - lived.answered)
    if trip.is_filed:
        sound = read_sound(trip.sounds.sound(_goodbye(trip), trip.language).path, GOODBYE)
        place, alike = find(heard[beep:], sound)
        if lived.said is None or alike < ALIKE:
            raise WayLost(f"no good-bye behind the code ({alike:.2f})")
        speech = lived.said - (began + BEEP_SECONDS)
        seconds[trip.figures[0].way] = ear.began(beep + place - 1) + 1 / 8000 - lived.answered - speech
    return seconds
