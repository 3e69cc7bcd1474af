"""A citizen who behaves at random and keeps an account of what was said; every choice comes from one seed."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from random import Random

import numpy as np

from ivr.engine.dialogue import BEEP
from ivr.settings import Settings
from ivr.simulator.journal_tail import POLL, Journals, Tail
from ivr.simulator.sip import CallRefused, SipCall
from ivr.simulator.sounds import RATE, to_alaw

LOWEST, APART = 400, 150
"""Hertz of a call's first speech, and between one speech and the next: a recording shows each by its tone."""
OPENING = 6.0
"""Seconds a file may take to appear after the word of the beep."""


class Mood(Enum):
    """What a citizen is up to."""

    REPORTS = "reports"  # the whole way, to the code
    AGAIN = "says more"  # adds to it at the review, then sends
    CANCELS = "cancels"  # speaks, cancels, says so twice
    LEAVES = "hangs up anywhere"  # on the way of a report, at a random moment
    SILENT = "presses nothing"
    ASKS = "asks for a state"


WEIGHTS = {Mood.REPORTS: 5, Mood.LEAVES: 6, Mood.AGAIN: 2, Mood.CANCELS: 2, Mood.SILENT: 1, Mood.ASKS: 2}


class Cancelled(Enum):
    """Whether the citizen took a report back."""

    NO = 0
    PERHAPS = 1  # pressed it twice, and did not hear that it is gone
    YES = 2  # heard that it is gone


@dataclass(kw_only=True)
class Speech:
    """One thing said after one beep."""

    hertz: int
    report: int
    """Speeches of one report are takes, joined in one recording."""
    began: float
    """Monotonic seconds, as :attr:`closed`."""
    seconds: float = 0.0
    closed: float | None = None
    """When something else was heard: from then on the recording was whole. None: the call ended in it."""
    cut: bool = False
    """Asterisk died while it was recorded; the judge's to say."""


@dataclass(kw_only=True)
class Account:
    """What one citizen can say of the call afterwards."""

    number: str
    mood: Mood
    answered: float | None = None
    """Monotonic seconds; None: the call was not answered."""
    over: float = 0.0
    speeches: list[Speech] = field(default_factory=list)
    cancelled: dict[int, Cancelled] = field(default_factory=dict)
    fell_back: bool = False
    late: float = 0.0
    """Seconds that the citizen's own sound stood still or came late at worst: of a speech that a hang-up ended so much
    may never have been sent."""
    error: str = ""


@dataclass(kw_only=True)
class Surroundings:
    """What all citizens share: when Asterisk died, and whom the dialplan took by itself."""

    settings: Settings
    journals: Journals
    longest: float
    """Seconds after which every citizen hangs up."""
    asterisk_deaths: list[float] = field(default_factory=list)
    fallbacks: dict[str, Path] = field(default_factory=dict)
    """Caller's number → where the dialplan records that caller."""

    async def watch(self) -> None:
        """Notice the dialplan's notes, until cancelled."""
        seen: set[Path] = set()
        while True:
            for note in set(self.settings.spool.glob("fallback-*.json")) - seen:
                with contextlib.suppress(OSError, ValueError):
                    self.fallbacks[json.loads(note.read_bytes())["caller"]] = note.with_suffix(".wav")
                    seen.add(note)
            await asyncio.sleep(0.1)

    def asterisk_died_since(self, moment: float) -> bool:
        """Whether a call of that moment has been cut off."""
        return any(death >= moment for death in self.asterisk_deaths)


class _Over(Exception):  # the call is over, whoever ended it
    pass


class Citizen:
    """One call from dialling to the end."""

    def __init__(self, number: int, seed: str, around: Surroundings, codes: list[str]) -> None:
        """``codes`` are those a citizen may ask for; ``number`` makes the caller unique."""
        self._random = Random(f"{seed}:{number}")
        mood = self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self.account = Account(number=f"09{number:08d}", mood=mood)
        self._around, self._codes = around, codes
        self._name = f"soak-{number}:"
        self._tail: Tail | None = None
        self._report = 0
        self._cancelling = False
        self._again = mood is Mood.AGAIN

    async def live(self) -> Account:
        """Call, behave, and tell; never raises for what a killed process does to a caller."""
        settings = self._around.settings
        call = SipCall(
            host="127.0.0.1", port=settings.sip_port, called="1022", number=self.account.number, name=self._name
        )
        patience = self._around.longest
        if self.account.mood is Mood.LEAVES:
            patience = min(patience, self._random.uniform(0, 45))
        try:
            await call.dial()
            self.account.answered = time.monotonic()
            async with asyncio.timeout(patience):
                await self._behave(call)
        except CallRefused as error:
            self.account.error = str(error)
        except (TimeoutError, _Over):
            pass
        finally:
            self.account.over = time.monotonic()
            if self._cut():
                call.ended.set()  # no one is left to answer the BYE
            await call.close()
            self.account.late = call.late.seconds
            if self._tail is not None:
                self._tail.close()
        return self.account

    async def _behave(self, call: SipCall) -> None:
        await self._find_journal(call)
        read = 0
        while True:
            plays = await self._next(call, read)
            if plays is None:
                await self._speak_to_the_dialplan(call)
                return
            read += len(plays)
            for earlier in plays[:-1]:
                self._hear(earlier)
            await self._answer(call, plays[-1])

    async def _find_journal(self, call: SipCall) -> None:
        finding = asyncio.create_task(self._around.journals.find(self._name))
        try:
            async for _ in self._ticks(call):
                if finding.done():
                    self._tail = finding.result()
                    return
                if self._fallback() is not None:
                    return
        finally:
            finding.cancel()

    async def _next(self, call: SipCall, read: int) -> list[tuple[str, ...]] | None:
        """What has been played since; None when the dialplan has taken over."""
        async for _ in self._ticks(call):
            if self._fallback() is not None:
                return None
            if self._tail is not None:
                self._tail.read()
                if len(self._tail.plays) > read:
                    return self._tail.plays[read:]
        raise _Over

    async def _ticks(self, call: SipCall) -> AsyncIterator[None]:
        """Until the call is over."""
        while not call.ended.is_set() and not self._cut():
            yield
            await asyncio.sleep(POLL)
        raise _Over

    def _hear(self, prompts: tuple[str, ...]) -> None:
        for speech in self.account.speeches:
            speech.closed = speech.closed or time.monotonic()
        if "da-huy" in prompts and self._cancelling:
            self.account.cancelled[self._report] = Cancelled.YES
            self._cancelling, self._report = False, self._report + 1

    async def _answer(self, call: SipCall, prompts: tuple[str, ...]) -> None:
        self._hear(prompts)
        if BEEP in prompts:
            await self._speak(call)
            return
        key = self._key(prompts)
        if key is None:
            return
        await asyncio.sleep(self._random.uniform(0.2, 2.0))
        if key == "hang up":
            await call.hang_up()
        else:
            await call.press(key)

    def _key(self, prompts: tuple[str, ...]) -> str | None:
        """What this citizen presses at these prompts."""
        mood, random = self.account.mood, self._random
        if mood is Mood.SILENT:
            return None
        if mood is Mood.ASKS and any(prompt in prompts for prompt in ("chao", "menu")):
            return "2"
        match prompts[0]:
            case "chao" | "menu":
                return "1"
            case "noi" | "ngan":
                return "5"
            case "noi-tiep":
                return random.choice(("1", "5", None))
            case "xac-nhan":
                return self._verdict()
            case "huy-chac":
                self.account.cancelled[self._report] = Cancelled.PERHAPS
                self._cancelling = True
                return "4"
            case "lien-he":
                return random.choice(("3", None))
            case "cong-khai":
                return random.choice("12")
            case "tra-cuu" | "khong-thay":
                return (random.choice(self._codes) if self._codes and random.random() < 0.7 else "260000001") + "#"
            case "tra-cuu-so-cuoi":
                return self.account.number[-4:] + "#"
            case "viec-khac" | "khoa" | "da-huy":
                return "hang up"
            case _:
                return None

    def _verdict(self) -> str:
        if self._again:
            self._again = False
            return "3"
        if self.account.mood is Mood.CANCELS and self.account.cancelled.get(self._report) is None:
            return "4"
        return "12"[self._random.random() < 0.1]

    async def _speak(self, call: SipCall) -> None:
        """Wait for the beep, speak, and end it with a key, or by falling silent."""
        word = time.time() - 0.05
        until = time.monotonic() + OPENING
        ulid = self._tail.ulid if self._tail is not None else ""
        async for _ in self._ticks(call):
            if any(_changed(path) >= word for path in self._around.settings.spool.glob(f"{ulid}.[0-9]*")):
                break
            if time.monotonic() > until or self._fallback() is not None:
                return
        if self.account.mood is Mood.SILENT:
            return
        await self._say(call)
        if self._random.random() < 0.8:
            await asyncio.sleep(0.4)
            reviews = self._again or self.account.mood is Mood.CANCELS
            await call.press("#" if reviews else self._random.choice("11#"))

    async def _speak_to_the_dialplan(self, call: SipCall) -> None:
        """The dialplan asks for the report by itself: speak into its file, or leave."""
        self.account.fell_back = True
        self._report += 1
        audio = self._fallback()
        if audio is None or self.account.mood is Mood.SILENT or self._random.random() < 0.2:
            return
        async for _ in self._ticks(call):
            if audio.exists():
                break
        await self._say(call)
        if self._random.random() < 0.5:
            await call.hang_up()
        async for _ in self._ticks(call):
            pass

    async def _say(self, call: SipCall) -> None:
        """One speech; what is said before a hang-up or a death counts."""
        seconds = self._random.uniform(0.6, 1.6) if self._random.random() < 0.15 else self._random.uniform(2.6, 12)
        said = Speech(hertz=LOWEST + APART * len(self.account.speeches), report=self._report, began=time.monotonic())
        self.account.speeches.append(said)
        speaking = asyncio.create_task(call.speak(to_alaw(voice(said.hertz, seconds))))
        try:
            async for _ in self._ticks(call):
                if speaking.done():
                    break
        finally:
            end = min([time.monotonic(), *(death for death in self._around.asterisk_deaths if death >= said.began)])
            said.seconds = min(seconds, max(0.0, end - said.began))
            call.fall_silent()
            speaking.cancel()

    def _fallback(self) -> Path | None:
        return self._around.fallbacks.get(self.account.number)

    def _cut(self) -> bool:
        return self.account.answered is not None and self._around.asterisk_died_since(self.account.answered)


def voice(hertz: int, seconds: float) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """A tone with weaker ones above it: one or two alone are a machine's, which end a recording."""
    at = np.arange(round(seconds * RATE)) / RATE
    tones = [(hertz, 1.0), *((hertz + 500 * number, 0.4) for number in (1, 2, 3, 4))]
    return np.asarray(sum(loud * np.sin(2 * np.pi * each * at) for each, loud in tones) * 6000, dtype=np.int16)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
