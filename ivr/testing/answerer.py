"""A telephone that is rung over SIP: it rings, is answered, and stays until the other side hangs up.

No sound comes from it. Imported by tests alone.
"""

import queue
import re
import secrets
import socket
import threading
import time
from types import TracebackType
from typing import Self

from ivr.testing.asterisk import PATIENCE
from ivr.testing.sip_digest import authorization

HOST = "127.0.0.1"
_LOOK = 0.05
"""Seconds within which a telephone that is to answer does."""
_COPIED = re.compile(r"^(?:Via|From|Call-ID|CSeq|Record-Route):.*$", re.MULTILINE | re.IGNORECASE)


class Answerer:
    """One telephone, one call at a time; a context manager."""

    def __init__(self, *, rings: float) -> None:
        """``rings``: seconds from the first ring to the answer."""
        self._rings = rings
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind((HOST, 0))
        self._line.settimeout(_LOOK)
        self._invited: tuple[str, float, tuple[str, int]] | None = None
        """The INVITE that rings, when it came, and from where."""
        self._tag = secrets.token_hex(4)
        self._count = 0
        self._replies: queue.SimpleQueue[str] = queue.SimpleQueue()
        """Final answers to what this telephone asked."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="answerer", daemon=True)
        self.answered = threading.Event()
        self.ended = threading.Event()

    @property
    def address(self) -> str:
        """Where it is reached, ``127.0.0.1:5070``."""
        return f"{HOST}:{self._line.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stopping.set()
        self._thread.join()
        self._line.close()

    def register(self, port: int, user: str, password: str, *, seconds: int = 600) -> None:
        """Be the telephone of this user from now on; for 0 seconds: be it no more."""
        uri = f"sip:{HOST}:{port}"
        answer = self._ask("REGISTER", port, uri, user, seconds)
        if answer.startswith("SIP/2.0 401"):
            answer = self._ask(
                "REGISTER", port, uri, user, seconds, authorization(answer, "REGISTER", uri, user, password)
            )
        assert answer.startswith("SIP/2.0 200"), answer

    def _ask(self, method: str, port: int, uri: str, user: str, seconds: int, *more: str) -> str:
        self._count += 1
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.address};branch=z9hG4bK{self._tag}{self._count};rport",
            f"From: <sip:{user}@{HOST}>;tag={self._tag}",
            f"To: <sip:{user}@{HOST}>",
            f"Call-ID: {self._tag}@{HOST}",
            f"CSeq: {self._count} {method}",
            f"Contact: <sip:{user}@{self.address}>",
            f"Expires: {seconds}",
            "Max-Forwards: 70",
            *more,
            "Content-Length: 0",
        ]
        self._line.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), (HOST, port))
        return self._replies.get(timeout=PATIENCE)

    def again(self) -> None:
        """Before the next call."""
        self.answered.clear()
        self.ended.clear()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                data, sender = self._line.recvfrom(65535)
            except TimeoutError:
                pass
            else:
                self._hear(data.decode("utf-8", "replace"), sender)
            self._answer_when_due()

    def _hear(self, text: str, sender: tuple[str, int]) -> None:
        match text.partition(" ")[0]:
            case "INVITE":
                if self._invited is None:
                    self._invited = (text, time.monotonic(), sender)
                self._reply(text, sender, "180 Ringing")
            case "ACK":
                if not self.ended.is_set():
                    self.answered.set()
            case "BYE":
                self._reply(text, sender, "200 OK")
                self.ended.set()
            case "CANCEL":
                self._reply(text, sender, "200 OK")
                if self._invited is not None:
                    self._reply(self._invited[0], sender, "487 Request Terminated")
                self._invited = None
                self.ended.set()
            case "OPTIONS":
                self._reply(text, sender, "200 OK")
            case "SIP/2.0" if not text.startswith("SIP/2.0 1"):
                self._replies.put(text)
            case _:
                pass

    def _answer_when_due(self) -> None:
        if self._invited is None or time.monotonic() < self._invited[1] + self._rings:
            return
        text, _at, sender = self._invited
        self._invited = None
        self._reply(text, sender, "200 OK", body=self._offer())

    def _offer(self) -> str:
        port = self._line.getsockname()[1] + 1 & ~1  # nothing is heard there, and nothing needs to be
        lines = ["v=0", f"o=phone 1 1 IN IP4 {HOST}", "s=-", f"c=IN IP4 {HOST}", "t=0 0", f"m=audio {port} RTP/AVP 8"]
        return "\r\n".join([*lines, "a=sendrecv", ""])

    def _reply(self, asked: str, sender: tuple[str, int], status: str, *, body: str = "") -> None:
        to = re.search(r"^To:.*$", asked, re.MULTILINE | re.IGNORECASE)
        assert to is not None
        named = to[0].strip() if ";tag=" in to[0] else f"{to[0].strip()};tag={self._tag}"
        lines = [
            f"SIP/2.0 {status}",
            *(line.strip() for line in _COPIED.findall(asked)),
            named,
            f"Contact: <sip:phone@{self.address}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._line.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), sender)
