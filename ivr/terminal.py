"""A telephone on the keyboard: ``tongdai flow dial`` walks a city's real menu; what it files is thrown away."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy import select

from ivr.clerk import Clerk
from ivr.codes import CodeBook
from ivr.engine import CallDesk, run_call
from ivr.engine.status import StatusDesk
from ivr.flow.city import City
from ivr.flow.switches import FILE as SWITCHES
from ivr.migrate import migrate
from ivr.model.code import display
from ivr.model.labels import KINDS
from ivr.model.tickets import Ticket
from ivr.phone import Caller, HungUp, Recorded, RecordEnd, RingResult, Sound, Stage
from ivr.prompts import Catalogue, load_catalogue
from ivr.scenario.sounds import tone, write_wav
from ivr.secrets import pin_mac
from ivr.settings import Settings
from ivr.speech import PAUSE, Language, vocabulary
from ivr.spool import Spool
from ivr.store import open_store
from ivr.words import tr

SECONDS_A_WORD = 0.4
"""How long a typed word would take to say."""


class Terminal:
    """A :class:`ivr.phone.Phone` that prints what is said and reads keys as lines; end of input hangs up."""

    def __init__(
        self, caller: Caller, sounds: Catalogue, ask: Callable[[str], str], say: Callable[[str], None]
    ) -> None:
        """``ask`` is :func:`input`, ``say`` is :func:`print`, unless a test gives others."""
        self.caller = caller
        self._sounds = sounds
        self._ask = ask
        self._say = say
        self._keys = ""
        self._language: Language = "vi"
        self._words = _words("vi")

    def play(self, sounds: Sequence[Sound], *, keys: str = "") -> str:
        """Print what is said; a key typed early cuts it short before it begins."""
        if self._keys and self._keys[0] in keys:
            return self._typed(1)
        self._tell(sounds)
        return ""

    def read(self, sounds: Sequence[Sound], *, most: int, wait: float, end: str = "#") -> str:
        """Print and read a line: an empty one is silence, what is too long stays for the next question."""
        if not self._keys and (sounds or most > 1):
            self._tell(sounds)
            self._keys = "".join(key for key in self._line(tr("phím", "keys")) if key in "0123456789*#")
        keys = self._typed(most)
        return keys if most == 1 else keys.removesuffix(end)

    def record(self, path: Path, *, limit: float, silence: float, end: str = "#") -> Recorded:
        """A typed sentence stands for speech, an empty line for silence; a tone of its length is recorded."""
        self._keys = ""
        self._say(tr("(bíp)", "(beep)"))
        words = self._line(tr("lời nói", "speech")).split()
        seconds = min(len(words) * SECONDS_A_WORD, limit)
        write_wav(path, tone(seconds))
        if not words:
            return Recorded(end=RecordEnd.SILENCE, lasted=0.0)
        return Recorded(end=RecordEnd.KEY, lasted=seconds, key=end[:1])

    def ring(self, target: str, *, wait: float) -> RingResult:
        """Ask whether somebody answers."""
        answer = self._line(tr(f"{target} đổ chuông, có người nghe không? (c/k)", f"{target} rings: answered? (y/n)"))
        return RingResult.ANSWERED if answer.strip().lower() in ("c", "y") else RingResult.UNANSWERED

    def stage(self, stage: Stage) -> None:
        """Nobody listens to it here."""

    def language(self, language: str) -> None:
        """What is said from now on is shown in this language."""
        self._language = "en" if language == "en" else "vi"
        self._words = _words(self._language)

    def done(self) -> None:
        """Nobody listens to it here."""

    def _tell(self, sounds: Sequence[Sound]) -> None:
        said = " ".join(filter(None, (self._shown(sound) for sound in sounds)))
        if said:
            self._say(f"» {said}")

    def _shown(self, sound: Sound) -> str:
        """A prompt by its text, a word by its phrase, the caller's own recording as such."""
        name = Path(sound.path).name
        if name == PAUSE:
            return "–"
        if name in self._words:
            return self._words[name]
        if self._sounds.has(sound.id, self._language):
            return self._sounds.text(sound.id, self._language)
        return tr("(lời vừa ghi âm)", "(what was recorded)")

    def _typed(self, most: int) -> str:
        """Keys up to ``most``, or through the ``#`` that ends an entry."""
        ended = self._keys.find("#") + 1
        count = min(most, ended) if ended and most > 1 else most
        taken, self._keys = self._keys[:count], self._keys[count:]
        return taken

    def _line(self, prompt: str) -> str:
        try:
            return self._ask(f"[{prompt}] ")
        except EOFError:
            raise HungUp from None


def dial(
    settings: Settings,
    city: City,
    number: str = "0905123456",
    *,
    ask: Callable[[str], str] = input,
    say: Callable[[str], None] = print,
) -> int:
    """One call from the keyboard on a home of its own, with the switches as they are thrown; 0 when it ended well."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    say(
        tr(
            "Gõ phím rồi Enter; Enter không là im lặng; Ctrl-D là gác máy. Không có gì được lưu lại.",
            "Type keys and Enter; Enter alone is silence; Ctrl-D hangs up. Nothing is kept.",
        )
    )
    with tempfile.TemporaryDirectory(prefix="tongdai-dial-") as folder:
        own = settings.model_copy(update={"home": Path(folder), "database_url": ""})
        if (settings.home / SWITCHES).exists():
            shutil.copy(settings.home / SWITCHES, own.home)
        migrate(own)
        reason = _call(own, city, number, ask, say)
    say(tr(f"(cuộc gọi kết thúc: {reason})", f"(the call ended: {reason})"))
    return 1 if reason == "failed" else 0


def _call(settings: Settings, city: City, number: str, ask: Callable[[str], str], say: Callable[[str], None]) -> str:
    sounds = load_catalogue(settings, city.id)
    called = city.numbers[0]
    caller = Caller(number=number, name="", called=called, uniqueid="dial", linkedid="dial", city=city.id)
    store = open_store(settings)
    clerk = Clerk(settings, lambda: open_store(settings), now=_now)
    status = StatusDesk(settings)
    desk = CallDesk(
        spool=Spool(settings),
        codes=CodeBook(settings.codes),
        clerk=clerk,
        find_status=status.find,
        pin_mac=lambda ulid, pin: pin_mac(settings, ulid, pin),
    )
    try:
        clerk.renew_codes()
        clerk.wait(10)
        reason = run_call(Terminal(caller, sounds, ask, say), city, sounds, desk, _now, settings)
        clerk.wait(10)
        with store.reading() as session:
            for ticket in session.scalars(select(Ticket)):
                say(f"({_filed(city, ticket)})")
    finally:
        clerk.close()
        status.close()
        store.close()
    return reason.value


def _filed(city: City, ticket: Ticket) -> str:
    code = display(city.prefix, ticket.code) if ticket.code else tr("chưa có mã", "no code yet")
    category = city.find_category(ticket.category)
    about = category.name.of(tr("vi", "en")) if category is not None else tr("chưa rõ lĩnh vực", "no category")
    return tr("phiếu", "ticket") + f" {code}: {tr(*KINDS[ticket.kind])}, {about}"


def _words(language: Language) -> Mapping[str, str]:
    return {word.id: word.phrase for word in vocabulary(language)}


def _now() -> datetime:
    return datetime.now(UTC)
