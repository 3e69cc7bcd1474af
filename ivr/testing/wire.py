"""An Asterisk on a socket for tests: connects to our FastAGI server and answers as the real one was measured.

Imported by tests alone.
"""

import re
import shlex
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ivr.asterisk.fastagi import FastAgiServer, Handler
from ivr.phone import HungUp, RecordEnd
from ivr.simulator.sounds import write_wav
from ivr.simulator.values import Operator
from ivr.testing import MANY, samples_of
from ivr.testing.citizen import Citizen

_RECORD_REPLIES = {
    RecordEnd.KEY: "200 result={key} (dtmf) endpos={end}",
    RecordEnd.SILENCE: "200 result=0 (timeout) endpos={end}",
    RecordEnd.LIMIT: "200 result=0 (timeout) endpos={end}",
    RecordEnd.HANGUP: "200 result=-1 (hangup) endpos={end}",
    RecordEnd.NOTHING: "200 result=-1 (randomerror) endpos=0",
}
_QUEUE_STATUS = {
    Operator.ANSWERS: "CONTINUE",
    Operator.AWAY: "TIMEOUT",
    Operator.NONE: "JOINEMPTY",
    Operator.FULL: "TIMEOUT",
}


@dataclass(kw_only=True)
class FakeAsterisk:
    """One call. ``abrupt``: at hang-up the line ends at once, without the reply Asterisk sometimes still sends."""

    citizen: Citizen
    env: Mapping[str, str]
    operator: Operator = Operator.AWAY
    abrupt: bool = False
    override: Callable[[str], str | None] = lambda line: None
    """Answers a command itself; None leaves it to the fake."""
    variables: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    missing_files: frozenset[str] = frozenset()
    """Prompts whose file is not there: Playback and STREAM FILE answer -1 as at a hang-up."""
    queues: list[str] = field(default_factory=list)
    """The queues that the citizen waited in."""
    gone: bool = False
    """The citizen has hung up in a queue."""
    wait: Callable[[float], object] = lambda seconds: None
    """Lets the seconds pass in which the citizen answers with a key: for a server that has a clock of its own."""

    def call(self, port: int) -> None:
        """Be asked by the server until it is done or the citizen leaves; between, wait in the queues it names."""
        while not self._session(port) and self.variables.get("TONGDAI_QUEUE"):
            self._wait_in_queue(port)

    def _wait_in_queue(self, port: int) -> None:
        """What the dialplan does, and ``Queue()`` in it; who hangs up there is reported to the server."""
        self.queues.append(self.variables.pop("TONGDAI_QUEUE"))
        call = self.variables["TONGDAI_CALL"]
        self.env = {**self.env, "agi_request": self.env["agi_request"].partition("&")[0] + f"&call={call}"}
        try:
            self.citizen.hear(())
        except HungUp:
            self.env = {**self.env, "agi_request": self.env["agi_request"] + "&gone=1"}
            self.gone = True
        else:
            self.variables["QUEUESTATUS"] = _QUEUE_STATUS[self.operator]
            if self.operator is Operator.ANSWERS:
                self.variables["TONGDAI_STAGE"] = "talking"

    def _session(self, port: int) -> bool:
        """Connect, send the header, answer until the server closes or the citizen leaves; whether he has left."""
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line, line.makefile("rb") as reader:
            line.sendall("".join(f"{name}: {value}\n" for name, value in self.env.items()).encode() + b"\n")
            while raw := reader.readline():
                command = raw.decode().rstrip("\n")
                self.commands.append(command)
                reply, gone = self._reply(command)
                if reply:
                    line.sendall(reply.encode() + b"\n")
                if gone:
                    line.sendall(b"HANGUP\n")
                    return True
        return self.gone

    @property
    def fell_back(self) -> bool:
        """Whether the dialplan's fallback would take the call."""
        return "TONGDAI_DONE" not in self.variables

    def _reply(self, command: str) -> tuple[str, bool]:
        """The reply, and whether the line ends after it."""
        own = self.override(command)
        if own is not None:
            return own, False
        try:
            return self._answer(*_split(command))
        except HungUp:
            return ("" if self.abrupt else "200 result=-1"), True

    def _answer(self, name: str, arguments: list[str]) -> tuple[str, bool]:
        match name, arguments:
            case "SET VARIABLE", [variable, value]:
                self.variables[variable] = value
                return "200 result=1", False
            case "GET FULL VARIABLE", [text]:
                value = re.sub(r"\$\{([^}]*)\}", self._value, text)
                return f"200 result=1 ({value})", False
            case "CHANNEL STATUS", _:
                return "200 result=6", False
            case "STREAM FILE", [path, keys]:
                return self._stream(path, keys), False
            case "RECORD FILE", [path, "wav", ends, limit, _, *beep, silence]:
                quiet = float(silence.removeprefix("s="))
                return self._record(path, ends, int(limit) / 1000, quiet, beep=bool(beep))
            case "EXEC", [application, *options]:
                return self._execute(application, *options), False
        return f"510 Invalid or unknown command {name}", False

    def _value(self, asked: re.Match[str]) -> str:
        """A variable's value; ``SET(name=value)`` sets it first."""
        setting = re.fullmatch(r"SET\((.*?)=(.*)\)", asked[1])
        if setting is not None:
            self.variables[setting[1]] = setting[2]
            return setting[2]
        match asked[1].partition("(")[0]:
            case "QUEUE_WAITING_COUNT":
                return str(MANY if self.operator is Operator.FULL else 0)
            case "QUEUE_EXISTS":
                return "1"
            case "QUEUE_MEMBER":
                return "0" if self.operator is Operator.NONE else "1"
            case _:
                return self.variables.get(asked[1], "")

    def _stream(self, path: str, keys: str) -> str:
        if set(prompt_ids(path)) & self.missing_files:
            return "200 result=-1 endpos=0"
        self.citizen.hear(prompt_ids(path), keys=bool(keys))
        key = self._press(1) if keys else ""
        return f"200 result={ord(key) if key else 0} endpos=8000"

    def _press(self, most: int) -> str:
        before = self.citizen.now
        keys = self.citizen.press(most)
        if keys:
            self.wait(self.citizen.now - before)
        return keys

    def _record(self, path: str, ends: str, limit: float, silence: float, *, beep: bool) -> tuple[str, bool]:
        said = self.citizen.speak(limit=limit, silence=silence, ends=ends, beep=beep)
        samples = samples_of(said)
        if said.end is not RecordEnd.NOTHING:
            write_wav(Path(path + ".wav"), samples)
        gone = said.end in (RecordEnd.HANGUP, RecordEnd.NOTHING)
        if gone and self.abrupt:
            return "", True
        return _RECORD_REPLIES[said.end].format(key=ord(said.key or "0"), end=len(samples)), gone

    def _execute(self, application: str, options: str = "") -> str:
        match application:
            case "Playback":
                self.citizen.hear(prompt_ids(options), keys=False)
            case "Read":
                variable, files, most, *_ = options.split(",")
                self.citizen.hear(prompt_ids(files))
                keys = self._press(int(most))
                self.variables[variable] = keys.removesuffix("#")
                self.variables["READSTATUS"] = "OK" if keys else "TIMEOUT"
            case "Playtones" | "UserEvent":
                pass
            case _:
                return "200 result=-2"
        return "200 result=0"


@contextmanager
def serving(hotline: Handler) -> Iterator[FastAgiServer]:
    """Our FastAGI server at work on a free port; it ends with the block, also where a test fails in it."""
    server = FastAgiServer({"hotline": hotline}, port=0)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


def read_message(line: socket.socket, end: bytes = b"") -> bytes:
    """What comes on a stream up to and with ``end`` (empty: until the peer closes), in however many pieces it comes.

    Raises AssertionError when the peer closes before, TimeoutError as the socket is set.
    """
    message = b""
    while not end or end not in message:
        piece = line.recv(4096)
        if not piece:
            assert not end, f"closed before {end!r}: {message!r}"
            break
        message += piece
    return message


def header(port: int, *, city: str, number: str, name: str, called: str = "1022") -> dict[str, str]:
    """What Asterisk sends before the first command."""
    return {
        "agi_network": "yes",
        "agi_network_script": "hotline",
        "agi_request": f"agi://127.0.0.1:{port}/hotline?city={city}&call=",
        "agi_channel": "PJSIP/trunk-00000001",
        "agi_language": "en",
        "agi_type": "PJSIP",
        "agi_uniqueid": "1772505000.1",
        "agi_version": "22.10.1",
        "agi_callerid": number or "unknown",
        "agi_calleridname": name or "unknown",
        "agi_dnid": called,
        "agi_extension": called,
        "agi_context": "tongdai-hotline",
        "agi_priority": "7",
    }


def prompt_ids(files: str) -> list[str]:
    """Ids of the prompts among ``a&b&c``; words of numbers have none, a take of the caller is ``take.N``."""
    found = []
    for path in filter(None, files.split("&")):
        name = Path(path)
        if name.parent.name == "words":
            continue
        take = re.fullmatch(r"[0-9A-Z]{26}\.(\d+)", name.name)
        found.append(f"take.{take[1]}" if take else name.name)
    return found


def _split(command: str) -> tuple[str, list[str]]:
    """Name and arguments of a command; quotes and backslashes as Asterisk reads them."""
    words = shlex.split(command)
    length = {"SET": 2, "GET": 3, "CHANNEL": 2, "STREAM": 2, "RECORD": 2}.get(words[0], 1)
    return " ".join(words[:length]), words[length:]
