"""Asks a server over its own wire whether it lives: for a process that is stopped the kernel goes on accepting."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress

from ivr.process.ports import LOOPBACK, Port

ALIVE = "alive"
"""Path on the FastAGI port that the thread which reads headers answers itself."""
_LIFE = b"GET /healthz HTTP/1.0\r\n\r\n"
QUESTIONS = {
    "TONGDAI_AGI_PORT": f"agi_network: yes\nagi_request: agi://{LOOPBACK}/{ALIVE}\n\n".encode(),
    "TONGDAI_HUB_PORT": _LIFE,
    "TONGDAI_ASTERISK_HTTP_PORT": _LIFE,  # 404 is a word too
}
"""What to say on a port that its setting names; whatever is said back, or a close, shows life."""


class Question:
    """One question on one connection; no method waits."""

    def __init__(self, port: Port) -> None:
        """Begin to connect to ``port``, which is one of :data:`QUESTIONS`."""
        self._port = port
        self._left = QUESTIONS[port.setting]
        self._socket = socket.socket(socket.AF_INET6 if ":" in port.address else socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.connect_ex((port.reached_at, port.number))
        self.connected = False

    def answered(self) -> bool:
        """Whether the process has said something, or closed: only a process that runs does either."""
        try:
            while self._left:
                self._left = self._left[self._socket.send(self._left) :]
                self.connected = True
            self._socket.recv(64)
        except BlockingIOError:
            return False
        except OSError:  # refused: no process listens; reset after connecting: a running process did that
            return self.connected
        return True

    def close(self) -> None:
        """Let go of the connection."""
        with suppress(OSError):
            self._socket.close()


def lives(
    port: Port,
    seconds: float,
    *,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Ask once and wait up to so long; for ``tongdai doctor``."""
    question, until = Question(port), now() + seconds
    try:
        while not question.answered():
            if now() > until:
                return False
            sleep(0.02)
        return True
    finally:
        question.close()
