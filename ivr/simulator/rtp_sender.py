"""The process that sends the sound of all calls of one caller process, on a clock and at a priority of its own.

Python's standard library alone: the file is run as a script (``python -I -S rtp_sender.py FD``), because a process that
imported the database first would be a second late at every call. :mod:`ivr.simulator.voices` is the other end.

A caller process that plays forty calls, or shares its cores with others, stands still for a second now and then; sound
that it sent itself would stand still with it. This process has nothing else to do, and measures how late it was.
"""

import gc
import os
import secrets
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum

FRAME = 160
"""Bytes of A-law in 20 ms."""
TICK = 0.02
SILENCE = b"\xd5" * FRAME
AUDIO, EVENT = 8, 101
"""RTP payload types: PCMA, and RFC 4733 telephone events as our SDP offers them."""
KEY_FRAMES, KEY_GAP = 5, 3
"""Frames a key lasts and the pause behind it (100 ms and 60 ms)."""
NICE = -10
"""The priority that is asked for; a user without the right to it keeps the usual one."""
MESSAGE = struct.Struct("!BIddd")
"""What both ends say: :class:`Say`, the call's number, and up to three numbers; bytes may follow."""
PART = 16_000
"""Bytes of sound in one message: a message must fit into a socket's buffer."""


class Say(IntEnum):
    """What a message says; all moments are CLOCK_MONOTONIC seconds, which processes of one machine share."""

    OPEN = 1
    """A call's socket comes with it."""
    START = 2
    """Send from now on; bytes: ``host port`` of the peer."""
    SPEAK = 3
    """Bytes: A-law to send. First number: when it was meant to begin, or 0 for the continuation of a speech."""
    SILENT = 4
    """Speak no more."""
    PRESS = 5
    """Bytes: event codes. First number: when the first key was meant to be pressed."""
    STOP = 6
    """Send no more for this call; answered by STOPPED."""
    BEGUN = 7
    """From the sender: a speech has begun at the first number."""
    SPOKEN = 8
    """From the sender: all that was to be spoken is sent, at the first number."""
    PRESSED = 9
    """From the sender: all keys and the pauses behind them were sent; first number: when the last key ended."""
    STOPPED = 10
    """From the sender: the longest gap between two packets, and how late the latest key and speech were (seconds)."""


class Stream:
    """One call's sound: a packet every 20 ms, keys in the place of speech as RFC 4733 asks, and how late it was."""

    def __init__(
        self,
        send: Callable[[bytes], object],
        clock: Callable[[], float],
        tell: Callable[[Say, float], object] = lambda word, moment: None,
    ) -> None:
        self.gap = self.late_key = self.late_speech = 0.0
        """Seconds: the longest between two packets; from the moment a key or a speech was meant to its first packet."""
        self.due = clock()
        self._send, self._clock, self._tell = send, clock, tell
        self._sent = self.due
        self._speech = bytearray()
        self._meant: float | None = None
        self._speaking = False
        self._keys: list[tuple[list[int], float]] = []
        self._frame = 0
        self._key_time = 0
        self._key_ended = 0.0
        self._source, self._number, self._time = secrets.randbits(32), secrets.randbits(15), secrets.randbits(31)

    def speak(self, alaw: bytes, meant: float) -> None:
        """Add to what is to be spoken; ``meant`` is 0 for the continuation of a speech."""
        self._speech += alaw
        if meant:
            self._meant = meant
        self._speaking = True

    def fall_silent(self) -> None:
        """Speak no more."""
        self._speech.clear()

    def press(self, events: list[int], meant: float) -> None:
        """Press keys one after another, behind those still under way."""
        self._keys.append((events, meant))

    def tick(self) -> None:
        """Send every packet that is due; a sender that was late sends what it owes at once."""
        while self.due <= self._clock():
            self._frame_due()
            self.due += TICK

    def stop(self) -> tuple[float, float, float]:
        """The longest gap, the latest key, the latest speech (seconds); a stall that lasts until now counts."""
        self.gap = max(self.gap, self._clock() - self._sent)
        return self.gap, self.late_key, self.late_speech

    def _frame_due(self) -> None:
        self._time = (self._time + FRAME) & 0xFFFFFFFF
        if self._keys:
            self._key_frame()
            return
        frame = bytes(self._speech[:FRAME])
        del self._speech[:FRAME]
        now = self._out(self._header(AUDIO, self._time) + (frame.ljust(FRAME, b"\xd5") if frame else SILENCE))
        if frame and self._meant is not None:
            self.late_speech = max(self.late_speech, now - self._meant)
            self._meant = None
            self._tell(Say.BEGUN, now)
        if not self._speech and self._speaking:
            self._speaking, self._meant = False, None
            self._tell(Say.SPOKEN, now)

    def _key_frame(self) -> None:
        events, meant = self._keys[0]
        if self._frame == 0:
            self._key_time = self._time
        self._frame += 1
        if self._frame <= KEY_FRAMES:
            first, last = self._frame == 1, self._frame == KEY_FRAMES
            body = struct.pack("!BBH", events[0], 10 | 0x80 * last, self._frame * FRAME)
            for _ in range(3 if last else 1):  # RFC 4733 §2.5.1.4: the end is sent three times
                now = self._out(self._header(EVENT, self._key_time, mark=first) + body)
            if first and meant:
                self.late_key = max(self.late_key, now - meant)
            self._key_ended = now
            return
        self._out(self._header(AUDIO, self._time) + SILENCE)
        if self._frame == KEY_FRAMES + KEY_GAP:
            self._frame = 0
            del events[0]
            self._keys[0] = events, 0.0
            if not events:
                self._keys.pop(0)
                self._tell(Say.PRESSED, self._key_ended)

    def _out(self, packet: bytes) -> float:
        """Send one packet; when that was."""
        with suppress(BlockingIOError):  # not sent: the gap goes on
            self._send(packet)
            now = self._clock()
            self.gap, self._sent = max(self.gap, now - self._sent), now
        return self._sent

    def _header(self, kind: int, moment: int, *, mark: bool = False) -> bytes:
        self._number = (self._number + 1) & 0xFFFF
        return struct.pack("!BBHII", 0x80, kind | 0x80 * mark, self._number, moment, self._source)


class Sender:
    """Sends for all calls, until the other end of ``line`` is closed."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._sockets: dict[int, socket.socket] = {}
        self._streams: dict[int, Stream] = {}

    def run(self) -> None:
        """Work; returns when the caller process is done, or dead."""
        while True:
            due = min((stream.due for stream in self._streams.values()), default=None)
            patience = None if due is None else max(0.0, due - time.monotonic())
            readable, _, _ = select.select([self._line], [], [], patience)
            if readable and not self._take():
                return
            for stream in self._streams.values():
                stream.tick()

    def _take(self) -> bool:
        """One message; False when none will come any more."""
        data, descriptors, _, _ = socket.recv_fds(self._line, MESSAGE.size + PART, 1)
        if not data:
            return False
        word, call, meant, _, _ = MESSAGE.unpack_from(data)
        rest = data[MESSAGE.size :]
        if word == Say.OPEN:
            self._sockets[call] = socket.socket(fileno=descriptors[0])
        elif word == Say.START:
            self._start(call, rest.decode("ascii"))
        elif word == Say.STOP:
            self._stop(call)
        elif call in self._streams:  # not after its end
            stream = self._streams[call]
            if word == Say.SPEAK:
                stream.speak(rest, meant)
            elif word == Say.SILENT:
                stream.fall_silent()
            elif word == Say.PRESS:
                stream.press(list(rest), meant)
        return True

    def _start(self, call: int, peer: str) -> None:
        host, port = peer.split()
        line, address = self._sockets[call], (host, int(port))
        self._streams[call] = Stream(
            lambda packet: line.sendto(packet, address),
            time.monotonic,
            lambda word, moment: self._say(word, call, moment),
        )

    def _stop(self, call: int) -> None:
        stream = self._streams.pop(call, None)
        self._say(Say.STOPPED, call, *(stream.stop() if stream is not None else ()))
        with suppress(KeyError):
            self._sockets.pop(call).close()

    def _say(self, word: Say, call: int, *numbers: float) -> None:
        self._line.send(MESSAGE.pack(word, call, *(*numbers, 0.0, 0.0, 0.0)[:3]))


def raise_priority() -> None:
    """Put this process before others, where its user may ask for that; it should lead a session.

    The kernel deals out time by session first (``sched_autogroup_enabled``), within one by nice value.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    with suppress(OSError), open("/proc/self/autogroup", "w", encoding="ascii") as group:  # noqa: PTH123  # pathlib is slow
        group.write(str(NICE))


def main(descriptor: int) -> None:
    """Serve the caller process at the other end of a socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C reaches the caller process, which closes the line
    raise_priority()
    gc.disable()
    with socket.socket(fileno=descriptor) as line, suppress(ConnectionError):  # the other end is gone
        Sender(line).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
