"""The caller process's end of :mod:`ivr.simulator.rtp_sender`: one sender for all calls of an event loop.

The sender starts with the first call and ends with the last.
"""

import asyncio
import socket
import subprocess
import sys
import time
from itertools import count
from typing import Any, ClassVar

from ivr.errors import TongdaiError
from ivr.simulator import rtp_sender
from ivr.simulator.lateness import Lateness
from ivr.simulator.rtp_sender import MESSAGE, PART, Say
from ivr.words import tr

ENDS_WITHIN = 60.0
"""Seconds the sender has to notice that its line is closed, on a machine that stands still."""


class SenderEnded(TongdaiError):
    """The process that sends the sound is gone."""


class Voice:
    """One call's sound; moments are monotonic seconds."""

    def __init__(self, sender: "_Sender", number: int) -> None:
        self.speaking_since: float | None = None
        """When the latest speech began."""
        self._sender, self._number = sender, number
        self._moments: dict[Say, asyncio.Future[float]] = {}
        self._stopped: asyncio.Future[tuple[float, float, float]] = asyncio.get_running_loop().create_future()
        self._is_stopping = False

    def start(self, host: str, port: int) -> None:
        """Send silence from now on, and what is spoken and pressed."""
        self._sender.tell(Say.START, self._number, rest=f"{host} {port}".encode())

    async def speak(self, alaw: bytes, meant: float) -> float:
        """Speak; returns when all is sent, with the moment at which it was."""
        if not alaw:
            return time.monotonic()
        waiting = self._expect(Say.SPOKEN)
        for place in range(0, len(alaw), PART):
            self._sender.tell(Say.SPEAK, self._number, meant if place == 0 else 0.0, rest=alaw[place : place + PART])
        return await waiting

    def fall_silent(self) -> None:
        """Speak no more; what is being spoken is then taken for said."""
        self._sender.tell(Say.SILENT, self._number)

    async def press(self, events: list[int], meant: float) -> float:
        """Press keys by their event codes; returns when they are sent, with the moment the last ended."""
        waiting = self._expect(Say.PRESSED)
        self._sender.tell(Say.PRESS, self._number, meant, rest=bytes(events))
        return await waiting

    def stop(self) -> None:
        """Send no more; twice is once."""
        if not self._is_stopping:
            self._is_stopping = True
            self._sender.tell(Say.STOP, self._number)

    async def close(self, late: Lateness) -> None:
        """Stop, and note how late this call's sound was."""
        self.stop()
        try:
            gap, key, speech = await self._stopped
        finally:
            await self._sender.close(self._number)
        late.note(gap, tr("tiếng của người gọi đứng", "the caller's sound stood still for"))
        late.note(key, tr("phím của người gọi trễ", "the caller's key was late by"))
        late.note(speech, tr("lời của người gọi trễ", "the caller's speech was late by"))

    def take(self, word: Say, numbers: tuple[float, float, float]) -> None:
        """What the sender says of this call."""
        if word is Say.BEGUN:
            self.speaking_since = numbers[0]
        elif word is Say.STOPPED:
            if not self._stopped.done():
                self._stopped.set_result(numbers)
        else:
            waiting = self._moments.pop(word, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(numbers[0])

    def fail(self, error: SenderEnded) -> None:
        """The sender is gone: whoever waits gets the error."""
        futures: list[asyncio.Future[Any]] = [*self._moments.values(), self._stopped]
        for waiting in futures:
            if not waiting.done():
                waiting.set_exception(error)
                waiting.exception()  # taken note of, also where nothing waits for it

    def _expect(self, word: Say) -> asyncio.Future[float]:
        waiting: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._moments[word] = waiting
        return waiting


def open_voice(media: socket.socket) -> Voice:
    """A voice that sends by ``media``, a bound UDP socket that the caller keeps for what is heard."""
    loop = asyncio.get_running_loop()
    sender = _Sender.of_loop.get(loop)
    if sender is None:
        sender = _Sender.of_loop[loop] = _Sender(loop)
    return sender.open(media)


class _Sender:
    """The process, and who speaks by it."""

    of_loop: ClassVar[dict[asyncio.AbstractEventLoop, "_Sender"]] = {}
    """The sender of each event loop on which a call is under way."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # -I -S: the standard library is all it needs, and it starts in a tenth of the time
            words = [sys.executable, "-I", "-S", rtp_sender.__file__, str(theirs.fileno())]
            self._process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True
            )
        self._voices: dict[int, Voice] = {}
        self._numbers = count(1)
        self._gone: SenderEnded | None = None
        loop.add_reader(self._line, self._read)

    def open(self, media: socket.socket) -> Voice:
        number = next(self._numbers)
        voice = self._voices[number] = Voice(self, number)
        socket.send_fds(self._line, [MESSAGE.pack(Say.OPEN, number, 0.0, 0.0, 0.0)], [media.fileno()])
        return voice

    def tell(self, word: Say, number: int, moment: float = 0.0, *, rest: bytes = b"") -> None:
        try:
            self._line.send(MESSAGE.pack(word, number, moment, 0.0, 0.0) + rest)
        except (BrokenPipeError, ConnectionResetError):
            self._lose()

    async def close(self, number: int) -> None:
        """One call less; behind the last the process ends and is waited for."""
        del self._voices[number]
        if self._voices:
            return
        del self.of_loop[self._loop]
        self._loop.remove_reader(self._line)
        self._line.close()
        try:
            await asyncio.to_thread(self._process.wait, ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    def _read(self) -> None:
        try:
            data = self._line.recv(MESSAGE.size, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if not data:
            self._lose()
            return
        word, number, *numbers = MESSAGE.unpack(data)
        if number in self._voices:
            self._voices[number].take(Say(word), (numbers[0], numbers[1], numbers[2]))

    def _lose(self) -> None:
        if self._gone is None:
            self._loop.remove_reader(self._line)
            self._gone = SenderEnded(
                tr(
                    "Tiến trình phát tiếng của người gọi thử đã dừng.",
                    "The process that sends the caller's sound ended.",
                )
            )
        for voice in list(self._voices.values()):
            voice.fail(self._gone)
