"""One report, spool first: each thing a citizen says or answers is durable before the call goes on (DESIGN §2)."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from ivr.engine.clock import Clock
from ivr.engine.dependencies import Dependencies
from ivr.model.recordings import RecordingFlag
from ivr.model.report import Part, PartState
from ivr.model.tickets import ContactKind
from ivr.phone import Recorded
from ivr.recordings import Measured, NotAudio, measure
from ivr.recordings.sound import SHORTFALL
from ivr.spool import Sidecar, SidecarState, SpoolUnwritable
from ivr.spool.sidecar import HUNG_UP

_log = structlog.get_logger(__name__)


class SpokenReport:
    """A report or request of the present call, from before the beep until nothing more can change it.

    Owned by the call's one thread, which holds the ULID in the spool. After the beep a disk that refuses never stops
    the call: the change stays in memory and goes with the next save; audio without it is the sweep's.
    """

    def __init__(self, sidecar: Sidecar, *, dependencies: Dependencies, clock: Clock, minimum: float) -> None:
        self.sidecar = sidecar
        self._dependencies = dependencies
        self._clock = clock
        self._minimum = minimum
        self._durable = True
        """What is in memory is on disk."""
        self._flushed = True
        """… and a power cut does not take it back."""
        self._unsettled = False
        """The line broke and the recorder has not closed the file: only the sweep can find out what is in it."""
        self._replaced: frozenset[int] = frozenset()
        """Takes that go as soon as a newer one is safe."""
        self.no_room = False
        """The disk took nothing of the last take: another one would be as vain."""

    @property
    def ulid(self) -> str:
        """The report's own id; the call's for the first report of a call."""
        return self.sidecar.ulid

    @property
    def spoken(self) -> bool:
        """Whether there is something to file."""
        return bool(self.sidecar.kept)

    @property
    def sent(self) -> bool:
        """Whether it is on its way to a ticket."""
        return self.sidecar.state is SidecarState.TO_FILE

    @property
    def takes(self) -> list[tuple[Part, Path]]:
        """What would be filed now, in the order in which it was spoken: each take and its file."""
        return [(part, self._dependencies.spool.sound(self.ulid, part)) for part in self.sidecar.kept]

    def begin_take(self, ending: str = ".wav") -> Path:
        """Make the sidecar durable and give the file to record into; raises SpoolUnwritable before any beep.

        ``ending``: what the line records best (:attr:`ivr.phone.Phone.take_ending`).

        Disk space for the answers that follow is reserved, should the disk fill up while the citizen speaks.
        """
        number = len(self.sidecar.parts) + 1
        path = self._dependencies.spool.audio(self.ulid, number, ending)
        take = Part(number=number, file=path.name, started_at=self._clock())
        begun = replace(self.sidecar, state=SidecarState.RECORDING, parts=(*self.sidecar.parts, take))
        self.sidecar = self._dependencies.spool.save(begun)
        self._dependencies.spool.reserve(self.ulid)
        return path

    def end_take(self, recorded: Recorded) -> bool:
        """Whether the take just recorded belongs to the report: it holds one, or adds something to an earlier take.

        One that does not is dropped; what a person should listen to before it goes is put aside.
        """
        take = self.sidecar.parts[-1]
        spool = self._dependencies.spool
        path = spool.sound(self.ulid, take)
        try:
            measured = measure(path)
        except (FileNotFoundError, NotAudio):
            measured = None
        seconds = 0.0 if measured is None else measured.seconds
        # a file that does not grow looks like a line that sends nothing: where there is no room, it is the disk
        self.no_room = recorded.lasted - seconds > SHORTFALL and not spool.room()
        cut = self.no_room or _is_short(measured, recorded)
        further = self.spoken and not self._replaced  # who begins again has said nothing yet
        if measured is not None and (measured.is_report(self._minimum) or (further and measured.adds)):
            if cut or not recorded.whole:
                self._flag(_flag_of(recorded, no_room=self.no_room))
            clock = recorded.lasted or None
            ended = replace(take, seconds=measured.seconds, clock_seconds=clock, end=recorded.end)
            self._keep(replace(ended, state=PartState.RECORDED))
            return True
        if not recorded.whole:
            self._unsettled = True
            return False
        if self.no_room:
            _log.error("record.no_room", ulid=self.ulid, spool=str(spool.folder), lasted=round(recorded.lasted, 1))
        if measured is not None and measured.is_doubtful:
            self._quietly(lambda: _log.warning("take.kept_for_a_person", kept_as=str(spool.set_aside(path))))
        self._drop(take.number)
        return False

    def start_over(self) -> None:
        """The caller begins again: what was said so far goes as soon as a newer take is safe, and not before."""
        self._replaced = frozenset(part.number for part in self.sidecar.kept)

    def request(self, **answers: object) -> bool:
        """A request without speech, sent at once; whether it could be made durable."""
        code = self._dependencies.codes.take(self._clock())
        changed = replace(self.sidecar, state=SidecarState.TO_FILE, code=code, **answers)  # type: ignore[arg-type]
        if self._save(changed):
            self._dependencies.filer.report(self.ulid)
            return True
        return False

    def change(self, **answers: object) -> bool:
        """Answers given after speaking: durable first; the background filer gets them if the report is already sent.

        Whether it could be made durable.
        """
        durable = self._save(replace(self.sidecar, **answers))  # type: ignore[arg-type]  # names are the sidecar's own
        if self.sent:
            self._dependencies.filer.report(self.ulid)
        return durable

    def answer(self, **answers: object) -> None:
        """Like :meth:`change`, with half the waiting between two questions: a key pressed meanwhile is lost.

        The death of a process takes nothing back; a power cut may, until the code is spoken or the report closed.
        """
        self._save(replace(self.sidecar, **answers), flush=False)  # type: ignore[arg-type]  # as above
        if self.sent:
            self._dependencies.filer.report(self.ulid)

    def send(self, *, flags: tuple[str, ...] = ()) -> None:
        """It must become a ticket; its code is taken now, so that also who hangs up next has one."""
        if self.sent:
            return
        code = self.sidecar.code or self._dependencies.codes.take(self._clock())
        self.change(state=SidecarState.TO_FILE, code=code, flags=(*self.sidecar.flags, *flags))

    def code(self) -> str | None:
        """The ticket code, asked for once more if there was none; None too where it is not on disk with the report."""
        if self.sidecar.code is None:
            return code if (code := self._dependencies.codes.take(self._clock())) and self.change(code=code) else None
        return self.sidecar.code if self._is_safe() or self.change() else None

    def pin(self) -> str | None:
        """A new PIN for who left no number, its MAC durable; None if a number was left or nothing can be written."""
        if self.sidecar.contact_kind not in (ContactKind.NONE, ContactKind.UNASKED):
            return None
        pin = f"{secrets.randbelow(10_000):04d}"
        try:
            mac = self._dependencies.pin_mac(self.ulid, pin)
        except OSError as error:  # the key itself could not be made
            _log.error("report.no_pin", ulid=self.ulid, error=str(error))
            return None
        return pin if self.change(pin_mac=mac) else None

    def cancel(self) -> None:
        """Really delete what was said; also where a full disk does not take the word for it."""
        if not self._quietly(lambda: self._dependencies.spool.cancel(self.sidecar)):
            self._quietly(lambda: self._dependencies.spool.remove(self.sidecar))
        self.sidecar = replace(self.sidecar, state=SidecarState.CANCELLED)

    def close(self, *, hung_up: bool = False) -> None:
        """The caller is done with it, or has left: what was said is sent, what was not is removed."""
        match self.sidecar.state:
            case SidecarState.CANCELLED:
                return
            case _ if self._unsettled:
                _log.warning("report.left_to_sweep", ulid=self.ulid)
                return
            case SidecarState.TO_FILE:
                self._end()
            case _ if self.spoken:
                self.send(flags=(HUNG_UP,) if hung_up else ())
                self._end()
            case _:
                self.cancel()

    def _end(self) -> None:
        """Nothing more will change: the call's end says so for its own report, the sidecar for a further one."""
        if self.sidecar.is_further or not self._is_safe():
            self.change(ended=True)

    def _is_safe(self) -> bool:
        """Whether what is in memory is on disk for good; answers are, from here on."""
        if self._durable and not self._flushed:
            self._flushed = self._quietly(self._dependencies.spool.flush)
        return self._durable and self._flushed

    def _keep(self, take: Part) -> None:
        parts = (*self.sidecar.parts[:-1], take)
        if self._save(replace(self.sidecar, state=SidecarState.RECORDED, parts=parts)):
            for number in sorted(self._replaced):
                self._drop(number)
            self._replaced = frozenset()

    def _flag(self, flag: RecordingFlag) -> None:
        flags = dict.fromkeys((*self.sidecar.flags, flag.value))
        self.sidecar = replace(self.sidecar, flags=tuple(flags))

    def _drop(self, number: int) -> None:
        def drop() -> None:
            self.sidecar = self._dependencies.spool.drop_take(self.sidecar, number)

        self._quietly(drop)
        if self.sidecar.kept and self.sidecar.state is SidecarState.RECORDING:
            self._save(replace(self.sidecar, state=SidecarState.RECORDED))  # the earlier takes stand

    def _save(self, changed: Sidecar, *, flush: bool = True) -> bool:
        self.sidecar = changed

        def save() -> None:
            self.sidecar = self._dependencies.spool.save(changed, flush=flush)

        self._durable = self._quietly(save)
        self._flushed = flush
        return self._durable

    def _quietly(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except (SpoolUnwritable, OSError) as error:
            _log.error("report.unwritable", ulid=self.ulid, error=str(error))
            return False
        return True


def _flag_of(recorded: Recorded, *, no_room: bool) -> RecordingFlag:
    """Why a take lacks sound: the disk, a recorder that died before it wrote all, or else the line."""
    if no_room:
        return RecordingFlag.TRUNCATED
    return RecordingFlag.GAPS if recorded.whole else RecordingFlag.INTERRUPTED


def _is_short(measured: Measured | None, recorded: Recorded) -> bool:
    """Whether the file holds less than the recorder's clock says; silence at the end, sent or not, is not counted."""
    seconds = 0.0 if measured is None else measured.seconds
    if measured is None or recorded.quiet is None or recorded.quiet >= recorded.lasted:
        return recorded.lasted - seconds > SHORTFALL
    return (recorded.lasted - recorded.quiet) - (seconds - measured.quiet) > SHORTFALL
