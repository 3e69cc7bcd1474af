"""How fast the server answers Asterisk: the time between one reply and the next command, and from a key to a prompt."""

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path

from ivr.asterisk import variables
from ivr.phone import Stage
from ivr.simulator.sip import SipCall
from ivr.simulator.sounds import to_alaw, tone
from ivr.testing.wire import header, prompt_ids
from tests.bench.hotline import HOTLINE, Hotline, running_hotline
from tests.bench.table import Row, percentile

RATE = 50
LASTS = 0.25
"""Seconds a prompt lasts: long enough that the server sends its line ahead, as in real calls."""
ASKED = 0.6
"""Seconds after which publication is answered: a key that came sooner answers nothing."""
SPOKEN = 1.6
"""Seconds a recording lasts; key 1 within a second of the beep ends nothing."""
PATIENCE = 30.0
"""Seconds for what must come at all."""
_KEYS = {"menu": "1", "cong-khai": "2"}
"""Keys the caller presses; key 1 ends the take and sends it, at the contact question none comes."""


def command(scale: float) -> Iterator[Row]:
    """One AGI command at fifty new calls a second, from our reply to the server's next command."""
    seconds = max(2.0, 20 * scale)
    with running_hotline() as line:
        before = line.cpu()[1]
        times, unfinished = asyncio.run(_storm(line, seconds))
        spent = line.cpu()[1] - before
    calls = round(RATE * seconds)
    p50, p95, p99 = (1000 * percentile(times, part) for part in (0.5, 0.95, 0.99))
    note = f"p50 {p50:.2f}, p99 {p99:.1f} ms; {len(times)} commands of {calls} calls, {unfinished} cut short"
    yield Row(
        name=f"one AGI command at {RATE} calls/s, p95",
        value=p95,
        unit="ms",
        aim="≤ 10 ms",
        met=p95 <= 10 and not unfinished,
        note=note,
    )
    yield Row(name="AGI server under it, a call", value=1000 * spent / calls, unit="ms", note="processor time")


def key(scale: float) -> Iterator[Row]:
    """From the end of a key to the first packet of the next prompt, on a real Asterisk, one call at a time."""
    with running_hotline() as line:
        times = asyncio.run(_press_keys(line, max(2, round(15 * scale))))
    p95 = 1000 * percentile(times, 0.95)
    note = f"p50 {1000 * percentile(times, 0.5):.0f} ms, {len(times)} keys; a packet lasts 20 ms"
    yield Row(name="key press → next prompt's first packet, p95", value=p95, unit="ms", note=note)


class _Call(asyncio.Protocol):
    """Asterisk's side of one call, as lean as can be: it must not be what is measured."""

    def __init__(
        self, line: Hotline, number: int, times: list[float], ended: "asyncio.Future[bool]", said: bytes
    ) -> None:
        self._line, self._times, self._ended, self._said = line, times, ended, said
        self._number = f"0905{number:06d}"
        self._variables = {variables.ENCODING: "alaw"}
        self._rest = b""
        self._waiting: list[bytes] = []
        self._busy = False
        self._replied = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        env = header(self._line.settings.agi_port, city="da-nang", number=self._number, name="", called="1022")
        env["agi_uniqueid"] = f"1772505000.{self._number}"
        transport.write("".join(f"{name}: {value}\n" for name, value in env.items()).encode() + b"\n")
        self._replied = time.perf_counter()

    def data_received(self, data: bytes) -> None:
        if not self._busy and not self._waiting and not self._rest:
            self._times.append(time.perf_counter() - self._replied)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._waiting += lines
        self._work()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._ended.done():
            filed = self._variables.get(variables.STAGE) == Stage.FILED.value
            self._ended.set_result(filed and variables.DONE in self._variables)

    def _work(self) -> None:
        while self._waiting and not self._busy:
            reply, lasts = self._answer(self._waiting.pop(0).decode())
            if lasts:
                self._busy = True
                asyncio.get_running_loop().call_later(lasts, self._finish, reply)
            else:
                self._reply(reply)

    def _finish(self, reply: str) -> None:
        self._busy = False
        self._reply(reply)
        self._work()

    def _reply(self, reply: str) -> None:
        if not self._transport.is_closing():
            self._transport.write(reply.encode() + b"\n")
            self._replied = time.perf_counter()

    def _answer(self, line: str) -> tuple[str, float]:
        words = re.findall(r'"([^"]*)"|(\S+)', line)
        given = [quoted or bare for quoted, bare in words]
        match given:
            case ["SET", "VARIABLE", name, value]:
                self._variables[name] = value
                return "200 result=1", 0.0
            case ["GET", "FULL", "VARIABLE", text]:
                value = re.sub(r"\$\{([^}]*)\}", lambda found: self._variables.get(found[1], ""), text)
                return f"200 result=1 ({value})", 0.0
            case ["EXEC", "Read", options]:
                pressed = next((_KEYS[name] for name in prompt_ids(options.split(",")[1]) if name in _KEYS), "")
                self._variables |= {"TONGDAI_KEYS": pressed, "READSTATUS": "OK" if pressed else "TIMEOUT"}
                return "200 result=0", ASKED if "cong-khai" in prompt_ids(options.split(",")[1]) else LASTS
            case ["EXEC", *_]:
                return "200 result=0", LASTS
            case ["STREAM", *_]:
                return "200 result=0 endpos=8000", LASTS
            case ["RECORD", "FILE", path, ending, *_]:
                Path(f"{path}.{ending}").write_bytes(self._said)
                return f"200 result={ord('1')} (dtmf) endpos={len(self._said)}", SPOKEN
            case ["CHANNEL", *_]:
                return "200 result=6", 0.0
        return "200 result=0", 0.0


async def _storm(line: Hotline, seconds: float) -> tuple[list[float], int]:
    """Calls at a steady rate; the times, and how many calls did not come to their end with a report sent."""
    loop = asyncio.get_running_loop()
    said, times, ends = to_alaw(tone(3.0)), list[float](), list[asyncio.Future[bool]]()
    begun = loop.time()
    for number in range(round(RATE * seconds)):
        await asyncio.sleep(max(0.0, begun + number / RATE - loop.time()))
        ended: asyncio.Future[bool] = loop.create_future()
        ends.append(ended)
        call = _Call(line, number, times, ended, said)
        await loop.create_connection(lambda call=call: call, "127.0.0.1", line.settings.agi_port)  # type: ignore[misc]
    await asyncio.wait(ends, timeout=PATIENCE)
    return times, sum(not (end.done() and end.result()) for end in ends)


async def _quiet(call: SipCall) -> None:
    """Return when no sound has come for 150 ms: the prompt is over and Asterisk waits for a key."""
    while call.ear.latest is None or time.monotonic() - call.ear.latest < 0.15:  # noqa: ASYNC110  # no event reports what is awaited
        await asyncio.sleep(0.01)


async def _press_keys(line: Hotline, calls: int) -> list[float]:
    times = []
    for number in range(calls):
        call = SipCall(
            host="127.0.0.1", port=line.settings.sip_port, called=HOTLINE, number=f"09052{number:05d}", name=""
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await call.dial()
                await asyncio.sleep(1.4)  # the greeting
                for pressed in "429":  # down two lists and back
                    await _quiet(call)
                    ended = await call.press(pressed)
                    while (heard := call.ear.first_after(ended)) is None:  # noqa: ASYNC110  # no event reports what is awaited
                        await asyncio.sleep(0.005)
                    times.append(heard - ended)
        finally:
            await call.close()
    return times
