"""Before a queue: who is let in, who comes first, and what a caller is promised."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.callcentre.promises import Handled, Standing
from ivr.city.flow.nodes import Answers, Menu, Ring, Say
from ivr.city.values import QueueRules
from ivr.model.calls import promised
from ivr.phone import QueueState, RingResult
from ivr.simulator import Step
from ivr.testing.scripted import NOW, LeavingPhone, ScriptedHotline

TO_PERSON = Step(wait="hoi", press="0")
TEN = tuple(Handled(answered_at=NOW - timedelta(minutes=5), took=timedelta(minutes=4)) for _ in range(10))
"""Calls of the last hour: as many as carry an estimate."""


@pytest.fixture(autouse=True)
def full_at_two(hotline: ScriptedHotline) -> None:
    """The line holds two; who finds it full hears so, and who waited in vain may wait on with key 0."""
    hotline.city = replace(hotline.city, queues={"operator": QueueRules(most_waiting=2)})
    nodes = {**hotline.city.flow.nodes, "full": Say(id="full", prompts=("hang-day",), next="end")}
    nodes["person"] = replace(nodes["person"], full="full", unanswered="busy")
    nodes["busy"] = Menu(id="busy", prompts=("ban",), keys=nodes["list"].keys, give_up="end")  # type: ignore[union-attr]
    hotline.walk(nodes.pop("greeting"), *nodes.values())


def steps_of(hotline: ScriptedHotline) -> list[tuple[str, str]]:
    return [(step.node, step.note) for step in hotline.journal.steps]


def leave(hotline: ScriptedHotline, *steps: Step) -> int:
    """Call and wait for a person; the priority."""
    assert hotline.call(*steps, TO_PERSON, phone=LeavingPhone) is None
    return LeavingPhone.left_for[-1][2]


def resume(hotline: ScriptedHotline, *steps: Step, phone: type[LeavingPhone] | None = None) -> None:
    """The wait was in vain."""
    ulid = hotline.journal.ulid
    if phone is None:
        hotline.resume(*steps, ulid=ulid, result=RingResult.UNANSWERED)
    else:
        hotline.resume(*steps, ulid=ulid, result=RingResult.UNANSWERED, phone=phone)


@pytest.mark.parametrize(
    ("queue", "why", "heard"),
    [
        (QueueState(waiting=2, on_duty=1), RingResult.FULL, "hang-day"),
        (QueueState(waiting=0, on_duty=0), RingResult.ABSENT, "ngoai-gio"),
    ],
)
def test_who_is_not_let_in_hears_why_at_once_and_is_counted(
    hotline: ScriptedHotline, queue: QueueState, why: RingResult, heard: str
) -> None:
    hotline.queue = queue
    hotline.call(TO_PERSON, phone=LeavingPhone)
    assert hotline.heard == ["chao", "ghi-am", "hoi", heard, "tam-biet"]
    assert hotline.phone.turned == [("du-operator", why)]
    assert ("person", why.value) in steps_of(hotline)


def test_a_full_line_without_a_way_of_its_own_leads_where_a_busy_one_does(hotline: ScriptedHotline) -> None:
    hotline.queue = QueueState(waiting=2, on_duty=1)
    person = hotline.city.flow.nodes["person"]
    assert isinstance(person, Ring)
    others = [node for name, node in hotline.city.flow.nodes.items() if name not in ("person", "full", "greeting")]
    hotline.walk(hotline.city.flow.nodes["greeting"], replace(person, full=None), *others)
    hotline.call(TO_PERSON, phone=LeavingPhone)
    assert "ban" in hotline.heard


def test_a_full_line_has_room_for_who_asks_for_rescue(hotline: ScriptedHotline) -> None:
    hotline.queue = QueueState(waiting=40, on_duty=1)
    nodes = hotline.city.flow.nodes
    nodes = {**nodes, "report": replace(nodes["report"], refused="person", set=Answers(urgent=True))}
    hotline.walk(nodes.pop("greeting"), *nodes.values())
    assert hotline.call(Step(wait="hoi", press="1"), Step(wait="noi", press="0"), phone=LeavingPhone) is None
    assert LeavingPhone.left_for[-1][2] == 30


def test_who_begins_again_and_then_wants_no_recording_asked_for_rescue_all_the_same(hotline: ScriptedHotline) -> None:
    nodes = hotline.city.flow.nodes
    nodes = {**nodes, "report": replace(nodes["report"], refused="person", set=Answers(urgent=True))}
    hotline.walk(nodes.pop("greeting"), *nodes.values())
    assert hotline.call(
        Step(wait="hoi", press="1"), Step(wait="noi", press="5"), Step(wait="beep", speak=4.0), Step(press="#"),
        Step(wait="xac-nhan", press="4"), Step(wait="huy-chac", press="1"), Step(wait="noi", press="0"),
        phone=LeavingPhone,
    ) is None  # fmt: skip
    assert LeavingPhone.left_for[-1][2] == 30
    left = hotline.journal.left
    assert left is not None
    assert left.urgent


def test_who_waits_on_is_not_turned_away_by_those_who_came_meanwhile(hotline: ScriptedHotline) -> None:
    leave(hotline)
    hotline.queue = QueueState(waiting=2, on_duty=1, place=1)
    before = len(LeavingPhone.left_as)
    resume(hotline, Step(wait="ban", press="0"), phone=LeavingPhone)
    assert len(LeavingPhone.left_as) == before + 1


@pytest.mark.parametrize(
    ("standing", "priority"),
    [
        (Standing(), 0),
        (Standing(called_back=True), 10),
        (Standing(repeat=True), 20),
        (Standing(repeat=True, called_back=True), 20),
    ],
)
def test_who_waited_in_vain_or_was_missed_comes_before_others(
    hotline: ScriptedHotline, standing: Standing, priority: int
) -> None:
    hotline.standing = standing
    assert leave(hotline) == priority


@pytest.mark.parametrize(
    ("queue", "said", "minutes"),
    [
        (QueueState(waiting=1, on_duty=1), ["cho-khoang", "cho-phut"], 8),
        (QueueState(waiting=1, on_duty=2), ["cho-khoang", "cho-phut"], 4),
        (QueueState(waiting=0, on_duty=4), ["cho-mot-phut"], 1),
    ],
)
def test_the_wait_is_foretold_before_the_queue_and_stands_in_the_history(
    hotline: ScriptedHotline, queue: QueueState, said: list[str], minutes: int
) -> None:
    hotline.queue, hotline.standing = queue, Standing(handled=TEN)
    leave(hotline)
    assert hotline.heard[-len(said) - 1 :] == ["chuyen-may", *said]
    assert ("person", promised(minutes)) in steps_of(hotline)


@pytest.mark.parametrize(
    ("standing", "waiting"),
    [
        (Standing(handled=TEN[1:]), 0),  # too few to go by
        (Standing(handled=TEN, repeat=True), 0),  # comes before others: the place is not known
        (Standing(handled=TEN), 16),  # more than an hour
        (Standing(handled=TEN, on_duty=0), 0),  # Asterisk counts telephones whose operators rest, too
    ],
)
def test_nothing_is_promised_that_nothing_carries(hotline: ScriptedHotline, standing: Standing, waiting: int) -> None:
    hotline.city = replace(hotline.city, queues={})
    hotline.queue, hotline.standing = QueueState(waiting=waiting, on_duty=1), standing
    leave(hotline)
    assert hotline.heard[-1] == "chuyen-may"
    assert ("person", "") in steps_of(hotline)


def test_the_offer_of_another_way_says_how_much_longer_it_would_take_and_who_waits_on_is_not_told_twice(
    hotline: ScriptedHotline,
) -> None:
    hotline.standing = Standing(handled=TEN)
    leave(hotline)
    hotline.queue = QueueState(waiting=1, on_duty=1, place=1)
    resume(hotline, Step(wait="ban", press="0"), phone=LeavingPhone)
    assert hotline.heard == ["cho-khoang", "cho-phut", "ban", "chuyen-may"]
    notes = [note for node, note in steps_of(hotline) if node == "person"]
    assert notes == [f"{promised(4)}; unanswered", promised(4), ""]
    resume(hotline, Step(wait="ban", hang_up=True))
    assert hotline.journal.steps[-1].node == "busy"


def test_the_database_is_asked_once_between_two_waits(hotline: ScriptedHotline) -> None:
    """For the offer and for who waits on; after each wait anew."""
    hotline.standing = Standing(handled=TEN)
    leave(hotline)
    assert hotline.asked == ["du-operator"]
    for waits in (2, 3):
        resume(hotline, Step(wait="ban", press="0"), phone=LeavingPhone)
        assert hotline.asked == ["du-operator"] * waits


def test_a_wait_within_one_session_makes_what_was_asked_old(hotline: ScriptedHotline) -> None:
    hotline.standing = Standing(handled=TEN)
    hotline.call(TO_PERSON, Step(wait="ban", hang_up=True))
    assert hotline.asked == ["du-operator"] * 2
