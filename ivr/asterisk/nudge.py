"""What a call asks of the manager interface: to end its recording from outside, and since when Asterisk runs.

A recording in which nothing comes any more is ended by a key that no telephone has.

Asterisk counts silence in what the line sends. A line that sends nothing (silence suppression, hold, mute, lost media)
is silent for ever to it, and no AGI command ends another one: the manager interface can.
"""

from collections.abc import Callable
from datetime import datetime

import structlog

from ivr.asterisk.manager_line import signed_in
from ivr.settings import Settings

KEY = "D"
"""One of the four keys that exist on no telephone, and in every exchange."""
_PATIENCE = 5.0
"""Seconds in which the manager interface answers."""

_log = structlog.get_logger(__name__)


def make_nudge(settings: Settings) -> Callable[[str], None]:
    """What presses :data:`KEY` in the channel of this name; it never raises: a recording then runs to its limit."""

    def nudge(channel: str) -> None:
        try:
            _ask(settings, {"Action": "PlayDTMF", "Channel": channel, "Digit": KEY, "Receive": "true"})
        except (OSError, ValueError) as error:
            _log.error("record.no_end", channel=channel, error=str(error))

    return nudge


def make_age(settings: Settings, now: Callable[[], datetime]) -> Callable[[], float]:
    """What tells for how many seconds Asterisk has been running, to the second; 0 where it does not answer."""

    def age() -> float:
        try:
            said = _ask(settings, {"Action": "CoreStatus"})
            fields = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
            began = datetime.fromisoformat(f"{fields['CoreStartupDate']} {fields['CoreStartupTime']}").astimezone()
        except (OSError, ValueError, KeyError):
            return 0.0
        return (now() - began).total_seconds()

    return age


def _ask(settings: Settings, question: dict[str, str]) -> str:
    """The answer to one action; raises OSError, and ValueError with the words of a refusal."""
    with signed_in(settings, events="off", patience=_PATIENCE) as line:
        return line.ask(question)
