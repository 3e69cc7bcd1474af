"""Callers led by hand on a real Asterisk, and their results: for tests of faults.

Imported by tests alone.
"""

import asyncio
import tempfile
import time
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from ivr.asterisk import find_asterisk
from ivr.filing.filing import renew_codes
from ivr.filing.sweep import SweepReport, sweep
from ivr.model import Call, Recording, Ticket
from ivr.model.numbers import normalise
from ivr.prompts import build
from ivr.settings import Settings
from ivr.simulator import Operator
from ivr.simulator.journal_tail import Journals, Tail
from ivr.simulator.lateness import wait_until
from ivr.simulator.play import APART, first_sound_of
from ivr.simulator.sip import SipCall
from ivr.simulator.sounds import from_alaw, to_alaw, tone
from ivr.spool import Spool
from ivr.spool.codebook import CodeBook
from ivr.store import Store, open_store
from ivr.store.migrate import migrate
from ivr.testing import need
from ivr.testing.asterisk import PATIENCE, RunningAsterisk, private_settings, running_asterisk
from ivr.testing.calls import Circumstances, cut_short
from ivr.testing.ears import find, read_sound
from ivr.testing.late import note_caller

ALIKE = 0.8
"""Least correlation of what a caller heard with a built prompt."""
TOLD_APART = {
    **dict.fromkeys(("du-phong", "cam-on", "tam-biet", "cho-tiep-theo", "cho-vi-tri"), 2.0),
    "cho-nhac": 2.5,
    "cho": 6.0,  # the music
}
"""Seconds left of prompts whose first half second could be that of six others."""
ALIKE_UNTIL, LISTENED = 0.6, 1.8
"""Seconds of a prompt between which it must be heard; the line may end within its last frames."""
REACTION = 0.25
"""Seconds between a prompt's beginning and the key that answers it."""


@contextmanager
def short_instance(**given: object) -> Iterator[RunningAsterisk]:
    """A real Asterisk with short prompts and waits, a database and codes; no server yet."""
    with tempfile.TemporaryDirectory(prefix="tdl", dir="/tmp") as folder:
        values: dict[str, object] = {
            "key_wait": 1.5,
            "record_silence": 4,
            "record_limit": 12,
            "operator_wait": 5,
            "deadman_margin": 8,  # less, and a stall of a busy test process is taken for a silent server
            "free_space_mb": 0,
            "sweep_still": 0.2,
            "sweep_orphan": 0.5,
        }
        settings = private_settings(Path(folder), **(values | given))
        need(find_asterisk(settings), "an Asterisk ≥ 18 (make asterisk)")
        build(settings, say=lambda line: None)
        cut_short(settings, 0.5, apart=TOLD_APART)
        migrate(settings)
        with running_asterisk(settings) as running:
            yield running


def usual() -> Circumstances:
    """Nothing is special, and it is now."""
    return Circumstances(at=datetime.now(UTC), switches=(), operator=Operator.AWAY, room=True, database=True)


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The instance's database, its codes leased."""
    store = open_store(settings)
    try:
        renew_codes(store, CodeBook(settings.codes), datetime.now(UTC))
        yield store
    finally:
        store.close()


@dataclass(kw_only=True)
class OnTheLine:
    """One caller; :meth:`hear` follows the journal as long as the server writes one."""

    call: SipCall
    number: str
    journals: Journals
    name: str
    tail: Tail | None = None
    position: int = 0
    speech: "asyncio.Task[None] | None" = None
    meant: float = 0.0
    """The moment at which what was heard last is to be answered (monotonic seconds)."""
    done: float = 0.0
    """The moment at which the latest key or words of this caller were over (monotonic seconds)."""
    asked_at: float | None = None
    """Monotonic seconds at which the fallback's prompt began."""

    async def hear(self, prompt: str) -> None:
        """Return when ``prompt`` has begun to play after what was heard before."""
        if self.tail is None:
            self.tail = await asyncio.wait_for(self.journals.find(self.name), PATIENCE)
        found = await asyncio.wait_for(self.tail.wait_for(prompt, self.position), PATIENCE)
        assert found is not None, f"{self.name}: the call ended before {prompt} was heard"
        self.position = found + 1
        began = await first_sound_of(found, self.tail, self.call, self.done)
        self.meant = began + REACTION + self.tail.early[found]
        await wait_until(self.meant)

    async def press_at(self, *steps: tuple[str, str]) -> None:
        """Hear a prompt, press its key, and so on."""
        last = ""
        for prompt, key in steps:
            await self.hear(prompt)
            if key == last:
                self.meant = max(self.meant, self.done + APART)
                await wait_until(self.meant)
            self.done, last = await self.call.press(key, meant=self.meant), key

    async def to_the_beep(self) -> None:
        """Through the menu until the tone after which one speaks."""
        await self.press_at(("menu", "1"), ("noi", "5"))
        await self.hear("beep")
        await asyncio.sleep(0.4)

    async def speak(self, seconds: float) -> None:
        """Speak so long."""
        self.done = await self.call.speak(to_alaw(tone(seconds)))

    def go_on_speaking(self, seconds: float) -> None:
        """Speak in the background, until the call ends at the latest."""
        self.speech = asyncio.create_task(self.speak(seconds))

    def heard(self, settings: Settings, prompt: str, *, last: float = 600, folder: str = "vi") -> bool:
        """Whether the prompt was sent down this caller's leg, in the ``last`` seconds of it."""
        heard = bytes(self.call.ear.sound[-round(last * 8000) :])
        return likeness(heard, settings.sounds / folder / f"{prompt}.wav") >= ALIKE

    async def answer_fallback(self, settings: Settings, seconds: float = 4) -> None:
        """Hear from the dialplan that there is a fault, speak after its tone, be silent, hear thanks."""
        until = time.monotonic() + PATIENCE
        while not self.heard(settings, "du-phong", last=3):  # a longer look would cost all callers their rhythm
            assert time.monotonic() < until, f"{self.name}: the fallback was not heard"
            await asyncio.sleep(0.3)
        self.asked_at = time.monotonic() - (ALIKE_UNTIL + LISTENED) / 2
        with wave.open(str(settings.sounds / "vi" / "du-phong.wav"), "rb") as prompt:
            await asyncio.sleep(prompt.getnframes() / 8000 - LISTENED + 0.6)
        await self.speak(seconds)
        await self.ended()

    async def ended(self, seconds: float = PATIENCE) -> None:
        """Wait until the other side has hung up."""
        await asyncio.wait_for(self.call.ended.wait(), seconds)
        await asyncio.sleep(0.5)  # what was said last may still wait on the other socket


@asynccontextmanager
async def on_the_line(
    settings: Settings, name: str, number: str, journals: Journals | None = None, *, patience: float = PATIENCE
) -> AsyncIterator[OnTheLine]:
    """A caller whose call is answered; it ends with the block. TimeoutError after ``patience`` seconds.

    A test that fails is run again where such a caller was late (:mod:`ivr.testing.late`).
    """
    call = SipCall(host="127.0.0.1", port=settings.sip_port, called="1022", number=number, name=name, keep_audio=True)
    caller = OnTheLine(call=call, number=number, journals=journals or Journals(settings.spool), name=name)
    try:
        await asyncio.wait_for(call.dial(), patience)
        yield caller
    finally:
        await call.close()
        note_caller(call.late)
        if caller.speech is not None:
            await caller.speech
        if caller.tail is not None:
            caller.tail.close()


@dataclass(frozen=True, kw_only=True)
class Came:
    """The result of one number's calls."""

    calls: int
    tickets: int
    seconds: float
    """Recorded, all together."""
    flags: frozenset[str]
    files: tuple[str, ...]
    """Keys of the recordings."""


def came_of(store: Store, number: str) -> Came:
    """Everything in the database of the calls from ``number``."""
    with store.reading() as session:
        calls = session.scalars(select(Call).where(Call.caller_number == normalise(number))).all()
        ids = [call.id for call in calls]
        tickets = session.scalars(select(Ticket).where(Ticket.call_id.in_(ids))).all()
        reports = [ticket.ulid for ticket in tickets]
        recordings = session.scalars(select(Recording).where(Recording.ulid.in_(reports))).all()
    flags = [
        *(flag for ticket in tickets for flag in ticket.flags),
        *(flag for recording in recordings for flag in recording.flags),
    ]
    return Came(
        calls=len(calls),
        tickets=len(tickets),
        seconds=sum(recording.seconds for recording in recordings),
        flags=frozenset(str(flag) for flag in flags),
        files=tuple(recording.key for recording in recordings),
    )


def sweep_up(settings: Settings, store: Store, seconds: float = PATIENCE) -> list[SweepReport]:
    """Sweep until the spool holds nothing of a dead call; AssertionError when something stays."""
    spool, reports = Spool(settings), []
    until = time.monotonic() + seconds
    while True:
        reports.append(sweep(settings, store, spool, datetime.now(UTC), set()))
        left = sorted(path.name for path in settings.spool.iterdir())
        if not left:
            return reports
        assert time.monotonic() < until, f"stays in the spool: {left}; {reports[-1]}"
        time.sleep(0.25)


def log_of(asterisk: RunningAsterisk) -> str:
    """What Asterisk complained of."""
    return (asterisk.settings.logs / "asterisk" / "messages").read_text(errors="replace")


def likeness(alaw: bytes, sound: Path) -> float:
    """How well ``sound`` fits somewhere into what was heard (normalised correlation, 1 is the same).

    The better of two pieces counts: on a busy machine a frame is late here and there.
    """
    heard, wanted = from_alaw(alaw), read_sound(sound, LISTENED)[round(ALIKE_UNTIL * 8000) :]
    middle = len(wanted) // 2
    return max(find(heard, piece)[1] for piece in (wanted[:middle], wanted[middle:]))
