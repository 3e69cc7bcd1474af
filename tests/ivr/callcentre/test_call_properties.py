"""Properties of any call: planned ones give back their plan, and whatever comes, the segments add up to the call."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from ivr.callcentre import events
from ivr.callcentre.calls import CallBook
from ivr.callcentre.events import Event
from ivr.callcentre.figures import Counts
from ivr.callcentre.intervals import NO_QUEUE, count
from ivr.callcentre.segments import SegmentKind, Timeline, timeline_of
from ivr.callcentre.visits import Outcome, visits_of
from ivr.testing.recorded_events import moment

K = SegmentKind
PHONES = frozenset({"PJSIP/op1", "PJSIP/op2"})
LATE = moment(100_000)


@dataclass
class Plan:
    """A call that is being written: its events, and what must come of them."""

    linkedid: str
    now: float = 0.0
    written: list[Event] = field(default_factory=list)
    stretches: list[tuple[SegmentKind, float]] = field(default_factory=list)
    outcomes: list[tuple[Outcome, float]] = field(default_factory=list)
    legs: int = 0

    def tell(self, kind: type[events.CallEvent], *, leg: str = "", **fields: object) -> None:
        self.written.append(kind(at=moment(self.now), uniqueid=leg or self.linkedid, linkedid=self.linkedid, **fields))

    def spend(self, kind: SegmentKind, seconds: int) -> None:
        self.now += seconds
        if seconds and self.stretches and self.stretches[-1][0] is kind:
            self.stretches[-1] = (kind, self.stretches[-1][1] + seconds)
        elif seconds:
            self.stretches.append((kind, seconds))

    def begin(self, seconds: int) -> None:
        self.tell(events.ChannelBegan, channel=f"PJSIP/trunk-{self.linkedid}")
        self.spend(K.MENU, seconds)

    def join(self, seconds: int, *, again: bool) -> None:
        self.tell(events.CallerJoined, queue="dv", position=1, waiting=1)
        self.spend(K.QUEUE, seconds)
        earlier = self.outcomes.pop()[1] if again else 0.0
        self.outcomes.append((Outcome.WAITING, earlier + seconds))

    def leave(self, outcome: Outcome, seconds: int) -> None:
        """Asterisk says the same of a hang-up and of the end of its own time; what follows tells them apart."""
        self.tell(events.CallerAbandoned, queue="dv", position=1)
        self.tell(events.CallerLeft, queue="dv")
        if outcome is not Outcome.ABANDONED:
            self.tell(events.QueueEnded, status="TIMEOUT")
            self.spend(K.MENU, seconds)
        if outcome is Outcome.CALL_BACK:
            self.tell(events.CallBackAsked)
        self.outcomes[-1] = (outcome, self.outcomes[-1][1])

    def ring(self, operator: int, seconds: int, *, answered: bool) -> str:
        self.legs += 1
        leg, phone = f"{self.linkedid}.{self.legs}", f"PJSIP/op{operator}"
        agent = {"queue": "dv", "interface": phone, "member": "", "agent": leg}
        self.tell(events.ChannelBegan, leg=leg, channel=f"{phone}-0")
        self.tell(events.AgentCalled, **agent)
        self.tell(events.DialBegan, leg=leg)
        self.spend(K.RING, seconds)
        self.outcomes[-1] = (Outcome.WAITING, self.outcomes[-1][1] + seconds)
        self.tell(events.DialEnded, leg=leg, status="ANSWER" if answered else "NOANSWER")
        if not answered:
            self.tell(events.AgentRingNoAnswer, **agent, rang=timedelta(seconds=seconds))
            self.tell(events.HungUp, leg=leg)
            return leg
        self.tell(events.CallerLeft, queue="dv")
        self.tell(events.AgentConnected, **agent)
        self.outcomes[-1] = (Outcome.ANSWERED, self.outcomes[-1][1])
        self.tell(events.BridgeEntered, leg=leg, bridge="b")
        self.tell(events.BridgeEntered, bridge="b")
        return leg

    def talk(self, leg: str, parts: list[int]) -> None:
        for index, seconds in enumerate(parts):
            if index:
                self.tell(events.Held if index % 2 else events.Unheld, leg=leg)
            self.spend(K.HOLD if index % 2 else K.TALK, seconds)
        self.tell(events.BridgeLeft, bridge="b")
        self.tell(events.BridgeLeft, leg=leg, bridge="b")
        self.tell(events.HungUp, leg=leg)

    def record(self, seconds: int) -> None:
        self.tell(events.RecorderBegan)
        self.spend(K.RECORDER, seconds)
        self.tell(events.RecorderEnded)


SECONDS = st.integers(0, 90)


@st.composite
def plans(draw: st.DrawFn, linkedid: str = "1.0") -> Plan:
    """A caller's way: menu, rounds in the queue with rings in vain, and one of the ends."""
    plan = Plan(linkedid)
    plan.begin(draw(SECONDS))
    end = draw(
        st.sampled_from(["menu", "report", "waiting", *(outcome for outcome in Outcome if outcome != "waiting")])
    )
    if end == "report":
        plan.record(draw(SECONDS))
    if end in ("menu", "report"):
        plan.tell(events.HungUp)
        return plan
    for again in [False] + [True] * draw(st.integers(0, 2)):
        if again:
            plan.leave(Outcome.OVERFLOWED, draw(SECONDS))
        plan.join(draw(SECONDS), again=again)
        for operator in draw(st.lists(st.integers(1, 2), max_size=2)):
            plan.ring(operator, draw(SECONDS), answered=False)
    if end == "waiting":
        return plan
    if end == Outcome.ANSWERED:
        leg = plan.ring(draw(st.integers(1, 2)), draw(SECONDS), answered=True)
        plan.talk(leg, draw(st.lists(st.integers(1, 90), min_size=1, max_size=4)))
    else:
        plan.leave(Outcome(end), draw(SECONDS))
        if end == Outcome.OVERFLOWED and draw(st.booleans()):
            plan.record(draw(SECONDS))
    plan.spend(K.MENU, draw(SECONDS) if end != Outcome.ABANDONED else 0)
    plan.tell(events.HungUp)
    return plan


def timeline(plan: Plan) -> Timeline:
    book = CallBook()
    for event in plan.written:
        book.apply(event)
    (call,) = book.calls.values()
    return timeline_of(call, phones=PHONES, now=moment(plan.now))


@given(plans())
@trying(max_examples=100)
def test_a_planned_call_gives_back_its_segments(plan: Plan) -> None:
    found = [(part.kind, part.lasted.total_seconds()) for part in timeline(plan).segments]
    assert found == plan.stretches


@given(st.integers(1, 6).flatmap(lambda count: st.tuples(*(plans(linkedid=f"{n}.0") for n in range(count)))))
@trying(max_examples=50)
def test_offered_is_answered_abandoned_overflowed_called_back_and_still_waiting(planned: tuple[Plan, ...]) -> None:
    book = CallBook()
    for event in sorted((event for plan in planned for event in plan.written), key=lambda event: event.at):
        book.apply(event)
    calls = []
    for plan in planned:
        call = book.calls[plan.linkedid]
        course = timeline_of(call, phones=PHONES, now=moment(plan.now))
        visits = visits_of(call, course)
        assert [(visit.outcome, visit.waited.total_seconds()) for visit in visits] == plan.outcomes
        calls.append((course, visits))
    cells = count(calls, threshold=timedelta(seconds=20))
    total = sum((counts for cell, counts in cells.items() if cell.queue != NO_QUEUE), Counts())
    outcomes = Counter(outcome for plan in planned for outcome, _ in plan.outcomes)
    assert total.offered == sum(outcomes.values())
    assert total.offered == (total.answered + total.abandoned + total.overflowed + total.called_back + total.waiting)
    assert (total.answered, total.waiting) == (outcomes[Outcome.ANSWERED], outcomes[Outcome.WAITING])
    assert total.waited.total_seconds() == sum(
        wait for plan in planned for outcome, wait in plan.outcomes if outcome is Outcome.ANSWERED
    )
    menu = sum((counts for cell, counts in cells.items() if cell.queue == NO_QUEUE), Counts())
    assert menu.left_in_menu == sum(
        not plan.outcomes and all(kind is not K.RECORDER for kind, _ in plan.stretches) for plan in planned
    )


LEGS = st.sampled_from(["1.0", "1.1", "1.2", "9.0"])
KINDS: dict[type[events.CallEvent], dict[str, object]] = {
    events.ChannelBegan: {"channel": "PJSIP/op1-1"},
    events.DialBegan: {},
    events.DialEnded: {"status": "ANSWER"},
    events.BridgeEntered: {"bridge": "b"},
    events.BridgeLeft: {"bridge": "b"},
    events.Held: {},
    events.Unheld: {},
    events.HungUp: {},
    events.BlindTransferred: {"transferee": "1.0", "extension": "8002", "succeeded": True},
    events.CallerJoined: {"queue": "dv", "position": 1, "waiting": 1},
    events.CallerAbandoned: {"queue": "dv", "position": 1},
    events.CallerLeft: {"queue": "dv"},
    events.QueueEnded: {"status": "FULL"},
    events.AgentCalled: {"queue": "dv", "interface": "PJSIP/op2", "member": "", "agent": "1.2"},
    events.AgentConnected: {"queue": "dv", "interface": "PJSIP/op2", "member": "", "agent": "1.2"},
    events.RecorderBegan: {},
    events.RecorderEnded: {},
    events.CallBackAsked: {},
    events.WrapUpEnded: {"interface": "PJSIP/op2"},
}
CHAOS = st.lists(st.tuples(st.sampled_from(list(KINDS)), LEGS, st.integers(-5, 60)), min_size=1, max_size=40)


@given(CHAOS, st.booleans())
@trying(max_examples=150)
def test_whatever_comes_the_segments_add_up_to_the_call(
    chaos: list[tuple[type[events.CallEvent], str, int]], cut: bool
) -> None:
    """Events in any order, twice, of legs that never began, under a clock that is set back."""
    book, second = CallBook(), 0
    for kind, leg, later in chaos:
        second += later
        book.apply(kind(at=moment(second), uniqueid=leg, linkedid="1.0", **KINDS[kind]))
    (call,) = book.calls.values()
    if cut:
        call.cut_at = moment(second)
    course = timeline_of(call, phones=PHONES, now=LATE)
    assert sum((part.lasted for part in course.segments), timedelta(0)) == course.ended - course.began
    assert all(part.lasted > timedelta(0) for part in course.segments + course.wrap_ups)
    edges = [course.began, *(part.ended for part in course.segments)]
    assert [part.began for part in course.segments] == edges[:-1]
    for visit in visits_of(call, course):
        assert visit.waited >= timedelta(0)
        assert (visit.outcome is Outcome.WAITING) <= course.is_open
