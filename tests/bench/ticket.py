"""From a cold start to a call that is taken, and from a hang-up to the events that the desk's browsers receive."""

import asyncio
import json
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median

import aiohttp
from sqlalchemy import select

from ivr.model import Call, Person, SignIn
from ivr.services.people import token_hash
from ivr.settings import Settings
from ivr.simulator.demo.system import hotline
from ivr.simulator.sip import SipCall
from ivr.simulator.sounds import spoken, to_alaw
from ivr.store import Store, open_store
from ivr.testing.calls import INSTRUCTION, cut_short
from tests.bench.hotline import PROMPT
from tests.bench.table import Row, percentile

RATE = 2.0
GREETED = 2.4
"""Seconds after which the first list, cut short as the greeting before it, has been said."""
AFTER_INSTRUCTION = 1.2
"""Seconds from the end of the instruction until the citizen speaks: the beep is over."""
SENTENCE = "Cột đèn chiếu sáng trước nhà số mười tám đường Hoàng Diệu tắt đã ba hôm nay."


def start(scale: float) -> Iterator[Row]:
    """``tongdai run`` in an empty home until a SIP call is answered and something is heard."""
    times = []
    for _ in range(3 if scale >= 1 else 1):
        began = time.monotonic()
        with hotline(keep=False) as (settings, _):
            asyncio.run(_first_call(settings))
            times.append(time.monotonic() - began)
    found = median(times)
    note = f"empty home, prompts from the cache; {', '.join(f'{seconds:.1f}' for seconds in times)} s"
    yield Row(name="cold start to taking calls", value=found, unit="s", aim="≤ 10 s", met=found <= 10, note=note)


def ticket(scale: float) -> Iterator[Row]:
    """Callers who hang up after speaking, two a second; when a browser learns of the ticket, and of its text."""
    calls = max(4, round(60 * scale))
    with hotline(keep=False) as (settings, _):
        cut_short(settings, PROMPT)
        store = open_store(settings)
        try:
            filed, heard = asyncio.run(_reports(settings, store, calls))
        finally:
            store.close()
    note = f"{len(filed)} of {calls} reports, {RATE:g} a second, by the hub's event; p50 {median(filed):.2f} s"
    p95 = percentile(filed, 0.95)
    met = p95 <= 1 and len(filed) == calls
    yield Row(name="hang-up → ticket in the console, p95", value=p95, unit="s", aim="≤ 1 s", met=met, note=note)
    note = f"{len(heard)} texts, one worker, starter model, {len(to_alaw(spoken(SENTENCE))) / 8000:.1f} s of speech; "
    yield Row(
        name="hang-up → transcript, p95",
        value=percentile(heard, 0.95),
        unit="s",
        note=f"{note}p50 {median(heard):.1f} s",
    )


async def _first_call(settings: Settings) -> None:
    call = SipCall(host="127.0.0.1", port=settings.sip_port, called="1022", number="0905123456", name="")
    await call.dial()
    while call.ear.latest is None:  # noqa: ASYNC110  # no event announces what is awaited
        await asyncio.sleep(0.01)
    await call.close()


async def _reports(settings: Settings, store: Store, calls: int) -> tuple[list[float], list[float]]:
    """Seconds from each caller's hang-up to ``ticket.filed`` and to ``transcript.ready``."""
    received: dict[str, dict[str, float]] = {"ticket.filed": {}, "transcript.ready": {}}
    listening = asyncio.create_task(_listen(settings, _signed_in(store), received))
    await asyncio.sleep(0.5)
    speech = to_alaw(spoken(SENTENCE))
    left: dict[str, float] = {}

    async def report_in_turn(number: int) -> None:
        await asyncio.sleep(number / RATE)
        caller = f"09053{number:05d}"
        left[caller] = await _report(settings, caller, speech)

    await asyncio.gather(*(report_in_turn(number) for number in range(calls)))
    until = time.monotonic() + 60
    while time.monotonic() < until and len(received["transcript.ready"]) < calls:  # noqa: ASYNC110  # no event announces what is awaited
        await asyncio.sleep(0.2)
    listening.cancel()
    with store.reading() as session:
        callers = {call.id: call.caller_raw for call in session.scalars(select(Call))}
    filed, heard = (
        [at - left[callers[ulid]] for ulid, at in received[topic].items() if callers.get(ulid) in left]
        for topic in ("ticket.filed", "transcript.ready")
    )
    return filed, heard


async def _report(settings: Settings, caller: str, speech: bytes) -> float:
    """Press key 1 in the first list, speak after the beep, and hang up, which sends; when that was."""
    call = SipCall(host="127.0.0.1", port=settings.sip_port, called="1022", number=caller, name="")
    await call.dial()
    try:
        await asyncio.sleep(GREETED)
        await call.press("1")
        await asyncio.sleep(INSTRUCTION + AFTER_INSTRUCTION)
        await call.speak(speech)
        await asyncio.sleep(0.3)
        at = time.monotonic()
        await call.hang_up()
        return at
    finally:
        await call.close()


async def _listen(settings: Settings, token: str, received: dict[str, dict[str, float]]) -> None:
    """Note when a browser at the desk receives each event, by topic and call (monotonic seconds)."""
    address = f"http://127.0.0.1:{settings.hub_port}/events"
    cookies = {settings.session_cookie: token}
    async with (
        aiohttp.ClientSession(cookies=cookies, timeout=aiohttp.ClientTimeout(total=None)) as session,
        session.get(address) as stream,
    ):
        topic = ""
        async for raw in stream.content:
            name, _, value = raw.decode().strip().partition(": ")
            if name == "event":
                topic = value
            elif name == "data" and topic in received:
                received[topic].setdefault(json.loads(value)["subject"], time.monotonic())


def _signed_in(store: Store) -> str:
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with store.transaction() as session:
        person = session.scalars(select(Person)).first()
        assert person is not None
        session.add(
            SignIn(
                token_sha256=token_hash(token),
                person_id=person.id,
                created_at=now,
                seen_at=now,
                expires_at=now + timedelta(hours=1),
            )
        )
    return token
