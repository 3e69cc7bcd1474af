"""What one session of a call is served with."""

from dataclasses import dataclass

from ivr.city.city import City
from ivr.engine.call import Call
from ivr.engine.clock import Clock
from ivr.engine.dependencies import Dependencies
from ivr.engine.dialogue import Dialogue, Sounds
from ivr.engine.journal import NoJournal
from ivr.model.report import CallFacts
from ivr.phone import Phone
from ivr.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Served:
    """The caller's line, the menu that answers it, and everything that the menu uses.

    A call that waits in a queue lives through several sessions, each with a value of its own.
    """

    phone: Phone
    city: City
    sounds: Sounds
    dependencies: Dependencies
    clock: Clock
    settings: Settings

    def call(self, facts: CallFacts) -> Call:
        """The call of which these are the facts, without a journal yet."""
        dialogue = Dialogue(
            phone=self.phone,
            sounds=self.sounds,
            journal=NoJournal(),
            clock=self.clock,
            key_wait=self.settings.key_wait,
        )
        return Call(
            facts=facts,
            city=self.city,
            dialogue=dialogue,
            dependencies=self.dependencies,
            settings=self.settings,
            clock=self.clock,
        )
