"""A fake of Asterisk's manager interface on a socket: what panoramisk's own tests never send. For tests alone."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from ivr.testing import free_port

Action = dict[str, str]
Answer = Callable[["FakeAmi", Action], str | None]
"""What an action is answered with (blocks of lines, CRLF added); None: nothing."""


class FakeAmi:
    """Speaks AMI as Asterisk 22 does; single connections can be muted, fed raw bytes, or dropped."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.port = free_port()
        self.received: list[Action] = []
        self.logins = 0
        self.muted = False
        self.booted = True
        """False for one that takes logins before it has booted, as Asterisk does."""
        self.secret = "geheim"  # noqa: S105  # of a fake
        self.queues = FakeQueues()
        self._answer = answer or (lambda _fake, _action: None)
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def listen(self) -> None:
        """Accept connections (again), on the same port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Go away: every connection breaks."""
        if self._server is not None:
            self._server.close()
        self.drop()
        if self._tasks:
            await asyncio.wait(self._tasks)  # each ends with its connection

    def drop(self) -> None:
        """Break every connection as a crash does."""
        for writer in self._writers:
            writer.transport.abort()

    async def send(self, raw: bytes) -> None:
        """Write bytes as they are, one segment, to every connection."""
        for writer in list(self._writers):
            writer.write(raw)
            await writer.drain()
        await asyncio.sleep(0.01)

    async def event(self, name: str, **values: str) -> None:
        """An event."""
        await self.send(message(Event=name, **values))

    def actions(self, name: str) -> list[Action]:
        """What was received of one kind."""
        return [action for action in self.received if action["Action"] == name]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            if not self.muted:
                writer.write(b"Asterisk Call Manager/9.0.0\r\n")
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                action = dict(line.split(": ", 1) for line in raw.decode().strip().split("\r\n"))
                self.received.append(action)
                if not self.muted and (reply := self._reply(action)) is not None:
                    writer.write(reply.encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            writer.transport.abort()

    def _reply(self, action: Action) -> str | None:
        number = action["ActionID"]
        match action["Action"]:
            case "Login" if action["Secret"] == self.secret:
                self.logins += 1
                booted = message(Event="FullyBooted", Status="Fully Booted").decode() if self.booted else ""
                return message(Response="Success", ActionID=number, Message="Authentication accepted").decode() + booted
            case "Login":
                return message(Response="Error", ActionID=number, Message="Authentication failed").decode()
            case "Ping":
                return message(Response="Success", ActionID=number, Ping="Pong").decode()
            case _:
                return self._answer(self, action) or self.queues.answer(action)


class FakeQueues:
    """The queues of a fake, and who is in them; checked against a real Asterisk in ``test_members.py``."""

    def __init__(self, *names: str) -> None:
        self.names = set(names) or {"da-nang-operator"}
        self.members: dict[tuple[str, str], dict[str, str]] = {}
        """Membership, pause, reason, name and state of each member, by queue and interface."""
        self.devices: dict[str, str] = {}
        """State of a telephone, as Asterisk numbers it; not in use unless given."""

    def add(self, queue: str, interface: str, *, membership: str = "static", paused: str = "0", name: str = "") -> None:
        """Put a telephone into a queue."""
        self.members[queue, interface] = {
            "Membership": membership, "Paused": paused, "Name": name or interface, "PausedReason": "",
        }  # fmt: skip

    def answer(self, action: Action) -> str | None:
        """What Asterisk answers to an action about queues; None for another one."""
        number, place = action["ActionID"], (action.get("Queue", ""), action.get("Interface", ""))
        match action["Action"]:
            case "QueueStatus":
                return self._list(number)
            case "QueueAdd" if place[0] not in self.names:
                return _error(number, "Unable to add interface to queue: No such queue")
            case "QueueAdd" if place in self.members:
                return _error(number, "Unable to add interface: Already there")
            case "QueueAdd":
                paused = "1" if action.get("Paused") == "true" else "0"
                self.add(*place, membership="dynamic", paused=paused, name=action.get("MemberName", ""))
            case "QueuePause" if place not in self.members:
                return _error(number, "Interface not found")
            case "QueueRemove" if place not in self.members:
                return _error(number, "Unable to remove interface: Not there")
            case "QueuePause":
                self.members[place]["Paused"] = "1" if action["Paused"] == "true" else "0"
            case "QueueRemove":
                del self.members[place]
            case _:
                return None
        return message(Response="Success", ActionID=number, Message="done").decode()

    def _list(self, number: str) -> str:
        head = message(Response="Success", ActionID=number, EventList="start", Message="Queue status will follow")
        queues = [message(Event="QueueParams", ActionID=number, Queue=name, Strategy="ringall") for name in self.names]
        rest = {"StateInterface": "x", "Penalty": "0", "CallsTaken": "0", "LastCall": "0", "LastPause": "0"}
        members = [
            message(
                Event="QueueMember", ActionID=number, Queue=queue, Location=interface, **member, **rest,
                InCall="0", Status=self.devices.get(interface, "1"),
            )
            for (queue, interface), member in self.members.items()
        ]  # fmt: skip
        end = message(Event="QueueStatusComplete", ActionID=number, EventList="Complete", ListItems="1")
        return b"".join([head, *queues, *members, end]).decode()


def _error(number: str, text: str) -> str:
    return message(Response="Error", ActionID=number, Message=text).decode()


@contextmanager
def ami_beside(port: int, secret: str) -> Iterator[Callable[..., None]]:
    """A fake that lists no channel, on a thread of its own, for tests that do not await; what sends an event."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="ami")
    thread.start()

    def wait(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result(60)

    fake = FakeAmi(lambda _fake, action: channel_list(action))
    fake.port, fake.secret = port, secret
    try:
        wait(fake.listen())
        yield lambda **values: wait(fake.send(message(**values)))
    finally:
        wait(fake.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def message(**values: str) -> bytes:
    """One AMI message."""
    return "".join(f"{name}: {value}\r\n" for name, value in values.items()).encode() + b"\r\n"


def of_channel(uniqueid: str, linkedid: str) -> dict[str, str]:
    """What Asterisk says of a channel in each of its events."""
    return {
        "Channel": f"PJSIP/x-{uniqueid}",
        "ChannelState": "6",
        "CallerIDNum": "0905123456",
        "CallerIDName": "An",
        "Context": "tongdai-hotline",
        "Exten": "1022",
        "Priority": "8",
        "Uniqueid": uniqueid,
        "Linkedid": linkedid,
    }


def channel_list(action: Action, *channels: tuple[str, str]) -> str:
    """The reply to CoreShowChannels for (uniqueid, linkedid) pairs."""
    number = action["ActionID"]
    start = message(Response="Success", ActionID=number, EventList="start", Message="Channels will follow")
    rows = b"".join(
        message(Event="CoreShowChannel", ActionID=number, **of_channel(uniqueid, linked))
        for uniqueid, linked in channels
    )
    end = message(Event="CoreShowChannelsComplete", ActionID=number, EventList="Complete", ListItems=str(len(channels)))
    return (start + rows + end).decode()
