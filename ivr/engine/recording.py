"""The recording dialogue of a ``record`` node: what is said at the beep is one report, however many takes it has.

Takes are appended: silence asks for more, the longest take runs on into the next one, and only who says so starts
again or cancels. The report is on its way from the moment at which the caller sends it, or hangs up.
"""

from enum import Enum, auto
from typing import assert_never

import structlog

from ivr.city.flow.nodes import Record
from ivr.engine.ask import pick
from ivr.engine.call import Call
from ivr.model.calls import NO_ROOM, NOT_KEPT
from ivr.model.tickets import Consent
from ivr.phone import KEYPAD, HungUp, Recorded, RecordEnd, Sound, Stage
from ivr.settings import Settings
from ivr.spool import SpoolUnwritable

WARNED = 10.0
"""Seconds before the longest take (the setting ``record_limit``) at which a tone is heard and the next take begins."""
IGNORED = 1.0
"""Seconds after the beep in which key 1 says nothing: it was pressed to hear the beep sooner."""
LEAST_LEFT = 1.0
"""Seconds of recording below which no take is begun any more."""
MOST_TAKES = 30
"""Takes of one report; a key that is stuck would make one of each of its copies."""

_log = structlog.get_logger(__name__)


class Next(Enum):
    """What comes next in the dialogue."""

    INSTRUCTION = auto()  # what to say, and how to end it
    TAKE = auto()  # the beep, and the caller speaks
    RUN_ON = auto()  # the caller is speaking: another take, without a beep
    ONCE_MORE = auto()  # nothing was heard: say so, and another take
    GO_ON = auto()  # the caller fell silent: ask for more, and another take
    REVIEW = auto()  # send, listen, go on, cancel
    SEND = auto()


def record(call: Call, node: Record) -> str:
    """The node that follows: ``next`` once the report is sent. Raises HungUp; what was said is safe by then."""
    call.settle(node.set)
    if not call.dependencies.spool.room():
        _log.error("record.no_room", ulid=call.ulid, spool=str(call.dependencies.spool.folder))
        call.dialogue.note(NO_ROOM)
        return node.cannot
    if call.agreement.consent is not Consent.GIVEN:
        call.dialogue.say_recorded()
    return _Recording(call, node).run()


class _Recording:
    """One visit of a ``record`` node."""

    def __init__(self, call: Call, node: Record) -> None:
        self._call, self._node = call, node
        self._dialogue = call.dialogue
        self._settings = call.settings
        self._asked_again = False
        """The caller has been asked once to speak again."""
        self._silences = 0
        """Takes in a row that silence ended, the first of them after speech."""
        self._lasted = 0.0
        """Seconds of all takes by the clock."""

    def run(self) -> str:
        """The whole dialogue; the name of the node that follows."""
        then: Next | str = Next.INSTRUCTION
        while isinstance(then, Next):
            match then:
                case Next.INSTRUCTION:
                    then = self._instruct()
                case Next.TAKE:
                    then = self._take(beep=True)
                case Next.RUN_ON:
                    then = self._take(beep=False)
                case Next.ONCE_MORE:
                    then = self._ask_again()
                case Next.GO_ON:
                    then = self._ask_for_more()
                case Next.REVIEW:
                    then = self._review()
                case Next.SEND:
                    then = self._send()
                case _:
                    assert_never(then)
        return then

    @property
    def _spoken(self) -> bool:
        """Whether there is something to file."""
        return self._call.report is not None and self._call.report.spoken

    def _instruct(self) -> Next | str:
        """Any key goes on to the beep, but 0 says that the caller does not want to be recorded."""
        key = self._dialogue.instruct(self._dialogue.prompts(*self._node.prompts), guarded="0")
        if key != "0":
            return Next.TAKE
        self._call.agree(Consent.REFUSED, key)
        if self._call.report is not None:  # they began again, and do not want to be recorded now
            self._call.report.cancel()
            self._call.drop_report()
        return self._node.refused

    def _ask_again(self) -> Next | str:
        if self._asked_again:
            self._call.drop_report()
            return self._node.silent
        self._asked_again = True
        self._dialogue.instruct(self._dialogue.prompts(*self._node.short))
        return Next.TAKE

    def _ask_for_more(self) -> Next:
        """Key 1 sends from the first moment: who spoke on, where line or disk took nothing, ends so what was said."""
        match self._dialogue.instruct(self._dialogue.prompts("noi-tiep")):
            case "":
                return Next.TAKE
            case "1":
                return Next.SEND
            case _:
                return Next.REVIEW

    def _take(self, *, beep: bool) -> Next | str:
        """One take, and what its end asks for."""
        report = self._call.open_report()
        left = self._settings.record_total - self._lasted
        if left < LEAST_LEFT or len(report.sidecar.parts) >= MOST_TAKES:
            return self._time_is_over()
        if beep and report.sidecar.parts and not self._call.dependencies.spool.room():
            return self._cannot(NO_ROOM)
        try:
            path = report.begin_take(self._dialogue.phone.take_ending)
        except SpoolUnwritable as error:
            _log.error("record.unwritable", ulid=self._call.ulid, error=str(error))
            return self._cannot(f"unwritable: {error}")
        recorded = self._dialogue.record(
            path, limit=min(longest_take(self._settings), left), silence=self._settings.record_silence, beep=beep
        )
        self._lasted += recorded.lasted
        said = report.end_take(recorded)
        take = report.sidecar.parts[-1]
        self._dialogue.note(f"take {take.number}: {recorded.end.value}, {take.seconds:.1f} s")
        if report.no_room and not said and recorded.end not in (RecordEnd.HANGUP, RecordEnd.NOTHING):
            return self._cannot(NOT_KEPT)
        return self._after(recorded, said)

    def _after(self, recorded: Recorded, said: bool) -> Next | str:
        """What the end of a take asks for; ``said``: there was speech in it."""
        match recorded.end:
            case RecordEnd.HANGUP | RecordEnd.NOTHING:
                raise HungUp
            case RecordEnd.UNWRITABLE:
                return self._cannot("unwritable")
            case RecordEnd.LIMIT:
                then = self._after_limit()
            case RecordEnd.SILENCE:
                then = self._after_silence(said)
            case RecordEnd.KEY:
                then = self._after_key(recorded)
            case _:
                assert_never(recorded.end)
        if self._spoken:
            self._call.stage(Stage.RECORDED)
        return then

    def _after_limit(self) -> Next:
        self._silences = 0
        if self._settings.record_total - self._lasted >= LEAST_LEFT:
            self._dialogue.phone.tone()
        return Next.RUN_ON

    def _after_silence(self, said: bool) -> Next:
        """Who says nothing new when asked for more has said everything."""
        self._silences = 1 if said else self._silences + 1
        if not self._spoken:
            return Next.ONCE_MORE
        return Next.GO_ON if self._silences < 2 else Next.SEND

    def _after_key(self, recorded: Recorded) -> Next:
        if recorded.copied or (recorded.key == "1" and recorded.lasted < IGNORED):
            return Next.RUN_ON
        if not self._spoken:
            return Next.ONCE_MORE
        return Next.SEND if recorded.key == "1" else Next.REVIEW

    def _review(self) -> Next | str:
        """Send, listen, go on, cancel; who presses nothing sends."""
        while True:
            self._dialogue.forget()
            asked = self._dialogue.prompts("xac-nhan")
            match pick(self._dialogue, asked, "1234", silences=1, guarded=KEYPAD):
                case "2":
                    self._dialogue.tell([*self._dialogue.prompts("ban-ghi"), *self._own_words()])
                case "3":
                    self._silences = 0
                    return Next.TAKE
                case "4":
                    if (then := self._cancel()) is not None:
                        return then
                case _:
                    return Next.SEND

    def _cancel(self) -> Next | str | None:
        """From the beginning, not at all, or (None) back to the review."""
        report = self._call.open_report()
        self._dialogue.forget()
        match pick(self._dialogue, self._dialogue.prompts("huy-chac"), "142", silences=1, guarded=KEYPAD):
            case "1":
                report.start_over()
                self._silences, self._lasted, self._asked_again = 0, 0.0, False
                return Next.INSTRUCTION
            case "4":
                report.cancel()
                self._call.end_report()
                self._call.stage(Stage.MENU)
                return self._node.cancelled
            case _:
                return None

    def _send(self) -> str:
        """It is filed from this moment on."""
        self._call.open_report().send()
        self._call.stage(Stage.FILED)
        return self._node.next

    def _time_is_over(self) -> Next | str:
        self._dialogue.tell_all(self._dialogue.prompts("het-gio"))
        return self._send_or(self._node.silent)

    def _cannot(self, why: str) -> Next | str:
        self._dialogue.note(why)
        return self._send_or(self._node.cannot)

    def _send_or(self, way: str) -> Next | str:
        """What was said is sent; who has said nothing yet is led on."""
        if self._spoken:
            return Next.SEND
        self._call.drop_report()
        return way

    def _own_words(self) -> list[Sound]:
        report = self._call.open_report()
        return [
            Sound(id=f"take.{part.number}", path=str(path.with_suffix("")), seconds=part.seconds)
            for part, path in report.takes
        ]


def longest_take(settings: Settings) -> float:
    """Seconds of one take: a limit that leaves less than it takes to warn of it is kept as it is."""
    return settings.record_limit - WARNED if settings.record_limit > 2 * WARNED else settings.record_limit
