"""The other end of an AGI connection, for tests of what is said on it. Imported by tests alone."""

import socket
import threading
from collections.abc import Callable

from ivr.asterisk.agi import Wire
from ivr.asterisk.phone import AsteriskPhone


class Peer:
    """The other end of an AGI connection: ``answer`` gives the reply to each command, None ends the line."""

    def __init__(
        self, answer: Callable[[str], str | None], env: dict[str, str] | None = None, *, queues: bool = True
    ) -> None:
        self.commands: list[str] = []
        self._answer = answer
        self._ours, theirs = socket.socketpair()
        self._ours.settimeout(60)
        self._reader = self._ours.makefile("rb")
        self._thread = threading.Thread(target=self._serve, args=(theirs,))
        self._thread.start()
        header = {"agi_callerid": "0905123456", "agi_calleridname": "An", "agi_extension": "1022", **(env or {})}
        wire = Wire(self._reader, self._ours.sendall, header)
        self.phone = AsteriskPhone(wire, margin=8, city="da-nang", queues=queues)

    def _serve(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as reader:
            for raw in reader:
                command = raw.decode().rstrip("\n")
                self.commands.append(command)
                reply = self._answer(command)
                if reply is None:
                    return
                line.sendall(reply.encode() + b"\n")

    def close(self) -> None:
        self._reader.close()
        self._ours.close()
        self._thread.join()


def replying(**replies: str | None) -> Callable[[str], str | None]:
    """Answers by the command's first word, ``200 result=1`` to everything else."""
    return lambda command: replies.get(command.split(" ", 1)[0], "200 result=1")
