"""Which lines have fallen silent, as Asterisk hears it (TALK_DETECT): sooner than a file shows it, written in blocks.

It says nothing of a line that sends nothing, and takes a machine's tone for a voice: for both the file is looked at.
"""

import threading
from contextlib import suppress

import structlog

from ivr.asterisk.manager_line import signed_in
from ivr.settings import Settings

_RETRY = 5.0
"""Seconds until Asterisk is connected to again."""
_PATIENCE = 5.0
"""Seconds in which it connects and answers."""
_LOOK = 0.5
"""Seconds in which the thread notices that it is to end."""
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
        self._away = False
        """Whether it was said that Asterisk is away."""
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
        while not self._stopping.is_set():
            try:
                self._follow()
            except (OSError, ValueError) as error:
                if not self._away:
                    _log.warning("silences.away", error=str(error))
                self._away = True
            self._silent.clear()
            self._stopping.wait(_RETRY)

    def _follow(self) -> None:
        """Until the connection breaks or the thread is to end."""
        with signed_in(self._settings, events="call", patience=_PATIENCE) as line:
            self._away = False
            line.wait_at_most(_LOOK)
            while not self._stopping.is_set():
                with suppress(TimeoutError):
                    self._note(line.next_block())

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
