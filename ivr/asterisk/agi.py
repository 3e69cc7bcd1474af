"""AGI's lines on one connection, commands out and replies in. The only module that imports pyst2 (TELEPHONY §4)."""

import contextlib
import re
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from asterisk import agi as pyst2

from ivr.phone import HungUp

LONGEST_LINE = 1900
"""Bytes of one command; Asterisk reads at most 2,047."""
SOON = 0.15
"""Seconds after which a command counts as one that lasts: Asterisk has read it by then and reads no further."""
LOOKS = 1.0
"""Seconds between two looks at what a lasting command does."""
SEEN = 0.5
"""Seconds in which Asterisk answers a line it has seen, also on a busy machine."""

_QUOTED = str.maketrans({"\r": " ", "\n": " ", "\0": " ", "\\": "\\\\", '"': '\\"'})
_REPLY = re.compile(r"^200 result=(?P<result>-?\d*)(?: \((?P<data>.*?)\)(?= endpos=|$))?(?: endpos=(?P<endpos>\d+))?")


Reply = dict[str, tuple[str, str]]
"""``result`` with what stood in brackets after it, ``endpos``: pyst2's shape."""


class LineGone(HungUp):
    """The connection ended or went silent, before or after Asterisk finished the command: its reply is not here."""


class Lines(Protocol):
    """Where replies are read: a file, or :class:`ivr.asterisk.fastagi.Replies`."""

    def readline(self, limit: int, /) -> bytes:
        """The next line with its end, at most ``limit`` bytes of it."""
        ...


class Wire(pyst2.AGI):  # type: ignore[misc]  # pyst2 ships no types
    """pyst2's AGI, hardened: no signal handler, no echo, arguments that cannot leave their quotes, honest replies."""

    def __init__(
        self,
        reader: Lines,
        send: Callable[[bytes], object],
        env: Mapping[str, str],
        hears: Callable[[float], object] = bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``env`` is the header already read; pyst2's own start would block, print and install a SIGHUP handler.

        ``hears`` waits up to so many seconds for a line from Asterisk and returns whether one arrived.
        """
        self.stdin, self.env = reader, dict(env)
        self.clock = clock
        self.ended_at = clock()
        """When the latest command that plays, reads or records was answered."""
        self._send = send
        self._hears = hears
        self._owed = 0
        self._got_sighup = False

    def quote(self, string: object) -> str:
        """One argument in quotes; a caller's name must never end it or the line (CR, LF, NUL go)."""
        return f'"{str(string).translate(_QUOTED)}"'

    _quote = quote  # pyst2's own verbs

    def send_command(self, command: str, *args: object) -> None:
        """Send one line; arguments are already quoted."""
        line = " ".join([command, *map(str, args)])
        if "\n" in line or "\r" in line or "\0" in line:
            raise ValueError(f"a control character in an AGI command: {line!r}")
        try:
            self._send(line.encode("utf-8", "replace") + b"\n")
        except OSError as error:
            raise LineGone from error

    def execute_lasting(
        self, after: str, command: str, *args: object, meanwhile: Callable[[], None] | None = None
    ) -> Reply:
        """Like ``execute``; a command that lasts is followed by the line ``after`` while it does.

        ``meanwhile`` is called every :data:`LOOKS` seconds until it ends.

        Asterisk executes ``after`` the moment the command ends, whatever has become of us by then. Of lines that
        reach it together it sees the second only when a third one comes (it waits for the socket, but reads through
        a buffer): so ``after`` is sent apart (:data:`SOON`), and nothing is sent before it was answered.
        """
        reply, follows = self._begin(after, command, *args, meanwhile=meanwhile)
        if follows:
            self._owed += 1
            with contextlib.suppress(LineGone):  # whoever sends the next command finds out
                if self._hears(SEEN):  # else both lines did come together
                    self._pay()
        return reply

    def execute_asking(self, question: str, command: str, *args: object) -> tuple[Reply, Reply]:
        """Like :meth:`execute_lasting`, for a line whose reply is wanted: both replies.

        Between the command and the question Asterisk never waits for us: it drops keys that come while it does.
        """
        reply, follows = self._begin(question, command, *args)
        if follows:
            if self._hears(SEEN):
                return reply, self._reply()
            self._owed += 1  # both lines arrived together: this one is seen when the next one comes
        self.send_command(question)
        return reply, self.get_result()

    def _begin(
        self, after: str, command: str, *args: object, meanwhile: Callable[[], None] | None = None
    ) -> tuple[Reply, bool]:
        """The reply to a command, and whether ``after`` was sent while it lasted."""
        self.send_command(command, *args)
        follows = not self._hears(SOON)
        if follows:
            self.send_command(after)
        while meanwhile is not None and not self._hears(LOOKS):
            meanwhile()
        reply = self.get_result()
        self.ended_at = self.clock()
        return reply, follows

    def get_result(self, stdin: object = None) -> Reply:
        """The reply's ``result`` and ``endpos``; -1 is a value here. Raises LineGone at hang-up, AGIError on 5xx."""
        self._pay()
        return self._reply()

    def _pay(self) -> None:
        """Read the replies to lines that were sent ahead."""
        while self._owed:
            self._owed -= 1
            self._reply()

    def _reply(self) -> Reply:
        line = self._line()
        while line.startswith("100"):  # Trying
            line = self._line()
        found = _REPLY.match(line)
        if found is not None:
            result, data, endpos = found.groups("")
            return {"result": (result, data), "endpos": (endpos or "0", "")}
        if line.startswith("511"):  # the channel is dead
            raise LineGone
        if line.startswith("520-"):
            while not line.startswith("520 "):
                line = self._line()
        raise pyst2.AGIUnknownError(line[:200])

    def _line(self) -> str:
        try:
            raw = self.stdin.readline(8192)
        except OSError as error:  # a time-out too: Asterisk itself fell silent
            raise LineGone from error
        line = raw.decode("utf-8", "replace").strip()
        if not raw.endswith(b"\n") or line == "HANGUP":
            raise LineGone
        return line
