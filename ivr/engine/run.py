"""One call from its first prompt to its end: the walk through a city's menu, and the one place for hang-up."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import assert_never

import structlog

from ivr.city.city import City
from ivr.city.flow import nodes
from ivr.city.flow.switches import is_on
from ivr.engine.call import Call, clean, facts_of
from ivr.engine.clock import Clock
from ivr.engine.dependencies import Dependencies
from ivr.engine.dialogue import Dialogue, Sounds
from ivr.engine.information_nodes import announce, choose, look_up, tell_status
from ivr.engine.journal import NoJournal, open_journal
from ivr.engine.operator_nodes import ring
from ivr.engine.recording import record
from ivr.engine.report_nodes import ask_callback, ask_consent, ask_contact, ask_publication, give_receipt
from ivr.model.calls import EndReason
from ivr.model.numbers import masked
from ivr.phone import HungUp, Phone, Stage
from ivr.settings import Settings
from ivr.speech import Language
from ivr.spool import Spool, SpoolUnwritable

MOST_STEPS = 500
"""Nodes one call may visit; beyond, something goes round in circles and the fallback takes the call."""
PASSED_THROUGH = (nodes.Hours, nodes.Switch, nodes.Language)
"""Nodes in which nothing is said and nothing is asked: the caller does not notice them, and they are no steps."""
_TYPE_NAMES = {kind: name for name, kind in nodes.NODE_TYPES.items()}

_log = structlog.get_logger(__name__)


class EndlessCall(RuntimeError):
    """A call visited more nodes than any person would."""


def run_call(
    phone: Phone, city: City, catalogue: Sounds, dependencies: Dependencies, now: Clock, settings: Settings
) -> EndReason:
    """Serve one call. Never raises: an error of ours leaves the caller to the dialplan's fallback (``FAILED``)."""
    call = _begin(phone, city, catalogue, dependencies, now, settings)
    with (
        _held(dependencies.spool, call.ulid),
        open_journal(dependencies.spool.folder, call.journal()) as journal,
    ):
        call.dialogue.journal = journal
        dependencies.filer.call_started(call.journal())
        reason = _serve(call)
        if not journal.end(reason, now()):
            dependencies.filer.remember(replace(call.journal(), ended_at=now(), end_reason=reason))
    dependencies.filer.call_ended(call.ulid)  # the filer removes the call's last files: they must no longer be held
    _log.info("call.ended", ulid=call.ulid, reason=reason.value)
    return reason


def _begin(
    phone: Phone, city: City, catalogue: Sounds, dependencies: Dependencies, now: Clock, settings: Settings
) -> Call:
    started_at = now()
    caller = clean(phone.caller)
    ulid = dependencies.new_ulid(started_at)
    _log.info("call.started", ulid=ulid, city=city.id, caller=masked(caller.number), uniqueid=caller.uniqueid)
    dialogue = Dialogue(phone=phone, sounds=catalogue, journal=NoJournal(), clock=now, key_wait=settings.key_wait)
    return Call(
        facts=facts_of(caller, ulid=ulid, started_at=started_at, city=city, instance=settings.instance),
        city=city,
        dialogue=dialogue,
        dependencies=dependencies,
        settings=settings,
        clock=now,
    )


def _serve(call: Call) -> EndReason:
    """Walk and settle; however the walk ends, what was said is filed."""
    try:
        call.stage(Stage.MENU)
        _walk(call)
        call.end_report()
        call.dialogue.phone.done()
    except HungUp:
        call.end_report(hung_up=True)
        return EndReason.CONNECTED if call.connected else EndReason.HUNG_UP
    except Exception:
        _log.exception("call.failed", ulid=call.ulid)
        call.end_report()
        return EndReason.FAILED
    else:
        return EndReason.COMPLETED


def _walk(call: Call) -> None:
    node_id: str | None = call.city.flow.start
    steps = 0
    while node_id is not None:
        if (steps := steps + 1) > MOST_STEPS:
            raise EndlessCall(node_id)
        node = call.city.flow.nodes[node_id]
        if isinstance(node, PASSED_THROUGH):
            node_id = _visit(call, node)
            continue
        with call.dialogue.visit(node.id, _TYPE_NAMES[type(node)]):
            node_id = _visit(call, node)


def _visit(call: Call, node: nodes.Node) -> str | None:
    """Do what the node says and name the next one; None ends the call."""
    dialogue = call.dialogue
    match node:
        case nodes.Say():
            dialogue.tell(dialogue.prompts(*node.prompts))
            return node.next
        case nodes.Menu():
            return choose(call, node)
        case nodes.Language():
            dialogue.speak(_spoken_next(dialogue, node.language))
            return node.next
        case nodes.Hours():
            return node.open if call.city.is_open(node.schedule, call.clock()) else node.closed
        case nodes.Switch():
            return node.on if is_on(call.settings, node.switch) else node.off
        case nodes.Consent():
            return ask_consent(call, node)
        case nodes.Record():
            return record(call, node)
        case nodes.Contact():
            return ask_contact(call, node)
        case nodes.Publish():
            return ask_publication(call, node)
        case nodes.Receipt():
            return give_receipt(call, node)
        case nodes.Callback():
            return ask_callback(call, node)
        case nodes.Status():
            return tell_status(call, node)
        case nodes.Ring():
            return ring(call, node)
        case nodes.Lookup():
            return look_up(call, node)
        case nodes.Announcements():
            return announce(call, node)
        case nodes.Bye():
            dialogue.tell_all(dialogue.prompts(*node.prompts))
            return None
        case _:
            assert_never(node)


def _spoken_next(dialogue: Dialogue, wanted: str) -> Language:
    match wanted:
        case "vi" | "en":
            return wanted
        case _:
            return "en" if dialogue.language == "vi" else "vi"


@contextmanager
def _held(spool: Spool, ulid: str) -> Iterator[None]:
    """The call's files are ours, so that no sweep takes them for a dead call's; a full disk stops no call."""
    with ExitStack() as stack:
        try:
            stack.enter_context(spool.hold(ulid))
        except (SpoolUnwritable, OSError) as error:
            _log.error("call.without_lock", ulid=ulid, error=str(error))
        yield
