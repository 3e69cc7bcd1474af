"""Which queue a caller goes to, who may answer there, and in which order callers come.

Asterisk's ``app_queue`` distributes; these rules say what is handed to it, and what a page may promise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ivr.callcentre.operators import Operator

ENGLISH = "english"
CONFIDENTIAL = "confidential"
"""Skills that are no branch of the menu."""


_NEVER = datetime.min.replace(tzinfo=UTC)


class Strategy(StrEnum):
    """How a queue spreads calls: ``app_queue``'s own words."""

    LEAST_RECENT = "leastrecent"
    FEWEST_CALLS = "fewestcalls"
    RING_ALL = "ringall"
    LINEAR = "linear"


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A queue, as a city's data has it."""

    id: str
    needs: frozenset[str] = frozenset()
    """Skills its operators must have: branches of the menu, :data:`ENGLISH`, :data:`CONFIDENTIAL`."""
    strategy: Strategy = Strategy.LEAST_RECENT
    most_waiting: int | None = None
    """Callers at which the line is full; None for no limit."""
    overflow_after: timedelta = timedelta(seconds=45)
    """Wait after which another way is offered (DOMAIN §3)."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """An operator with what a queue asks of them."""

    operator: Operator
    skills: frozenset[str] = frozenset()
    last_talk_ended: datetime | None = None
    talks: int = 0
    """Calls taken since sign-in."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a caller needs."""

    branch: str = ""
    english: bool = False
    confidential: bool = False

    @property
    def tags(self) -> frozenset[str]:
        """… as skills."""
        given = ((self.branch, bool(self.branch)), (ENGLISH, self.english), (CONFIDENTIAL, self.confidential))
        return frozenset(tag for tag, wanted in given if wanted)


def choose_queue(queues: Iterable[Queue], wanted: Wanted) -> Queue | None:
    """The most special queue that asks for nothing the caller does not need; among equals the first.

    What is confidential only goes to operators who may hear it: None where no queue has them. Who wants English and
    finds no such queue is served by the one for the branch.
    """
    fitting = [queue for queue in queues if queue.needs <= wanted.tags]
    if wanted.confidential:
        fitting = [queue for queue in fitting if CONFIDENTIAL in queue.needs]
    return max(fitting, key=lambda queue: (ENGLISH in queue.needs, len(queue.needs)), default=None)


def members_of(queue: Queue, people: Iterable[Member]) -> list[Member]:
    """Who has every skill that the queue asks for."""
    return [member for member in people if queue.needs <= member.skills]


def last_operator_first(phone: str, members: Iterable[Member]) -> str | None:
    """The telephone of the operator who had this caller last, where that operator is of the queue and free now."""
    return next(
        (phone for member in members if phone and member.operator.phone == phone and member.operator.is_free), None
    )


def next_to_ring(members: Sequence[Member], strategy: Strategy) -> tuple[str, ...]:
    """The telephones that ring for the next caller; none while no member is free."""
    free = [member for member in members if member.operator.is_free]
    if not free:
        return ()
    match strategy:
        case Strategy.RING_ALL:
            return tuple(member.operator.phone for member in free)
        case Strategy.LEAST_RECENT:
            first = min(free, key=lambda member: member.last_talk_ended or _NEVER)
        case Strategy.FEWEST_CALLS:
            first = min(free, key=lambda member: member.talks)
        case Strategy.LINEAR:
            first = free[0]
    return (first.operator.phone,)


@dataclass(frozen=True, kw_only=True)
class Priorities:
    """What lifts a caller above others; the larger, the sooner. A city's data."""

    emergency: int = 30
    repeat: int = 20
    called_back: int = 10


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A caller in a queue."""

    linkedid: str
    joined_at: datetime
    priority: int = 0


def priority_of(*, emergency: bool, repeat: bool, called_back: bool, priorities: Priorities) -> int:
    """The largest that applies (``QUEUE_PRIO``): they are not added up, so an emergency is always first.

    :param emergency: the menu's emergency mode is on, and the caller asked for rescue.
    :param repeat: called before about the same without an answer.
    :param called_back: we rang this caller and were missed.
    """
    applying = (
        (priorities.emergency, emergency),
        (priorities.repeat, repeat),
        (priorities.called_back, called_back),
    )
    return max((value for value, applies in applying if applies), default=0)


def line_up(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The callers in the order in which they are answered: priority first, then who waits longest."""
    return sorted(waiting, key=lambda caller: (-caller.priority, caller.joined_at, caller.linkedid))


def position(linkedid: str, waiting: Iterable[Waiting]) -> int | None:
    """A caller's place from 1 on; None for who does not wait."""
    places = {caller.linkedid: place for place, caller in enumerate(line_up(waiting), 1)}
    return places.get(linkedid)
