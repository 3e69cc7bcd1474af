"""Asterisk's side of a call: what the engine asks of a line, said in AGI commands (TELEPHONY §4)."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from ivr.asterisk import nudge, variables
from ivr.asterisk.agi import LONGEST_LINE, LineGone, Reply, Wire
from ivr.asterisk.variables import value_of
from ivr.asterisk.watched_file import SilenceWatch, is_closed, quiet_at_end
from ivr.phone import KEYPAD, Caller, HungUp, Recorded, RecordEnd, RingResult, Sound, Stage
from ivr.recordings.takes import HEADERLESS
from ivr.recordings.wav import TELEPHONE_RATE

BEEP_SECONDS = 0.4
LONGEST_TALK = 4 * 3600
"""Seconds a person may talk with a caller before the dead-man switch ends it."""
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
        hide_withheld: bool = True,
    ) -> None:
        """``nudge`` presses :data:`ivr.asterisk.nudge.KEY` in the channel of this name, from outside the call."""
        self.take_ending = ".wav"
        self._wire = wire
        self._nudge = nudge
        self._channel = wire.env.get("agi_channel", "")
        self._margin = margin
        limit = value_of(f"SET({variables.LIMIT}={margin})")  # reading this value sets the limit: two lines in one
        asked = ":".join([limit, value_of(variables.KEYS), value_of(variables.READ_STATUS)])
        self._question = f"GET FULL VARIABLE {wire.quote(asked)}"
        env = wire.env
        name, number = env.get("agi_calleridname", ""), env.get("agi_callerid", "")
        if hide_withheld and _is_withheld(env.get("agi_callingpres", "")):
            name, number = "", ""
        self._caller = Caller(
            number="" if number == "unknown" else number,
            name="" if name == "unknown" else name,
            called=env.get("agi_dnid", "") if env.get("agi_dnid", "unknown") != "unknown" else env["agi_extension"],
            uniqueid=env.get("agi_uniqueid", ""),
            linkedid="",
            city=city,
        )

    @property
    def caller(self) -> Caller:
        """Who calls, as Asterisk's header said it."""
        return self._caller

    def play(self, sounds: Sequence[Sound], *, keys: str = "") -> str:
        """See :class:`ivr.phone.Phone`."""
        for part in _parts(sounds):
            key = self._stream(part, keys) if keys else self._playback(part)
            if key:
                return key
        return ""

    def read(self, sounds: Sequence[Sound], *, most: int, wait: float, end: str = "#") -> str:
        """See :class:`ivr.phone.Phone`; only ``#`` ends an entry on Asterisk."""
        *early, last = list(_parts(sounds)) or [[]]
        for part in early:
            key = self._read_keys(part, most=1, wait=0.05)
            if key:
                return key if most == 1 or key == end else key + self._read_keys([], most=most - 1, wait=wait)
        return self._read_keys(last, most=most, wait=wait)

    def record(self, path: Path, *, limit: float, silence: float, end: str = "#") -> Recorded:
        """See :class:`ivr.phone.Phone`: the reply table of TELEPHONY §4, parsed here.

        In the line's own encoding nothing of what comes is lost, whatever becomes of the stream's numbers; the rules of
        silence are ours there (:mod:`ivr.asterisk.watched_file`).
        """
        self._set(variables.TAKE, str(path))  # if we die meanwhile, the dialplan looks whether the caller has spoken
        watch = SilenceWatch(path, silence=silence, end=lambda: self._nudge(self._channel))
        begun = time.monotonic()
        try:
            reply = self._record_file(path, limit, silence, end, "BEEP", watch)
            if reply["result"] == ("-1", "randomerror") and self._is_up():
                _log.error("asterisk.no_beep", path=str(path))
                reply = self._record_file(path, limit, silence, end, "", watch)
        except LineGone:
            lasted = max(0.0, time.monotonic() - begun - BEEP_SECONDS)
            return Recorded(end=RecordEnd.HANGUP, lasted=lasted, whole=is_closed(path))
        lasted = max(0.0, time.monotonic() - begun - BEEP_SECONDS)
        return self._recorded(reply, path, lasted=lasted, limit=limit, silence=silence)

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

    def ring(self, target: str, *, wait: float) -> RingResult:
        """See :class:`ivr.phone.Phone`. A caller who leaves while talking is HungUp too."""
        self._deadman(wait + LONGEST_TALK)
        begun = time.monotonic()
        try:
            dial = self._lasting("EXEC", "Dial", self._wire.quote(f"{target},{round(wait)},g"))
            self._check_line(dial["result"][0], target)
            answered = self._variable(variables.DIAL_STATUS) == "ANSWER"
        except HungUp:
            if time.monotonic() - begun < wait + 1:
                raise  # not answered, or so early that it cannot be known
            answered = True  # it rings no longer than ``wait``: they were talking
        return RingResult.ANSWERED if answered else RingResult.UNANSWERED

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
        self._deadman(_seconds(part))
        result = self._execute("STREAM FILE", self._wire.quote(part[0].path), self._wire.quote(keys))
        self._check_line(result, part[0].path)
        return chr(int(result)) if int(result) > 0 else ""

    def _playback(self, part: Sequence[Sound]) -> str:
        self._deadman(_seconds(part))
        reply = self._lasting("EXEC", "Playback", self._wire.quote(_files(part)))
        self._check_line(reply["result"][0], _files(part))
        return ""

    def _read_keys(self, part: Sequence[Sound], *, most: int, wait: float) -> str:
        """Asterisk's Read: it ends at ``#``, which it does not return: an empty entry that was ended so is ``#``."""
        self._deadman(_seconds(part) + wait * most)
        arguments = f"{variables.KEYS},{_files(part)},{most},,1,{wait:g}"
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

    def _is_up(self) -> bool:
        return self._execute("CHANNEL STATUS") == str(UP)


def _parts(sounds: Sequence[Sound]) -> Iterator[list[Sound]]:
    """Sounds in groups whose file names fit into one command."""
    part: list[Sound] = []
    size = 0
    for sound in sounds:
        length = len(sound.path.encode()) + 1
        if part and size + length > LONGEST_LINE - 200:
            yield part
            part, size = [], 0
        part.append(sound)
        size += length
    if part:
        yield part


def _is_withheld(presentation: str) -> bool:
    """Whether the caller asked that their number is not shown, by the two bits that say so (Q.931, octet 3a).

    The number comes along all the same where the network trusts us with it (``Privacy: id`` beside an identity).
    """
    return presentation.isdecimal() and int(presentation) & 0x60 == 0x20


def _files(part: Sequence[Sound]) -> str:
    return "&".join(sound.path for sound in part)


def _seconds(part: Sequence[Sound]) -> float:
    return sum(sound.seconds for sound in part)
