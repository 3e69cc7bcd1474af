"""A telephone on the keyboard: walk a city's menu without Asterisk. Nothing is recorded and nothing is filed."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import structlog

from ivr.city.city import City
from ivr.city.flow.switches import FILE as SWITCHES
from ivr.engine import Answer, CannotLook, Clock, Dependencies, Served, run_call
from ivr.engine.dependencies import NullSink
from ivr.model.civil import civil_year
from ivr.model.code import make_code
from ivr.phone import KEYPAD, Caller, HungUp, QueueState, Recorded, RecordEnd, RingResult, Sound, Stage
from ivr.prompts import Catalogue, load_catalogue
from ivr.recordings.wav import TELEPHONE_RATE, write_wav
from ivr.settings import Settings
from ivr.speech import Language, vocabulary
from ivr.spool import Sidecar, Spool
from ivr.words import tr

HANG_UP = "x"
SPOKEN = 5.0
"""Seconds a recording on the keyboard counts as."""
_LANGUAGES: tuple[Language, ...] = ("vi", "en")

Ask = Callable[[str], str]


class KeyboardPhone:
    """A :class:`ivr.phone.Phone` whose prompts are printed and whose keys are typed."""

    def __init__(self, catalogue: Catalogue, caller: Caller, *, ask: Ask = input, say: Callable[[str], None] = print):
        self._catalogue, self._caller = catalogue, caller
        self._ask, self._say = ask, say
        self.take_ending = ".wav"
        self._language: Language = "vi"
        self._rest = ""
        self._moment = 0.0
        self._phrases = {word.id: word.phrase for language in _LANGUAGES for word in vocabulary(language)}

    @property
    def caller(self) -> Caller:
        """Who calls."""
        return self._caller

    @property
    def ended_at(self) -> float:
        """See :class:`ivr.phone.Phone`."""
        return self._moment

    def moment(self) -> float:
        """Whoever types has read what is asked: each thing takes as long as it is heard, and a second."""
        return self._moment

    def play(self, sounds: Sequence[Sound], *, keys: str = "") -> str:
        """Print; keys already typed ahead are given where they may interrupt."""
        self._print(sounds)
        return self._take(1) if keys else ""

    def read(self, sounds: Sequence[Sound], *, most: int, wait: float, end: str = "#") -> str:
        """Print and read typed keys; an empty line is silence."""
        self._print(sounds)
        if not self._rest and sounds:
            self._rest = self._typed(tr("  phím> ", "  keys> "))
        keys = self._take(most)
        return keys if most == 1 else keys.removesuffix(end)

    def record(self, path: Path, *, limit: float, silence: float, beep: bool = True, end: str = KEYPAD) -> Recorded:
        """A line typed stands for speech, an empty one for silence."""
        self._rest = ""
        said = self._typed_line(tr("  ● bíp; nói> ", "  ● beep; speak> "))
        seconds = SPOKEN if said else 0.0
        write_wav(path, np.tile(np.array([0x2000, -0x2000], np.int16), round(seconds * TELEPHONE_RATE / 2)))
        key = "1" if "1" in end else end[:1]
        return Recorded(end=RecordEnd.KEY if said else RecordEnd.SILENCE, key=key if said else "", lasted=seconds)

    def tone(self) -> None:
        """Nothing is heard here."""

    def queue_state(self, queue: str) -> QueueState:
        """An empty queue with somebody at work."""
        return QueueState(waiting=0, on_duty=1)

    def turned_away(self, queue: str, why: RingResult) -> None:
        """There is no line to say it on."""

    def ring(self, queue: str, *, wait: float, call: str, priority: int = 0) -> RingResult:
        """No phone is rung: the caller at the keyboard says whether somebody answered."""
        answered = self._typed_line(tr(f"  ☎ {queue}; có người nhận? (c) > ", f"  ☎ {queue}; answered? (y) > "))
        return RingResult.ANSWERED if answered[:1].lower() in ("c", "y") else RingResult.UNANSWERED

    def stage(self, stage: Stage) -> None:
        """The fallback's business; there is none here."""

    def language(self, language: str) -> None:
        """Print prompts in this language from now on."""
        self._language = "en" if language == "en" else "vi"

    def done(self) -> None:
        """The call is over."""
        self._say(tr("■ Hết cuộc gọi.", "■ The call is over."))

    def _print(self, sounds: Sequence[Sound]) -> None:
        self._moment += 1 + sum(sound.seconds for sound in sounds)
        words: list[str] = []
        for sound in sounds:
            if not sound.id:
                words.append(self._phrases.get(Path(sound.path).name, "…"))
                continue
            self._print_words(words)
            known = self._catalogue.has(sound.id, self._language)
            self._say(f"♪ {sound.id}: {self._catalogue.text(sound.id, self._language) if known else '…'}")
        self._print_words(words)

    def _print_words(self, words: list[str]) -> None:
        if words:
            self._say(f"♪ ({' '.join(words)})")
            words.clear()

    def _take(self, most: int) -> str:
        taken = self._rest[:most]
        if "#" in taken:
            taken = taken[: taken.index("#") + 1]
        self._rest = self._rest[len(taken) :]
        return taken

    def _typed(self, question: str) -> str:
        while not set(line := self._typed_line(question)) <= set(KEYPAD):
            self._say(tr(f"  Chỉ có phím 0–9 * #; {HANG_UP} là gác máy.", f"  Keys are 0–9 * #; {HANG_UP} hangs up."))
        return line

    def _typed_line(self, question: str) -> str:
        try:
            line = self._ask(question).strip()
        except (EOFError, KeyboardInterrupt):
            raise HungUp from None
        if line == HANG_UP:
            raise HungUp
        return line


class _FirstCode:
    """The same code every time: nothing of a rehearsal may use up a number."""

    def take(self, now: datetime) -> str:
        return make_code(civil_year(now), 1)


def dial(
    settings: Settings,
    city: City,
    number: str,
    *,
    ask: Ask = input,
    say: Callable[[str], None] = print,
    clock: Clock = lambda: datetime.now(UTC),
) -> int:
    """Walk the city's menu as ``number`` calls; print what would have been filed. Returns the exit status."""
    say(
        tr(
            f"{city.name.vi}: gõ phím rồi Enter; Enter không là im lặng; {HANG_UP} là gác máy. Không có gì được lưu.",
            f"{city.name.en}: type keys and Enter; Enter alone is silence; {HANG_UP} hangs up. Nothing is kept.",
        )
    )
    caller = Caller(number=number, name="", called=city.numbers[0], uniqueid="", linkedid="", city=city.id)
    catalogue = load_catalogue(settings, city.id)
    with tempfile.TemporaryDirectory(prefix="tongdai-dial-") as folder:
        here = settings.model_copy(update={"home": Path(folder), "free_space_mb": 0})
        if (settings.home / SWITCHES).exists():
            shutil.copy(settings.home / SWITCHES, here.home)
        spool = Spool(here)
        phone = KeyboardPhone(catalogue, caller, ask=ask, say=say)
        desk = Dependencies(
            spool=spool,
            codes=_FirstCode(),
            filer=NullSink(),
            find_status=_look_nowhere,
            pin_mac=lambda ulid, pin: pin,
        )
        served = Served(phone=phone, city=city, sounds=catalogue, dependencies=desk, clock=clock, settings=here)
        with _quiet():
            reason = run_call(served)
        if reason is not None:  # a keyboard waits in no queue
            say(f"■ {reason.value}")
        for sidecar in spool.all():
            say(_ticket_line(sidecar))
    return 0


@contextmanager
def _quiet() -> Iterator[None]:
    """Only what went wrong is logged between the prompts."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        yield
    finally:
        structlog.configure(**before)


def _look_nowhere(code: str, secret: str, source: str, now: datetime) -> Answer:
    return CannotLook()


def _ticket_line(sidecar: Sidecar) -> str:
    facts = {
        "kind": sidecar.kind.value,
        "category": sidecar.category or "-",
        "consent": sidecar.consent.value,
        "contact": f"{sidecar.contact_kind.value} {sidecar.contact_number or ''}".strip(),
        "publish": sidecar.publish,
        "confidential": sidecar.confidential,
        "urgent": sidecar.urgent,
    }
    shown = " · ".join(f"{name} = {value}" for name, value in facts.items())
    return tr(f"Sẽ thành phiếu: {shown}", f"Would become a ticket: {shown}")
