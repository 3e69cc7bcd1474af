"""What a call says of queues and to them over its AGI connection; the dialplan runs ``Queue()`` itself."""

import structlog

from ivr.asterisk import variables
from ivr.asterisk.agi import Wire
from ivr.asterisk.variables import value_of
from ivr.phone import QueueState, RingResult, Stage

_log = structlog.get_logger(__name__)


class QueueDoor:
    """The queues as one call sees them."""

    def __init__(self, wire: Wire, *, is_open: bool) -> None:
        """``is_open``: whether the dialplan lets callers into queues.

        That of an earlier version, which a PBX may still include, does not: no telephone is there for its callers.
        """
        self._wire = wire
        self._is_open = is_open

    def state(self, queue: str) -> QueueState:
        """Who waits and who is there to answer; a queue that Asterisk does not have has no telephones."""
        if not self._is_open:
            _log.error("asterisk.old_dialplan", remedy="tongdai asterisk render --site (docs/asterisk.md)")
            return QueueState(waiting=0, on_duty=0)
        functions = (variables.QUEUE_EXISTS, variables.WAITING, variables.ON_DUTY)
        values = self._read(*(function.format(queue=queue) for function in functions), variables.LAST_PLACE)
        exists, waiting, on_duty, place = (int(value) if value.isdecimal() else 0 for value in values)
        if not exists:
            _log.error("asterisk.no_queue", queue=queue, remedy="tongdai asterisk render; queue reload all")
        return QueueState(waiting=waiting, on_duty=on_duty, place=place or None)

    def turn_away(self, queue: str, why: RingResult) -> None:
        """Send the event that the dialplan sends behind ``Queue()``."""
        status = variables.LINE_FULL if why is RingResult.FULL else variables.JOIN_EMPTY
        event = f"TongdaiQueueEnd,Status: {status},Queue: {queue}"
        self._wire.execute("EXEC", "UserEvent", self._wire.quote(event))

    def enter(self, queue: str, *, wait: float, call: str, priority: int) -> None:
        """Name everything that the dialplan needs; the queue last: before that it does nothing of it.

        From before it on, a hang-up is reported to the server by the dialplan.
        """
        for name, value in {
            variables.CALL: call,
            variables.WAIT: str(max(1, round(wait))),
            variables.PRIORITY: str(priority),
            variables.STAGE: Stage.QUEUED.value,
            variables.ASKED: "",
            variables.QUEUE: queue,
        }.items():
            self._wire.execute("SET VARIABLE", self._wire.quote(name), self._wire.quote(value))

    def result(self) -> RingResult:
        """What came of the wait; from here on the call is the server's, and a hang-up is noticed here."""
        stage, status = self._read(variables.STAGE, variables.QUEUE_STATUS)
        self._wire.execute("SET VARIABLE", self._wire.quote(variables.ASKED), self._wire.quote("1"))
        if stage == Stage.TALKING.value or status == variables.HAS_TALKED:
            return RingResult.ANSWERED
        if status in variables.NOBODY_THERE:
            return RingResult.ABSENT
        return RingResult.FULL if status == variables.LINE_FULL else RingResult.UNANSWERED

    def _read(self, *names: str) -> list[str]:
        asked = ":".join(value_of(name) for name in names)
        reply = self._wire.execute("GET FULL VARIABLE", self._wire.quote(asked))
        data: str = reply["result"][1]
        return data.split(":")
