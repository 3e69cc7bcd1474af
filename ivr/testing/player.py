"""The process that plays callers for a test: ``python -m ivr.testing.player``, a session of its own.

A test's process shares its time with the other tests' of its terminal, because the kernel deals out time by session
first; its callers then press keys late. Reads a pickled :class:`Order` and writes the pickled calls.
"""

import asyncio
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

from sqlalchemy import delete, select

from ivr.model import Attempt
from ivr.model.numbers import normalise
from ivr.settings import Settings
from ivr.simulator import Scenario
from ivr.simulator.journal_tail import Journals
from ivr.simulator.play import Played, play, play_punctually
from ivr.simulator.rtp_sender import raise_priority
from ivr.store import StoreAway, open_store

AT_ONCE = 40
"""Calls under way together: a test instance has 50 pairs of RTP ports."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be played where; ``again`` whether a void call is made again."""

    scenarios: Sequence[Scenario]
    settings: Settings
    again: bool


def play_elsewhere(order: Order) -> dict[str, Played]:
    """What became of each call, by the scenario's name. RuntimeError when the process fails, with what it said."""
    words = [sys.executable, "-m", __name__]
    done = subprocess.run(words, input=pickle.dumps(order), capture_output=True, start_new_session=True, check=False)
    said = done.stderr.decode(errors="replace")
    if done.returncode:
        raise RuntimeError(f"the callers' process ended with {done.returncode}:\n{said}")
    print(said, end="")
    played: dict[str, Played] = pickle.loads(done.stdout)  # noqa: S301  # our own process wrote it
    return played


async def play_all(order: Order) -> dict[str, Played]:
    """All calls, :data:`AT_ONCE` at a time."""
    journals, free = Journals(order.settings.spool), asyncio.Semaphore(AT_ONCE)
    port = order.settings.sip_port

    async def dial(scenario: Scenario) -> Played:
        async with free:
            if not order.again:
                return await play(scenario, host="127.0.0.1", port=port, journals=journals)
            return await play_punctually(
                scenario,
                host="127.0.0.1",
                port=port,
                journals=journals,
                before_again=lambda void: _undo(order.settings, scenario, void),
            )

    played = await asyncio.gather(*(dial(scenario) for scenario in order.scenarios))
    return {scenario.name: result for scenario, result in zip(order.scenarios, played, strict=True)}


def _undo(settings: Settings, scenario: Scenario, void: Played) -> None:
    print(f"void, and made again: {void.tag} {void.late}", file=sys.stderr, flush=True)
    forget_tries(settings, scenario.number)


def forget_tries(settings: Settings, number: str) -> None:
    """Forget the wrong codes that were asked for from a number: a void call's would lock the one after it.

    Where the database is away none was counted.
    """
    asked = select(Attempt.at).where(Attempt.key == f"source:{normalise(number) or number}")
    with suppress(StoreAway), closing(open_store(settings)) as store:
        with store.reading() as session:
            moments: Sequence[object] = session.scalars(asked).all()
        if moments:  # nearly always there are none, and calls under way want to write
            with store.transaction() as session:
                session.execute(delete(Attempt).where(Attempt.at.in_(moments)))


def main() -> None:
    """Play what is ordered on standard input."""
    raise_priority()
    order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301  # our own process wrote it
    played: Mapping[str, Played] = asyncio.run(play_all(order))
    sys.stdout.buffer.write(pickle.dumps(dict(played)))


if __name__ == "__main__":
    from ivr.testing import player  # the class that is pickled is the module's, not this script's

    player.main()
