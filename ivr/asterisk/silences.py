"""Which lines have fallen silent, as Asterisk hears it (TALK_DETECT): sooner than a file shows it, written in blocks.

It says nothing of a line that sends nothing, and takes a machine's tone for a voice: for both the file is looked at.
"""

import socket
import threading
from contextlib import suppress

import structlog

from ivr.asterisk.logins import KEYS_USER, load_logins
from ivr.asterisk.nudge import action
from ivr.settings import Settings

_RETRY = 5.0
"""Seconds until Asterisk is connected to again."""
_LOOK = 0.5
"""Seconds in which the thread notices that it is to end."""
_LONGEST = 64 * 1024
"""Bytes of one event, and more than any has."""
_FIELDS = (
    "Event", "Channel", "ChannelState", "CallerIDNum", "CallerIDName", "Context", "Exten", "Priority", "Uniqueid",
    "Linkedid",
)  # fmt: skip
"""Each is in an event once. One that a caller's number forges has at most the 79 bytes Asterisk keeps of it."""

_log = structlog.get_logger(__name__)


class Silences:
    """Follows the events of all channels on a thread of its own; the others may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._silent: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="silences", daemon=True)

    def start(self) -> None:
        """Begin; Asterisk need not be there yet."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def forget(self, channel: str) -> None:
        """What was heard of a channel before counts no longer."""
        self._silent.discard(channel)

    def is_silent(self, channel: str) -> bool:
        """Whether somebody spoke in the channel, and has fallen silent for the time that was asked for."""
        return channel in self._silent

    def _run(self) -> None:
        away = False
        while not self._stopping.is_set():
            try:
                self._follow()
            except (OSError, ValueError) as error:
                if not away:
                    _log.warning("silences.away", error=str(error))
                away = True
            self._silent.clear()
            self._stopping.wait(_RETRY)

    def _follow(self) -> None:
        """Until the connection breaks or the thread is to end."""
        with socket.create_connection(("127.0.0.1", self._settings.ami_port), timeout=_RETRY) as line:
            secret = load_logins(self._settings).ami_secret
            line.sendall(action({"Action": "Login", "Username": KEYS_USER, "Secret": secret, "Events": "call"}))
            line.settimeout(_LOOK)
            waiting = b""
            while not self._stopping.is_set():
                with suppress(TimeoutError):
                    more = line.recv(65536)
                    if not more:
                        return
                    *events, waiting = (waiting + more).split(b"\r\n\r\n")
                    for event in events:
                        self._note(event.decode("utf-8", "replace"))
                    if len(waiting) > _LONGEST:
                        raise ValueError("an event without an end")

    def _note(self, event: str) -> None:
        names = [line.partition(": ")[0] for line in event.split("\r\n")]
        if any(names.count(name) != 1 for name in _FIELDS):
            return
        values = dict(line.split(": ", 1) for line in event.split("\r\n") if ": " in line)
        match values["Event"]:
            case "ChannelTalkingStop":
                self._silent.add(values["Channel"])
            case "ChannelTalkingStart" | "Hangup":
                self._silent.discard(values["Channel"])
            case _:
                pass
