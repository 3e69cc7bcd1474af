"""One connection to the manager interface for a thread that may wait; programs with an event loop have ``ami.py``."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ivr.asterisk.logins import KEYS_USER, load_logins
from ivr.settings import Settings

_LONGEST = 64 * 1024
"""Bytes of one answer or event, and more than any has."""
_END = b"\r\n\r\n"


class ManagerLine:
    """Actions out, answers and events in, both in blocks of lines that end with an empty one."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._waiting = b""

    def ask(self, action: Mapping[str, str]) -> str:
        """The answer to an action.

        Raises OSError, and ValueError with the words of a refusal or where a value would begin another line.
        """
        text = "\r\n".join(f"{name}: {value}" for name, value in action.items())
        if text.count("\n") != len(action) - 1:
            raise ValueError(f"a line break in {action['Action']}")
        self._connection.sendall(text.encode() + _END)
        answer = self.next_block()
        if "Response: Success" not in answer:
            raise ValueError(answer.strip())
        return answer

    def next_block(self) -> str:
        """The next answer or event; raises TimeoutError where none comes in time, ConnectionError at the end."""
        while _END not in self._waiting:
            if len(self._waiting) > _LONGEST:
                raise ValueError("an answer without an end")
            more = self._connection.recv(65536)
            if not more:
                raise ConnectionError("the manager interface has hung up")
            self._waiting += more
        block, self._waiting = self._waiting.split(_END, 1)
        return block.decode("utf-8", "replace")

    def wait_at_most(self, seconds: float) -> None:
        """From here on :meth:`next_block` waits no longer."""
        self._connection.settimeout(seconds)


@contextmanager
def signed_in(settings: Settings, *, events: str, patience: float) -> Iterator[ManagerLine]:
    """Signed in while the block lasts; ``events`` as the manager interface names them (``off``, ``call``).

    :param patience: seconds in which it must connect and answer.

    Raises OSError, and ValueError with the words of a refusal.
    """
    with socket.create_connection(("127.0.0.1", settings.ami_port), timeout=patience) as connection:
        line = ManagerLine(connection)
        secret = load_logins(settings).ami_secret
        line.ask({"Action": "Login", "Username": KEYS_USER, "Secret": secret, "Events": events})
        yield line
