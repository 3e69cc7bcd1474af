"""The nodes around a report: consent after a refusal, contact, publication, receipt, call-back."""

from math import ceil

from ivr.city.flow.nodes import Callback, Consent, Contact, Publish, Receipt
from ivr.engine.ask import ask_phone, pick
from ivr.engine.call import Call
from ivr.engine.report import SpokenReport
from ivr.model.numbers import normalise
from ivr.model.tickets import Consent as Agreed
from ivr.model.tickets import ContactKind, Kind
from ivr.phone import KEYPAD, Sound, Stage
from ivr.speech import PAUSE, spell_code, spell_pin

CONTACT_WAIT = 2.0
"""Seconds in which another number may be asked for: who presses nothing leaves the one they call from."""
PUBLISH_WAIT = 3.0
"""Seconds in which publication may be agreed to."""
PEN_AND_PAPER = 2.0
"""Seconds between the word that a code follows and the code."""


def ask_consent(call: Call, node: Consent) -> str:
    """Whether who has refused agrees after all: only key 1 does, all else leaves the answer as it was."""
    call.dialogue.forget()
    key = pick(call.dialogue, call.dialogue.prompts(*node.prompts), KEYPAD.replace("*", ""), silences=1, guarded=KEYPAD)
    if key == "1":
        call.agree(Agreed.GIVEN, key)
        return node.next
    if key:
        call.agree(Agreed.REFUSED, key)
    return node.refused


def ask_contact(call: Call, node: Contact) -> str:
    """Another number than the one that calls, or none; who presses nothing leaves the one that calls, if it is known.

    A caller without a number is only asked for one: who presses nothing gets a PIN.
    """
    report, dialogue = _sent(call), call.dialogue
    if report is None:
        return node.next
    known = call.number
    asked = dialogue.prompts("lien-he" if known else "lien-he-an")
    key = pick(dialogue, asked, "123" if known else "2", silences=1, wait=CONTACT_WAIT)
    if key == "2" and (number := ask_phone(dialogue, "so-khac")) is not None:
        report.answer(contact_kind=ContactKind.OTHER, contact_number=normalise(number))
    elif known and key in ("", "1"):
        report.answer(contact_kind=ContactKind.CALLER, contact_number=known)
    else:
        report.answer(contact_kind=ContactKind.NONE, contact_number=None)
    return node.next


def ask_publication(call: Call, node: Publish) -> str:
    """Only key 1 is consent to publication; no key stays unanswered, which counts as no."""
    report = _sent(call)
    if report is None:
        return node.next
    call.dialogue.forget()
    asked = call.dialogue.prompts(*node.prompts)
    key = pick(call.dialogue, asked, "12", silences=1, wait=PUBLISH_WAIT, guarded=KEYPAD)
    if key:
        report.answer(publish=key == "1", publish_at=call.clock())
    return node.next


def give_receipt(call: Call, node: Receipt) -> str:
    """The code, twice; a PIN for who left no number; or that the code follows."""
    report = _sent(call)
    if report is None:
        return node.next
    dialogue, code = call.dialogue, report.code()
    reachable = report.sidecar.contact_number is not None or call.number is not None
    if code is None:
        said = dialogue.prompts("ma-sau" if reachable else "ma-sau-an")
    else:
        said = [
            *dialogue.prompts("ma"),
            *_pause(call, PEN_AND_PAPER),
            *_twice(call, dialogue.prompts("ma-la"), spell_code(code, dialogue.language)),
        ]
        if (pin := report.pin()) is not None:
            said += _twice(call, dialogue.prompts("pin"), spell_pin(pin, dialogue.language))
    dialogue.tell_all(said)
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
    code = report.code()
    if code is None:
        dialogue.tell_all(dialogue.prompts("goi-lai-ma-sau"))
    else:
        said = dialogue.prompts("goi-lai-ghi-nhan")
        dialogue.tell_all(_twice(call, said, spell_code(code, dialogue.language)))
    call.end_report()
    return node.next


def _sent(call: Call) -> SpokenReport | None:
    """The report, which a ``record`` node has sent; None where none was made."""
    report = call.report
    return report if report is not None and report.sent else None


def _twice(call: Call, said: list[Sound], words: list[str]) -> list[Sound]:
    """Words after what announces them, and once more."""
    dialogue = call.dialogue
    spelt = dialogue.words([*words, PAUSE])
    return [*said, *spelt, *dialogue.prompts("nhac-lai"), *spelt]


def _pause(call: Call, seconds: float) -> list[Sound]:
    """So much silence, of the short one that stands between words."""
    (pause,) = call.dialogue.words([PAUSE])
    return [pause] * ceil(seconds / max(pause.seconds, 0.1))
