"""A server that fails: stands between Asterisk and the real one, and breaks the calls it is asked to."""

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

FORGOTTEN = 5.0
"""Seconds until the server, which lives, hears that the line is broken."""


class Fault(Enum):
    """How a server fails on an open line."""

    CLOSED = "closes"
    SILENT = "says nothing more"
    LATE = "answers ten seconds late"
    HALF_LINE = "sends half a line and dies a second later"
    GARBAGE = "sends garbage"
    LONG = "sends a line of 9,000 bytes"


class Moment(Enum):
    """When it does: after which command of the call."""

    CONNECTED = ""
    MENU = r"(EXEC Read|STREAM FILE) .*/menu"
    RECORDING = "RECORD FILE"


@dataclass(kw_only=True)
class FaultyLine:
    """Stands between Asterisk and the server; breaks the calls of the callers named, passes all others on."""

    breaks: Mapping[str, tuple[Moment, Fault]]
    listen: int
    server: int
    late: float = 10.0
    once: bool = False
    """Whether the server is late a single time, and then as ever."""
    broke_at: dict[str, float] = field(default_factory=dict)
    """Monotonic seconds at which the last command ended that the server heard of, by caller."""
    commands: dict[str, list[str]] = field(default_factory=dict)
    """Every line the server sent, by caller."""
    headers: dict[str, bytes] = field(default_factory=dict)
    reactions: list[float] = field(default_factory=list)
    """Seconds from each reply until the server's next command."""
    _open: "set[asyncio.Task[None]]" = field(default_factory=set)

    @asynccontextmanager
    async def up(self) -> AsyncIterator["FaultyLine"]:
        """Listen as long as the block lasts."""
        async with await asyncio.start_server(self._serve, "127.0.0.1", self.listen, limit=2**20):
            yield self
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._serve_one(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the call is over, or the test is
        finally:
            self._open.discard(task)
            await _let_go(writer)

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        header = await reader.readuntil(b"\n\n")
        found = re.search(rb"agi_calleridname: (\S+)", header)
        name = found[1].decode() if found else ""
        self.headers[name] = header
        moment, fault = self.breaks.get(name, (None, None))
        if moment is Moment.CONNECTED and fault is not None:
            self.broke_at[name] = time.monotonic()
            if not self.once:
                await self._break(fault, reader, writer)
                return
            await asyncio.sleep(self.late)
            await self._pass_on(name, header, reader, writer)
        else:
            await self._pass_on(name, header, reader, writer)

    async def _pass_on(
        self, name: str, header: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        moment, fault = self.breaks.get(name, (None, None))
        above, below = await asyncio.open_connection("127.0.0.1", self.server, limit=2**20)
        below.write(header)
        pending: list[str] = []
        replied: float | None = None

        async def down() -> None:
            nonlocal replied
            while line := await above.readline():
                if replied is not None:
                    self.reactions.append(time.monotonic() - replied)
                    replied = None
                pending.append(line.decode())
                self.commands.setdefault(name, []).append(line.decode().rstrip("\n"))
                writer.write(line)
            writer.close()

        downwards = asyncio.create_task(down())
        pause = 0.0
        try:
            while line := await reader.readline():
                command = pending.pop(0) if pending and line.startswith((b"200", b"5")) else ""
                broken = self.once and name in self.broke_at
                if (
                    moment is not None
                    and fault is not None
                    and command
                    and re.match(moment.value, command)
                    and not broken
                ):
                    self.broke_at.setdefault(name, time.monotonic())
                    if fault is not Fault.LATE:
                        downwards.cancel()  # the server hears nothing more, as if it did not listen any more
                        await self._break(fault, reader, writer)
                        await _let_go(writer)
                        await asyncio.sleep(FORGOTTEN)  # a dead server files nothing under the dialplan's eyes
                        return
                    pause = self.late
                await asyncio.sleep(pause)
                pause = 0.0 if self.once else pause
                below.write(line)
                replied = time.monotonic()
        finally:
            downwards.cancel()
            await _let_go(below)

    async def _break(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match fault:
            case Fault.CLOSED:
                return
            case Fault.SILENT:
                pass
            case Fault.LATE:
                await asyncio.sleep(self.late)
            case Fault.HALF_LINE:
                writer.write(b"STREAM FI")  # Asterisk waits for the other half, at full speed, and looks at no limit
                await asyncio.sleep(1)
                return
            case Fault.GARBAGE:
                noise = random.Random(1022).randbytes(4000)  # noqa: S311  # noise, no secret
                writer.write(noise + b"\n200 result=0\nEXEC\n\nSET VARIABLE\n\0\n")
            case Fault.LONG:
                writer.write(b"A" * 9000 + b"\n")
        while await reader.read(4096):
            pass


async def _let_go(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError, asyncio.CancelledError):
        await writer.wait_closed()
