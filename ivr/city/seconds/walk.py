"""A caller's way through a menu, by the types of its nodes: to the beep, and from there to the code."""

from dataclasses import dataclass

from ivr.city.flow.nodes import Contact, Flow, Hours, Language, Menu, Node, Publish, Receipt, Record, Say, Switch
from ivr.city.seconds.callers import HURRY, Caller, Pauses
from ivr.city.seconds.line import Line
from ivr.city.seconds.reports import fork
from ivr.words import tr

CONTACT_WAIT = 2.0
"""Seconds in which who wants another number than the calling one presses a key."""
PUBLISH_WAIT = 3.0
"""Seconds in which who agrees or refuses to be published presses a key."""
SEND, REFUSE = "1", "2"
"""The keys that end a report and that refuse its publication."""
PEN_AND_PAPER = 2.1
"""Seconds of silence before the code is read."""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A menu as it is while its schedules are open, or closed, with no switch thrown."""

    flow: Flow
    is_open: bool

    def to_list(self, line: Line, start: str) -> Menu | None:
        """Hear everything that is said before the first list; None where no list follows."""
        here = start
        for _ in self.flow.nodes:
            match self._speaking(line, here):
                case Say() as say:
                    line.say(say.prompts)
                    here = say.next
                case Menu() as menu:
                    return menu
                case _:
                    return None
        return None

    def to_beep(self, line: Line, caller: Caller, start: str) -> Record | None:
        """Walk until the beep; None where this caller meets none before a person, a good-bye or a circle."""
        here = start
        for _ in self.flow.nodes:  # who has passed as many nodes as there are goes round in a circle
            match self._speaking(line, here):
                case Say() as say:
                    caller.at_greeting(line, say.prompts)
                    here = say.next
                case Menu() as menu:
                    here = caller.at_list(line, menu)
                case Record() as record:
                    caller.at_instruction(line, record.prompts)
                    line.notice_in_short()
                    return record
                case _:
                    return None
        return None

    def to_other_language(self, line: Line, *, at_once: bool) -> str | None:
        """Hear the call's first language until the sentence that offers the other; where its key leads.

        :param at_once: who knows the key presses it without hearing the sentence.
        """
        said: list[str] = []
        here = self.flow.start
        for _ in self.flow.nodes:
            match self._speaking(line, here):
                case Say() as say:
                    said += say.prompts
                    here = say.next
                case Menu() as menu:
                    for key, choice in menu.keys.items():
                        if isinstance(self.flow.nodes.get(choice.goto), Language):
                            said += menu.prompts
                            line.say(said, most=HURRY if at_once else line.until_named(said, key))
                            line.press(key)
                            return choice.goto
                    return None
                case _:
                    return None
        return None

    def to_code(self, line: Line, record: Record, *, pauses: Pauses, keys: bool) -> bool:
        """From the beep until the code was read twice; what the caller says takes no time. False: no code is read.

        :param keys: whether the caller ends the report, and answers the question of publication, by a key.
        """
        _speak(line, pauses, keys=keys)
        here = record.next
        for _ in self.flow.nodes:
            match self._speaking(line, here):
                case Say() as say:
                    line.say(say.prompts)
                    here = say.next
                case Contact() as contact:
                    line.say(["lien-he"])
                    line.wait(_waiting(), CONTACT_WAIT)
                    here = contact.next
                case Publish() as publish:
                    line.say(publish.prompts)
                    if keys:
                        line.press(REFUSE)
                    else:
                        line.wait(_waiting(), PUBLISH_WAIT)
                    here = publish.next
                case Receipt():
                    _read_receipt(line)
                    return True
                case _:
                    return False
        return False

    def _speaking(self, line: Line, here: str) -> Node | None:
        """The node at or behind ``here`` that a caller notices; forks and changes of language are passed through."""
        for _ in self.flow.nodes:
            match self.flow.nodes.get(here):
                case Hours() | Switch() as node:
                    here = fork(node, is_open=self.is_open) or ""
                case Language() as change:
                    line.speak(change.language)
                    here = change.next
                case node:
                    return node
        return None


def _speak(line: Line, pauses: Pauses, *, keys: bool) -> None:
    """A recording beside what is said in it: who presses nothing lets its silence pass, and that of the second take."""
    line.beep()
    if keys:
        line.press(SEND)
        return
    line.wait(tr("im lặng", "silence"), pauses.behind_speech)
    if line.catalogue.has("noi-tiep", line.language):
        line.say(["noi-tiep"])
        line.beep()
        line.wait(tr("im lặng", "silence"), pauses.without_speech)


def _read_receipt(line: Line) -> None:
    line.say(["ma"])
    line.wait(tr("lấy giấy bút", "pen and paper"), PEN_AND_PAPER)
    line.say(["ma-la"])
    line.read_code()
    line.say(["nhac-lai"])
    line.read_code()


def _waiting() -> str:
    return tr("chờ phím", "waiting")
