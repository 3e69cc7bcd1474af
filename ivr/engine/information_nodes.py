"""The nodes that give something to the caller: a ticket's state, look-ups, announcements."""

from ivr.city.flow.nodes import Announcements, Lookup, Menu, Status
from ivr.engine.ask import pick
from ivr.engine.call import Call
from ivr.engine.dependencies import CannotLook, Found, NotFound, TooMany
from ivr.model.civil import ZONE
from ivr.model.clock import is_running
from ivr.model.code import is_valid
from ivr.model.tickets import State
from ivr.phone import Sound
from ivr.speech import count, spoken_date

TRIES = 3
"""Wrong entries at one node before the caller is led on."""
CODE_DIGITS = 9
SECRET_DIGITS = 4
ANONYMOUS = "anonymous"
"""The source that callers without a number share when tries are counted."""


def choose(call: Call, node: Menu) -> str:
    """One key leads on and settles its answers; who gives none is led to ``give_up``."""
    dialogue = call.dialogue
    key = pick(
        dialogue,
        dialogue.prompts(*node.prompts),
        node.keys,
        short=dialogue.prompts(*node.short),
        silences=node.silences,
        wrongs=node.tries,
        wait=node.wait,
    )
    if not key:
        dialogue.note("gave up")
        return node.give_up
    choice = node.keys[key]
    call.settle(choice.set)
    return choice.goto


def tell_status(call: Call, node: Status) -> str:
    """The state of a ticket for its code and the last four digits or PIN; tries are limited here and at the desk."""
    dialogue = call.dialogue
    asked = dialogue.prompts("tra-cuu")
    for _ in range(TRIES):
        code = dialogue.digits(asked, most=CODE_DIGITS, hidden=False)
        secret = dialogue.digits(dialogue.prompts("tra-cuu-so-cuoi"), most=SECRET_DIGITS, hidden=True) if code else ""
        match _look(call, code, secret):
            case Found() as found:
                dialogue.tell(_status_sounds(call, found))
                return node.next
            case TooMany():
                dialogue.note("locked")
                return node.locked
            case CannotLook():
                dialogue.note("cannot look up")
                dialogue.tell(dialogue.prompts("tra-cuu-loi"))
                return node.next
            case NotFound():
                said = "khong-thay" if code else "chua-nghe"
                asked = [*dialogue.prompts(said), *([] if code else dialogue.prompts("tra-cuu"))]
    return node.locked


def _look(call: Call, code: str, secret: str) -> Found | NotFound | TooMany | CannotLook:
    """A code that is none, or no four digits, needs no database."""
    if not is_valid(code) or len(secret) != SECRET_DIGITS:
        return NotFound()
    return call.dependencies.find_status(code, secret, call.number or ANONYMOUS, call.clock())


def _status_sounds(call: Call, found: Found) -> list[Sound]:
    dialogue = call.dialogue
    said = dialogue.prompts(f"trang-thai-{_dashed(found.state.value)}")
    if found.state is State.TU_CHOI and found.refusal is not None:
        said += dialogue.prompts(f"ly-do-{_dashed(found.refusal)}")
    agency = call.city.find_agency(found.agency)
    if agency is not None:
        said += dialogue.prompts("co-quan", agency.sound)
    if found.overdue:
        said += dialogue.prompts("qua-han")
    elif found.due_at is not None and is_running(found.state):
        due = found.due_at.astimezone(ZONE).date()
        said += [*dialogue.prompts("han-tra-loi"), *dialogue.words(spoken_date(due, dialogue.language))]
    return said


def look_up(call: Call, node: Lookup) -> str:
    """An entry of a small data file by its key, and how old the data are."""
    dialogue, source = call.dialogue, call.city.lookups[node.source]
    asked = dialogue.prompts(source.prompt)
    for _ in range(TRIES):
        key = dialogue.digits(asked, most=source.digits, hidden=False)
        if not key:
            asked = [*dialogue.prompts("chua-nghe"), *dialogue.prompts(source.prompt)]
        elif key in source.entries:
            as_of = dialogue.words(spoken_date(source.as_of, dialogue.language))
            dialogue.tell([*dialogue.prompts(source.sound(key)), *dialogue.prompts("du-lieu-tinh-den-ngay"), *as_of])
            return node.next
        else:
            asked = [*dialogue.prompts("khong-co-du-lieu"), *dialogue.prompts(source.prompt)]
    return node.next


def announce(call: Call, node: Announcements) -> str:
    """Announcements in force, newest first; a key ends them."""
    dialogue = call.dialogue
    current = call.city.announcements_at(call.clock())
    if not current:
        dialogue.tell(dialogue.prompts("khong-co-thong-bao"))
        return node.next
    dialogue.tell([*dialogue.prompts("thong-bao-so"), *dialogue.words(count(len(current), dialogue.language))])
    for announcement in current:
        since = dialogue.words(spoken_date(announcement.start, dialogue.language))
        dialogue.tell([*dialogue.prompts("thong-bao-tu-ngay"), *since, *dialogue.prompts(announcement.sound)])
    dialogue.tell(dialogue.prompts("het-thong-bao"))
    return node.next


def _dashed(name: str) -> str:
    """Enum values are written with underscores, ids of prompts with dashes."""
    return name.replace("_", "-")
