"""The nodes a report is made of: consent, recording, review, contact, publication, receipt, call-back."""

import structlog

from ivr.city.flow.nodes import Callback, Consent, Contact, Publish, Receipt, Record, Review
from ivr.engine.ask import ask_phone, pick
from ivr.engine.call import Call
from ivr.engine.report import SpokenReport
from ivr.model.calls import NO_ROOM
from ivr.model.numbers import normalise
from ivr.model.tickets import Consent as Agreed
from ivr.model.tickets import ContactKind, Kind
from ivr.phone import KEYPAD, HungUp, RecordEnd, Sound, Stage
from ivr.speech import PAUSE, spell_code, spell_pin
from ivr.spool import SpoolUnwritable

_log = structlog.get_logger(__name__)


def ask_consent(call: Call, node: Consent) -> str:
    """Only key 1, pressed after the question, is consent; silence goes on without one."""
    call.dialogue.forget()
    key = pick(call.dialogue, call.dialogue.prompts(*node.prompts), "10", silences=1, guarded=KEYPAD)
    if key:
        call.agree(Agreed.GIVEN if key == "1" else Agreed.REFUSED, key)
    return node.refused if key == "0" else node.next


def record(call: Call, node: Record) -> str:
    """Instruct, beep, record; what is too short is asked for once more. Earlier takes stand until a newer is safe."""
    call.settle(node.set)
    way = _speak(call, node)
    if call.report is not None and call.report.spoken:
        call.stage(Stage.RECORDED)
        return node.next
    call.drop_report()
    return way


def _speak(call: Call, node: Record) -> str:
    """Where the caller goes if nothing of theirs is kept in the end."""
    for prompts in (node.prompts, node.short):
        if not call.dependencies.spool.room():
            _log.error("record.no_room", ulid=call.ulid, spool=str(call.dependencies.spool.folder))
            call.dialogue.note(NO_ROOM)
            return node.cannot
        call.dialogue.instruct(call.dialogue.prompts(*prompts))
        match _take(call):
            case RecordEnd.UNWRITABLE:
                return node.cannot
            case RecordEnd.NOTHING:
                continue
            case _:
                return node.next
    return node.silent


def _take(call: Call) -> RecordEnd:
    """One take: UNWRITABLE when the disk refuses, NOTHING when it holds no report, else how it ended.

    Raises HungUp for a caller who left, after what was said is safe.
    """
    report = call.open_report()
    try:
        path = report.begin_take(call.dialogue.phone.take_ending)
    except SpoolUnwritable as error:
        _log.error("record.unwritable", ulid=call.ulid, error=str(error))
        call.dialogue.note(f"unwritable: {error}")
        return RecordEnd.UNWRITABLE
    settings = call.settings
    recorded = call.dialogue.record(path, limit=settings.record_limit, silence=settings.record_silence)
    kept = report.end_take(recorded)
    call.dialogue.note(f"take {len(report.sidecar.parts)}: {recorded.end.value}, {_seconds(report):.1f} s")
    match recorded.end:
        case RecordEnd.HANGUP | RecordEnd.NOTHING:
            raise HungUp
        case RecordEnd.UNWRITABLE:
            return RecordEnd.LIMIT if kept else RecordEnd.UNWRITABLE
        case RecordEnd.KEY | RecordEnd.SILENCE | RecordEnd.LIMIT if report.no_room and not kept:
            call.dialogue.note(NO_ROOM)
            return RecordEnd.UNWRITABLE
        case RecordEnd.KEY | RecordEnd.SILENCE | RecordEnd.LIMIT:
            return recorded.end if kept else RecordEnd.NOTHING


def review(call: Call, node: Review) -> str:
    """Send, listen, again, cancel; who presses nothing sends."""
    report = call.report
    if report is None or not report.spoken:
        return node.next
    dialogue = call.dialogue
    dialogue.forget()
    first = dialogue.prompts(*node.prompts)
    while True:
        match pick(dialogue, first, "1234", short=dialogue.prompts("xac-nhan-ngan"), guarded=KEYPAD):
            case "2":
                dialogue.tell([*dialogue.prompts("ban-ghi"), *_own_words(report)])
            case "3":
                report.start_over()
                return node.again
            case "4":
                dialogue.forget()
                if pick(dialogue, dialogue.prompts("huy-chac"), "14", guarded=KEYPAD) == "4":
                    report.cancel()
                    call.end_report()
                    call.stage(Stage.MENU)
                    return node.cancelled
            case _:
                report.send()
                call.stage(Stage.FILED)
                return node.next
        first = dialogue.prompts("xac-nhan-ngan")


def ask_contact(call: Call, node: Contact) -> str:
    """This number, another one, none; silence leaves none."""
    report, dialogue = _sent(call), call.dialogue
    if report is None:
        return node.next
    known = call.number
    key = pick(dialogue, dialogue.prompts("lien-he" if known else "lien-he-an"), "123" if known else "23")
    if key == "1":
        report.answer(contact_kind=ContactKind.CALLER, contact_number=known)
    elif key == "2" and (number := ask_phone(dialogue, "so-khac")) is not None:
        report.answer(contact_kind=ContactKind.OTHER, contact_number=normalise(number))
    else:
        report.answer(contact_kind=ContactKind.NONE, contact_number=None)
    return node.next


def ask_publication(call: Call, node: Publish) -> str:
    """Only key 1 is consent to publication; no key stays unanswered, which counts as no."""
    report = _sent(call)
    if report is None:
        return node.next
    call.dialogue.forget()
    key = pick(call.dialogue, call.dialogue.prompts(*node.prompts), "12", silences=1, guarded=KEYPAD)
    if key:
        report.answer(publish=key == "1", publish_at=call.clock())
    return node.next


def give_receipt(call: Call, node: Receipt) -> str:
    """The code, twice; a PIN for who left no number; or that the code follows."""
    report = _sent(call)
    if report is None:
        return node.next
    code = report.code()
    reachable = report.sidecar.contact_number is not None or call.number is not None
    said = _code_sounds(call, code, given="ma", later="ma-sau" if reachable else "ma-sau-an")
    if code is not None and (pin := report.pin()) is not None:
        said += _twice(call, "pin", spell_pin(pin, call.dialogue.language))
    call.dialogue.tell_all(said)
    call.end_report()
    return node.next


def ask_callback(call: Call, node: Callback) -> str:
    """A ticket without a recording: somebody rings back on this number or another."""
    dialogue, known = call.dialogue, call.number
    if known is None:
        kind, number = ContactKind.OTHER, ask_phone(dialogue, "goi-lai-an")
    elif pick(dialogue, dialogue.prompts("goi-lai"), "12") == "2":
        kind, number = ContactKind.OTHER, ask_phone(dialogue, "so-khac")
    else:  # silence too: they asked to be rung back and their number is known
        kind, number = ContactKind.CALLER, known
    if number is None:
        dialogue.tell(dialogue.prompts("goi-lai-khong-so"))
        return node.cannot
    call.end_report()
    call.settle(node.set)
    report = call.new_report()
    if not report.request(kind=Kind.GOI_LAI, contact_kind=kind, contact_number=normalise(number)):
        dialogue.note("unwritable")
        call.report = None
        return node.cannot
    call.stage(Stage.FILED)
    dialogue.tell_all(_code_sounds(call, report.code(), given="goi-lai-ghi-nhan", later="goi-lai-ma-sau"))
    call.end_report()
    return node.next


def _sent(call: Call) -> SpokenReport | None:
    """The report, sent: a flow without a review sends it here at the latest."""
    report = call.report
    if report is None or not (report.spoken or report.sent):
        return None
    if not report.sent:
        report.send()
        call.stage(Stage.FILED)
    return report


def _code_sounds(call: Call, code: str | None, *, given: str, later: str) -> list[Sound]:
    if code is None:
        return call.dialogue.prompts(later)
    return _twice(call, given, spell_code(code, call.dialogue.language))


def _twice(call: Call, prompt: str, words: list[str]) -> list[Sound]:
    dialogue = call.dialogue
    said = dialogue.words([*words, PAUSE])
    return [*dialogue.prompts(prompt), *said, *dialogue.prompts("nhac-lai"), *said]


def _own_words(report: SpokenReport) -> list[Sound]:
    return [
        Sound(id=f"take.{part.number}", path=str(path.with_suffix("")), seconds=part.seconds)
        for part, path in report.takes
    ]


def _seconds(report: SpokenReport) -> float:
    return report.sidecar.parts[-1].seconds
