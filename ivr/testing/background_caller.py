"""A caller on a thread of its own, beside a browser that a test leads. Imported by tests alone."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ivr.settings import Settings
from ivr.simulator.journal_tail import Journals
from ivr.simulator.sounds import to_alaw, tone
from ivr.testing.asterisk import PATIENCE
from ivr.testing.line import OnTheLine, on_the_line
from ivr.testing.persons import to_a_person


class BackgroundCaller:
    """Presses key 0 and speaks until the call is over."""

    def __init__(self, settings: Settings, number: str) -> None:
        self._settings, self._number = settings, number
        self._leaves = threading.Event()
        self.ended = threading.Event()
        """The other side has hung up."""
        self.heard = bytearray()
        """A-law, everything that came down the caller's leg."""
        self.waits = threading.Event()
        """The queue has the call."""
        self.fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._line: OnTheLine | None = None

    def start(self) -> None:
        """Dial."""
        self._thread.start()

    def hang_up(self) -> None:
        """End the call; raises what went wrong."""
        self._leaves.set()
        self._thread.join(PATIENCE)
        if self.fault is not None:
            raise self.fault

    def heard_prompt(self, prompt: str) -> bool:
        """Whether a prompt was heard."""
        return self._line is not None and self._line.heard(self._settings, prompt)

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:  # raised where the test ends the call
            self.fault = error

    async def _live(self) -> None:
        journals = Journals(self._settings.spool)
        async with on_the_line(self._settings, self._number, self._number, journals) as citizen:
            self._line = citizen
            self.heard = citizen.call.ear.sound
            await to_a_person(citizen)
            self.waits.set()
            while not self._leaves.is_set() and not citizen.call.ended.is_set():
                await citizen.call.speak(to_alaw(tone(0.5)))
            if citizen.call.ended.is_set():
                self.ended.set()


@contextmanager
def calling(settings: Settings, number: str) -> Iterator[BackgroundCaller]:
    """A call of key 0 that ends with the block."""
    caller = BackgroundCaller(settings, number)
    caller.start()
    try:
        yield caller
    finally:
        caller.hang_up()
