"""What a call asks of the manager interface: to end its recording from outside, and since when Asterisk runs.

A recording in which nothing comes any more is ended by a key that no telephone has.

Asterisk counts silence in what the line sends. A line that sends nothing (silence suppression, hold, mute, lost media)
is silent for ever to it, and no AGI command ends another one: the manager interface can.
"""

import socket
from collections.abc import Callable
from datetime import datetime

import structlog

from ivr.asterisk.logins import KEYS_USER, load_logins
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
            said = _ask(settings, {"Action": "CoreStatus"}).decode("utf-8", "replace")
            fields = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
            began = datetime.fromisoformat(f"{fields['CoreStartupDate']} {fields['CoreStartupTime']}").astimezone()
        except (OSError, ValueError, KeyError):
            return 0.0
        return (now() - began).total_seconds()

    return age


def _ask(settings: Settings, question: dict[str, str]) -> bytes:
    """The answer to one action, after a login; raises OSError, and ValueError with the words of a refusal."""
    login = {
        "Action": "Login",
        "Username": KEYS_USER,
        "Secret": load_logins(settings).ami_secret,
        "Events": "off",
    }
    address = ("127.0.0.1", settings.ami_port)
    with socket.create_connection(address, timeout=_PATIENCE) as line, line.makefile("rwb") as wire:
        wire.readline()  # the greeting
        answer = b""
        for fields in (login, question):
            wire.write(action(fields))
            wire.flush()
            answer = _answer(wire.readline)
            if b"Success" not in answer:
                raise ValueError(answer.decode("utf-8", "replace").strip())
    return answer


def action(fields: dict[str, str]) -> bytes:
    """The bytes of an action; raises ValueError where a value would begin another line."""
    text = "\r\n".join(f"{name}: {value}" for name, value in fields.items())
    if text.count("\n") != len(fields) - 1:
        raise ValueError(f"a line break in {fields['Action']}")
    return f"{text}\r\n\r\n".encode()


def _answer(readline: Callable[[], bytes]) -> bytes:
    """One block of lines, up to the blank one or the end of the connection."""
    block = b""
    while (line := readline()).strip():
        block += line
    return block
