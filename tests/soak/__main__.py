"""``python -m tests.soak --minutes 20``: a hotline of its own, random callers, random deaths; is anything lost?

Exit status 1 when a report was lost or doubled, or the hotline does not add up afterwards.
"""

import argparse
import asyncio
import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

from sqlalchemy import select

from ivr.commands.reconcile import describe
from ivr.model import Ticket
from ivr.reconcile import Reconciliation, reconcile
from ivr.settings import Settings
from ivr.simulator.demo.system import hotline
from ivr.simulator.journal_tail import Journals
from ivr.store import Store, open_store
from tests.soak.citizen import Account, Citizen, Mood, Surroundings
from tests.soak.judge import Verdict, judge
from tests.soak.nemesis import Kill, Nemesis

MOST_AT_ONCE = 40
"""The hotline under test has 50 pairs of RTP ports."""
SCALED = {
    "TONGDAI_SWEEP_EVERY": "4",
    "TONGDAI_SWEEP_STILL": "5",
    "TONGDAI_SWEEP_ORPHAN": "30",
    "TONGDAI_LEASE_SECONDS": "20",
}
"""What waits minutes in production waits seconds here; Asterisk writes at least every 4.1 s."""


def main(words: list[str]) -> int:
    """Start, disturb, settle, reconcile, print the result."""
    arguments = _arguments(words)
    seed = arguments.seed or secrets.token_hex(4)
    print(f"seed {seed}", flush=True)
    os.environ.update(SCALED)
    with hotline(keep=arguments.keep) as (settings, _):
        store = open_store(settings)
        try:
            accounts, nemesis, around = asyncio.run(_torment(settings, store, arguments, seed))
            seconds, whole = _settle(settings, store, arguments.settle)
            verdict = judge(accounts, settings, store, around.asterisk_deaths)
        finally:
            store.close()
        print("\n".join([*_summary(accounts, nemesis.kills, verdict), "", *describe(whole)]), flush=True)
        print(f"settled {seconds:.0f} s after the last call" if whole.is_settled else "NOT SETTLED", flush=True)
        if arguments.keep:
            print(f"kept in {settings.home}", flush=True)
    return 0 if _is_fine(verdict, nemesis.kills, whole) else 1


def _is_fine(verdict: Verdict, kills: list[Kill], whole: Reconciliation) -> bool:
    """Nothing lost or doubled, everything that was killed is back, and the hotline knows of every call."""
    all_known = whole.offered >= verdict.answered - verdict.unseen
    return verdict.fine and whole.is_settled and all_known and all(kill.back_after is not None for kill in kills)


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between kills")
    parser.add_argument("--rate", type=float, default=0.5, help="calls a second")
    parser.add_argument("--settle", type=float, default=180.0, help="seconds everything may take to settle")
    parser.add_argument("--longest", type=float, default=150.0, help="seconds a caller stays at most")
    parser.add_argument("--kill", default="", help="processes in this order, instead of any: agi,asterisk,…")
    parser.add_argument("--seed", default="")
    parser.add_argument("--keep", action="store_true", help="keep the hotline's folder")
    return parser.parse_args(words)


async def _torment(
    settings: Settings, store: Store, arguments: argparse.Namespace, seed: str
) -> tuple[list[Account], Nemesis, Surroundings]:
    """Callers at a steady rate while processes die; returns when the last call is over."""
    around = Surroundings(settings=settings, journals=Journals(settings.spool), longest=arguments.longest)
    nemesis = Nemesis(settings, around, seed, order=[name for name in arguments.kill.split(",") if name])
    watching = asyncio.create_task(around.watch())
    haunting = asyncio.create_task(nemesis.haunt(arguments.minutes * 60, arguments.every))
    free, random = asyncio.Semaphore(MOST_AT_ONCE), Random(f"{seed}:rate")
    calls: list[asyncio.Task[Account]] = []
    until = time.monotonic() + arguments.minutes * 60

    async def make_call(number: int) -> Account:
        async with free:
            return await Citizen(number, seed, around, _codes(store)).live()

    while time.monotonic() < until:
        calls.append(asyncio.create_task(make_call(len(calls) + 1)))
        await asyncio.sleep(random.expovariate(arguments.rate))
    accounts = list(await asyncio.gather(*calls))
    await haunting
    watching.cancel()
    return accounts, nemesis, around


def _codes(store: Store) -> list[str]:
    """Codes that citizens have heard."""
    with store.reading() as session:
        newest = select(Ticket.code).where(Ticket.code.is_not(None)).order_by(Ticket.id.desc()).limit(20)
        return [code for code in session.scalars(newest) if code]


def _settle(settings: Settings, store: Store, most: float) -> tuple[float, Reconciliation]:
    """Wait until nothing is under way, at most so many seconds; how long it took and how it stands."""
    began = time.monotonic()
    while True:
        whole = reconcile(settings, store, datetime.now(UTC))
        waited = time.monotonic() - began
        if whole.is_settled or waited > most:
            return waited, whole
        time.sleep(1)


def _summary(accounts: list[Account], kills: list[Kill], verdict: Verdict) -> Iterator[str]:
    moods = Counter(account.mood for account in accounts)
    alone = sum(account.fell_back for account in accounts)
    yield f"calls {verdict.calls}, answered {verdict.answered}, recorded by the dialplan alone {alone}"
    yield "  " + ", ".join(f"{mood.value} {moods[mood]}" for mood in Mood)
    for name in sorted({kill.name for kill in kills}):
        times = [kill.back_after for kill in kills if kill.name == name]
        back = [seconds for seconds in times if seconds is not None]
        slowest = f"back after at most {max(back):.1f} s" if len(back) == len(times) else "NOT BACK"
        yield f"killed {name}: {len(times)}, {slowest}"
    yield f"speeches owed a ticket {verdict.due}, found {verdict.found}; others filed {verdict.extra}"
    yield f"lost {len(verdict.lost)}, doubled {len(verdict.doubled)}, cancelled and yet filed {len(verdict.undead)}"
    yield (
        f"seconds filed {verdict.spoken:.0f}, missing of them {verdict.missing:.1f}, "
        f"and by Asterisk's death {verdict.missing_by_death:.1f}"
    )
    yield f"of 2 s and more, all in a killed Asterisk's buffer: {verdict.unwritten}"
    for name in ("lost", "doubled", "undead", "unexplained", "short", "untraced"):
        yield from (f"✗ {name}: {fault}" for fault in getattr(verdict, name))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
