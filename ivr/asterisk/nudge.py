"""Ends a recording in which nothing comes any more: a key that no telephone has, put into the call from outside.

Asterisk counts silence in what the line sends. A line that sends nothing (silence suppression, hold, mute, lost media)
is silent for ever to it, and no AGI command ends another one: the manager interface can.
"""

import socket
from collections.abc import Callable

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
            _press(settings.ami_port, load_logins(settings).ami_secret, channel)
        except (OSError, ValueError) as error:
            _log.error("record.no_end", channel=channel, error=str(error))

    return nudge


def _press(port: int, secret: str, channel: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as line, line.makefile("rwb") as wire:
        wire.readline()  # the greeting
        for fields in (
            {"Action": "Login", "Username": KEYS_USER, "Secret": secret, "Events": "off"},
            {"Action": "PlayDTMF", "Channel": channel, "Digit": KEY, "Receive": "true"},
        ):
            wire.write(_action(fields))
            wire.flush()
            answer = _answer(wire.readline)
            if b"Success" not in answer:
                raise ValueError(answer.decode("utf-8", "replace").strip())


def _action(fields: dict[str, str]) -> bytes:
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
