"""Asterisk's side of a call: what the engine asks of a line, said in AGI commands (TELEPHONY §4)."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from ivr.asterisk import nudge, variables
from ivr.asterisk.agi import LineGone, Reply, Wire
from ivr.asterisk.caller import caller_of
from ivr.asterisk.playlist import files_of, parts_of, seconds_of
from ivr.asterisk.queue_door import QueueDoor
from ivr.asterisk.silences import Silences
from ivr.asterisk.variables import value_of
from ivr.asterisk.watched_file import SilenceWatch, is_closed, quiet_at_end
from ivr.phone import (
    BEEP_SECONDS,
    KEYPAD,
    Caller,
    HungUp,
    LeftForQueue,
    QueueState,
    Recorded,
    RecordEnd,
    RingResult,
    Sound,
    Stage,
)
from ivr.recordings.sound import SOUNDING
from ivr.recordings.takes import HEADERLESS
from ivr.recordings.wav import TELEPHONE_RATE

UP = 6
"""CHANNEL STATUS of a line that is up."""

_log = structlog.get_logger(__name__)


class AsteriskPhone:
    """A :class:`ivr.phone.Phone` on an AGI connection; used by one thread.

    Before each command it moves the dialplan's dead-man switch to the command's longest duration plus ``margin``
    seconds, and during a command that lasts to ``margin`` seconds after its end, so that a server that falls silent
    loses the call to the fallback (TELEPHONY §4), however early a key or the caller's silence ended the command.
    """

    def __init__(
        self,
        wire: Wire,
        *,
        margin: int,
        city: str,
        nudge: Callable[[str], None] = lambda channel: None,
        age: Callable[[], float] = lambda: 0.0,
        silences: Silences | None = None,
        hide_withheld: bool = True,
        read_name: Callable[[str], tuple[str, bool]] = lambda name: (name, False),
        queues: bool = True,
    ) -> None:
        """``nudge`` presses :data:`ivr.asterisk.nudge.KEY` in the channel of this name, from outside the call.

        ``age`` says for how many seconds Asterisk has been running, to the second; ``silences`` which lines are silent.
        ``hide_withheld``, ``read_name``: see :func:`ivr.asterisk.caller.caller_of`.
        ``queues``: see :class:`ivr.asterisk.queue_door.QueueDoor`.
        """
        self.take_ending = ".wav"
        self._wire = wire
        self._nudge, self._age, self._silences = nudge, age, silences
        self._channel = wire.env.get("agi_channel", "")
        self._margin = margin
        self._queues = QueueDoor(wire, is_open=queues)
        limit = value_of(f"SET({variables.LIMIT}={margin})")  # reading this value sets the limit: two lines in one
        asked = ":".join([limit, value_of(variables.KEYS), value_of(variables.READ_STATUS)])
        self._question = f"GET FULL VARIABLE {wire.quote(asked)}"
        self._caller = caller_of(wire.env, city=city, hide_withheld=hide_withheld, read_name=read_name)

    @property
    def caller(self) -> Caller:
        """Who calls, as Asterisk's header said it."""
        return self._caller

    @property
    def ended_at(self) -> float:
        """See :class:`ivr.phone.Phone`."""
        return self._wire.ended_at

    def moment(self) -> float:
        """See :class:`ivr.phone.Phone`."""
        return self._wire.clock()

    def play(self, sounds: Sequence[Sound], *, keys: str = "") -> str:
        """See :class:`ivr.phone.Phone`."""
        for part in parts_of(sounds):
            key = self._stream(part, keys) if keys else self._playback(part)
            if key:
                return key
        return ""

    def read(self, sounds: Sequence[Sound], *, most: int, wait: float, end: str = "#") -> str:
        """See :class:`ivr.phone.Phone`; only ``#`` ends an entry on Asterisk."""
        *early, last = list(parts_of(sounds)) or [[]]
        for part in early:
            key = self._read_keys(part, most=1, wait=0.05)
            if key:
                return key if most == 1 or key == end else key + self._read_keys([], most=most - 1, wait=wait)
        return self._read_keys(last, most=most, wait=wait)

    def record(self, path: Path, *, limit: float, silence: float, beep: bool = True, end: str = KEYPAD) -> Recorded:
        """See :class:`ivr.phone.Phone`: the reply table of TELEPHONY §4, parsed here.

        In the line's own encoding nothing of what comes is lost, whatever becomes of the stream's numbers; the rules of
        silence are ours there (:mod:`ivr.asterisk.watched_file`).
        """
        self._set(variables.TAKE, str(path))  # if we die meanwhile, the dialplan looks whether the caller has spoken
        watch = SilenceWatch(
            path, silence=silence, end=lambda: self._nudge(self._channel), silent=self._listen_for(silence)
        )
        begun = self.moment()
        tone = "BEEP" if beep else ""
        try:
            reply = self._record_file(path, limit, silence, end, tone, watch)
            if reply["result"] == ("-1", "randomerror") and self._is_up():
                _log.error("asterisk.no_beep", path=str(path))
                reply = self._record_file(path, limit, silence, end, "", watch)
        except LineGone:
            lasted = self._lasted(begun, beep)
            whole = is_closed(path, runs_on=lambda: self._age() - 1 > self.moment() - begun)
            return Recorded(end=RecordEnd.HANGUP, lasted=lasted, whole=whole)
        return self._recorded(reply, path, lasted=self._lasted(begun, beep), limit=limit, silence=silence)

    def _listen_for(self, silence: float) -> Callable[[], bool]:
        """Have Asterisk hear whether the caller talks; what tells that they have been silent for so many seconds."""
        if self._silences is None:
            return lambda: False
        self._set(variables.TALKING, f"{round(silence * 1000)},{SOUNDING}")
        self._silences.forget(self._channel)
        return partial(self._silences.is_silent, self._channel)

    def _record_file(self, path: Path, limit: float, silence: float, end: str, beep: str, watch: SilenceWatch) -> Reply:
        self._deadman(limit + BEEP_SECONDS)
        ours = path.suffix in HEADERLESS
        options = [beep] * bool(beep) + [f"s={max(1, round(silence))}"] * (not ours)
        return self._lasting(
            "RECORD FILE",
            self._wire.quote(path.with_suffix("")),
            path.suffix.removeprefix("."),
            self._wire.quote(end + nudge.KEY),
            round(limit * 1000),
            0,
            *options,
            meanwhile=watch.look,
        )

    def _recorded(self, reply: Reply, path: Path, *, lasted: float, limit: float, silence: float) -> Recorded:
        (result, data), endpos = reply["result"], int(reply["endpos"][0])
        match data, result:
            case "dtmf", _ if chr(int(result)) == nudge.KEY:
                return Recorded(end=RecordEnd.SILENCE, lasted=lasted, quiet=quiet_at_end(path, lasted))
            case ("dtmf", _) | ("randomerror", _) if int(result) > 0:  # a key in the beep is a key too
                return Recorded(end=RecordEnd.KEY, key=chr(int(result)), lasted=lasted if data == "dtmf" else 0.0)
            case "timeout", _ if path.suffix in HEADERLESS or endpos >= (limit - 1) * TELEPHONE_RATE:
                return Recorded(end=RecordEnd.LIMIT, lasted=lasted)
            case "timeout", _:
                return Recorded(end=RecordEnd.SILENCE, lasted=lasted, quiet=float(silence))
            case (("hangup" | "waitfor"), _):
                return Recorded(end=RecordEnd.HANGUP, lasted=lasted, whole=is_closed(path, endpos))
            case "randomerror", _:
                return Recorded(end=RecordEnd.NOTHING, lasted=0.0)
            case "writefile", _:
                _log.error("record.unwritable", path=str(path))
                return Recorded(end=RecordEnd.UNWRITABLE, lasted=lasted)
            case _:
                self._check_line(result, f"RECORD FILE ({data})")
                return Recorded(end=RecordEnd.UNWRITABLE, lasted=lasted)

    def tone(self) -> None:
        """See :class:`ivr.phone.Phone`: Asterisk makes the tone itself, beside whatever command follows."""
        self._execute("EXEC", "Playtones", self._wire.quote("!1400/250"))

    def queue_state(self, queue: str) -> QueueState:
        """See :class:`ivr.phone.Phone`."""
        return self._queues.state(queue)

    def turned_away(self, queue: str, why: RingResult) -> None:
        """See :class:`ivr.phone.Phone`."""
        self._queues.turn_away(queue, why)

    def ring(self, queue: str, *, wait: float, call: str, priority: int = 0) -> RingResult:
        """See :class:`ivr.phone.Phone`: the dialplan's ``Queue()`` does it, and asks us again with this call's name."""
        self._queues.enter(queue, wait=wait, call=call, priority=priority)
        raise LeftForQueue

    def came_back(self) -> RingResult:
        """What came of a wait in a queue, as the dialplan left it in the channel."""
        return self._queues.result()

    def stage(self, stage: Stage) -> None:
        """See :class:`ivr.phone.Phone`."""
        self._set(variables.STAGE, stage.value)

    def language(self, language: str) -> None:
        """See :class:`ivr.phone.Phone`."""
        self._set(variables.LANGUAGE, language)

    def done(self) -> None:
        """See :class:`ivr.phone.Phone`."""
        self._set(variables.DONE, "1")

    def learn(self) -> None:
        """Ask for what the header does not say: the call's linkedid, the line's encoding.

        Who has left already is found out later.
        """
        with contextlib.suppress(HungUp):
            asked = f"{value_of(variables.LINKED_ID)}:{value_of(variables.ENCODING)}"
            reply = self._wire.execute("GET FULL VARIABLE", self._wire.quote(asked))
            linked, _, encoding = reply["result"][1].partition(":")
            self._caller = replace(self._caller, linkedid=linked)
            if f".{encoding}" in HEADERLESS:
                self.take_ending = f".{encoding}"

    def _stream(self, part: Sequence[Sound], keys: str) -> str:
        """Play, ended by one of ``keys``.

        STREAM FILE knows which keys end it, but stops at any line from us, so that none can be sent ahead.
        """
        if len(part) > 1 or set(keys) == set(KEYPAD):
            key = self._read_keys(part, most=1, wait=0.05)
            return key if key in keys else ""
        self._deadman(seconds_of(part))
        result = self._execute("STREAM FILE", self._wire.quote(part[0].path), self._wire.quote(keys))
        self._wire.ended_at = self._wire.clock()
        self._check_line(result, part[0].path)
        return chr(int(result)) if int(result) > 0 else ""

    def _playback(self, part: Sequence[Sound]) -> str:
        self._deadman(seconds_of(part))
        reply = self._lasting("EXEC", "Playback", self._wire.quote(files_of(part)))
        self._check_line(reply["result"][0], files_of(part))
        return ""

    def _read_keys(self, part: Sequence[Sound], *, most: int, wait: float) -> str:
        """Asterisk's Read: it ends at ``#``, which it does not return: an empty entry that was ended so is ``#``."""
        self._deadman(seconds_of(part) + wait * most)
        arguments = f"{variables.KEYS},{files_of(part)},{most},,1,{wait:g}"
        read, answer = self._wire.execute_asking(self._question, "EXEC", "Read", self._wire.quote(arguments))
        self._check_line(read["result"][0], arguments)
        keys, _, status = answer["result"][1].partition(":")[2].partition(":")
        if status == "HANGUP":
            raise HungUp
        return "#" if most == 1 and not keys and status == "OK" else keys

    def _deadman(self, seconds: float) -> None:
        self._set(variables.LIMIT, str(int(seconds) + 1 + self._margin))

    def _set(self, name: str, value: str) -> None:
        self._execute("SET VARIABLE", self._wire.quote(name), self._wire.quote(value))

    def _variable(self, name: str) -> str:
        reply = self._wire.execute("GET FULL VARIABLE", self._wire.quote(value_of(name)))
        data: str = reply["result"][1]
        return data

    def _lasting(self, command: str, *arguments: object, meanwhile: Callable[[], None] | None = None) -> Reply:
        """A command that lasts as long as the caller likes; its end is when the dead-man switch is to count from."""
        after = f"SET VARIABLE {variables.LIMIT} {self._margin}"
        return self._wire.execute_lasting(after, command, *arguments, meanwhile=meanwhile)

    def _execute(self, command: str, *arguments: object) -> str:
        result: str = self._wire.execute(command, *arguments)["result"][0]
        return result

    def _check_line(self, result: str, what: str) -> None:
        """-1 is a hang-up or a missing file, with the same result: the channel's state shows which."""
        if result != "-1":
            return
        if not self._is_up():
            raise HungUp
        _log.error("asterisk.refused", what=what[:300])

    def _lasted(self, begun: float, beep: bool) -> float:
        return max(0.0, self.moment() - begun - BEEP_SECONDS * beep)

    def _is_up(self) -> bool:
        return self._execute("CHANNEL STATUS") == str(UP)
