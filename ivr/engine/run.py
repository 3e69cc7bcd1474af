"""One call from its first prompt to its end, in one session or several: the one place for hang-up."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import structlog

from ivr.city.flow import nodes
from ivr.engine.call import Call, clean, facts_of
from ivr.engine.clock import not_before
from ivr.engine.journal import open_journal, reopen_journal
from ivr.engine.operator_nodes import go_on, tell_wait, wait_ahead
from ivr.engine.served import Served
from ivr.engine.walk import TYPE_NAMES, walk
from ivr.errors import TongdaiError
from ivr.model.calls import EndReason
from ivr.model.journal import Left
from ivr.model.numbers import masked
from ivr.phone import HungUp, LeftForQueue, Phone, RingResult, Stage
from ivr.spool import CallJournal, Held, JournalFault, Spool, SpoolUnwritable

HELD_BY_SWEEP = 4.0
"""Seconds for which a sweep may hold the files of a call that comes back; the line waits eight for our first word."""

_log = structlog.get_logger(__name__)


def run_call(served: Served) -> EndReason | None:
    """Serve one call. Never raises: an error of ours leaves the caller to the dialplan's fallback (``FAILED``).

    None: the caller waits in a queue, and :func:`resume_call` goes on.
    """
    call = _begin(served)
    with (
        _held(served.dependencies.spool, call.ulid),
        open_journal(served.dependencies.spool.folder, call.journal()) as journal,
    ):
        call.dialogue.journal = journal
        served.dependencies.filer.call_started(call.journal())
        reason = _serve(call, lambda: walk(call, _start(call)))
        _write_end(call, reason)
    return _tell_end(call, reason)


def resume_call(served: Served, *, ulid: str, result: RingResult, gone: bool = False) -> EndReason | None:
    """Go on with a call that waited in a queue, as :func:`run_call` does.

    A call that is not known any more, or is another line's, is left to the dialplan's fallback.

    :param result: what came of it.
    :param gone: the caller has hung up, waiting or talking.
    """
    spool, unwritten = served.dependencies.spool, served.dependencies.unwritten
    try:
        with (
            _held(spool, ulid),
            reopen_journal(spool.folder, ulid, unwritten=unwritten.find(ulid)) as (journal, so_far),
        ):
            left = _left_by(served.phone, so_far)
            unwritten.drop(ulid)
            _log.info("call.resumed", ulid=ulid, result=result.value, gone=gone)
            going_on = replace(served, clock=not_before(served.clock, so_far.last_at))
            call = going_on.call(so_far.facts)
            call.come_back(left, so_far)
            call.dialogue.journal = journal
            reason = _serve(call, lambda: _walk_on(call, left.node, result, gone=gone))
            _write_end(call, reason)
    except (TongdaiError, OSError, Held) as error:
        _log.error("call.not_resumed", ulid=ulid, error=str(error))
        return EndReason.FAILED
    return _tell_end(call, reason)


def _begin(served: Served) -> Call:
    started_at, city = served.clock(), served.city
    caller = clean(served.phone.caller)
    ulid = served.dependencies.new_ulid(started_at)
    _log.info("call.started", ulid=ulid, city=city.id, caller=masked(caller.number), uniqueid=caller.uniqueid)
    return served.call(facts_of(caller, ulid=ulid, started_at=started_at, city=city, instance=served.settings.instance))


def _left_by(phone: Phone, so_far: CallJournal) -> Left:
    """What the call left when it went into its queue; another line's call is none of ours."""
    if so_far.left is None or so_far.end_reason is not None or so_far.facts.uniqueid != clean(phone.caller).uniqueid:
        raise JournalFault(f"{so_far.ulid} waits in no queue, or on another line")
    return so_far.left


def _write_end(call: Call, reason: EndReason | None) -> None:
    if reason is not None and not call.dialogue.journal.end(reason, call.clock()):
        call.dependencies.filer.remember(replace(call.journal(), ended_at=call.clock(), end_reason=reason))


def _tell_end(call: Call, reason: EndReason | None) -> EndReason | None:
    """The filer removes the call's last files: they must no longer be held."""
    if reason is None:
        call.dependencies.filer.call_waits(call.ulid)
        _log.info("call.left_for_queue", ulid=call.ulid)
    else:
        call.dependencies.filer.call_ended(call.ulid)
        _log.info("call.ended", ulid=call.ulid, reason=reason.value)
    return reason


def _serve(call: Call, walk: Callable[[], None]) -> EndReason | None:
    """Walk and settle; however the walk ends, what was said is filed. None: it goes on in another session."""
    try:
        walk()
        call.end_report()
        call.dialogue.phone.done()
    except LeftForQueue:
        return None
    except HungUp:
        call.end_report(hung_up=True)
        return EndReason.CONNECTED if call.connected else EndReason.HUNG_UP
    except Exception:
        _log.exception("call.failed", ulid=call.ulid)
        call.end_report()
        return EndReason.FAILED
    else:
        return EndReason.COMPLETED


def _walk_on(call: Call, node_id: str, result: RingResult, *, gone: bool) -> None:
    """From the node that led the caller to the queue."""
    node = call.city.flow.nodes.get(node_id)
    if not isinstance(node, nodes.Ring):
        raise JournalFault(f"{node_id} is no node of this menu that leads to a person")
    if gone and result is not RingResult.ANSWERED:
        raise HungUp
    following = go_on(call, node, result)
    if gone:
        raise HungUp
    if result is RingResult.UNANSWERED and (minutes := wait_ahead(call, node)):
        with call.dialogue.visit(node.id, TYPE_NAMES[nodes.Ring]):
            tell_wait(call, minutes)
    walk(call, following)


def _start(call: Call) -> str:
    call.stage(Stage.MENU)
    return call.city.flow.start


@contextmanager
def _held(spool: Spool, ulid: str) -> Iterator[None]:
    """The call's files are ours, so that no sweep takes them for a dead call's; a full disk stops no call.

    Raises :class:`ivr.durable.Held` where a sweep that is looking at them does not let go.
    """
    with ExitStack() as stack:
        try:
            _take(stack, spool, ulid)
        except (SpoolUnwritable, OSError) as error:
            _log.error("call.without_lock", ulid=ulid, error=str(error))
        yield


def _take(stack: ExitStack, spool: Spool, ulid: str) -> None:
    until = time.monotonic() + HELD_BY_SWEEP
    while True:
        try:
            stack.enter_context(spool.hold(ulid))
        except Held:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
