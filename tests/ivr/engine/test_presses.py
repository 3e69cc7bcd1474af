"""One press is one key: its copies answer nothing, and what cannot be taken back is answered only by who heard it."""

import pytest

from ivr.city.flow.nodes import Bye, Callback, Choice, Consent, Menu, Node, Say, Status
from ivr.engine.presses import HEARD_FIRST, SAME_PRESS, Presses, is_early
from ivr.model.tickets import Consent as Agreed
from ivr.simulator import Step
from ivr.testing.scripted import ScriptedHotline

END = Bye(id="end")


def choice(goto: str) -> Choice:
    return Choice(goto=goto)


def menus() -> tuple[Node, ...]:
    """Two questions, each of which takes key 1, and the ends that each answer leads to."""
    return (
        Menu(id="first", prompts=("ban",), keys={"1": choice("second"), "2": choice("end")}, give_up="end"),
        Menu(
            id="second",
            prompts=("ngoai-gio",),
            keys={"1": choice("both"), "2": choice("end")},
            give_up="alone",
            silences=2,
        ),
        Say(id="both", prompts=("cam-on",), next="end"),
        Say(id="alone", prompts=("khong-nghe",), next="end"),
        END,
    )


def keys(hotline: ScriptedHotline) -> list[tuple[str, str]]:
    return [(step.node, step.keys) for step in hotline.journal.steps if step.keys]


@pytest.mark.parametrize("pressed", ["11", "1111111"], ids=["doubled", "held"])
def test_copies_of_a_press_answer_no_other_question(hotline: ScriptedHotline, pressed: str) -> None:
    hotline.walk(*menus())
    hotline.call(Step(wait="ban", press=pressed))
    assert keys(hotline) == [("first", "1")]
    assert "khong-nghe" in hotline.heard
    assert hotline.heard.count("ngoai-gio") >= 2, "the question that a copy interrupted is asked again"


def test_two_different_keys_ahead_answer_two_questions(hotline: ScriptedHotline) -> None:
    hotline.walk(*menus())
    hotline.call(Step(wait="ban", press="12"))
    assert keys(hotline) == [("first", "1"), ("second", "2")]


def test_the_same_key_after_hearing_the_next_question_answers_it(hotline: ScriptedHotline) -> None:
    hotline.walk(*menus())
    hotline.call(Step(wait="ban", press="1"), Step(wait="ngoai-gio", silence=True), Step(wait="chua-nghe", press="1"))
    assert keys(hotline) == [("first", "1"), ("second", "1")]
    assert "cam-on" in hotline.heard


def test_a_copy_in_a_prompt_that_asks_nothing_answers_nothing(hotline: ScriptedHotline) -> None:
    first, second, *others = menus()
    hotline.walk(Say(id="greeting", prompts=("chao",), next="first"), first, second, *others)
    hotline.call(Step(wait="chao", press="11"))
    assert keys(hotline) == [("first", "1")]


def test_a_stuck_key_holds_no_call_for_ever(hotline: ScriptedHotline) -> None:
    hotline.walk(*menus())
    hotline.call(Step(wait="ban", press="1" * 500), Step(wait="khong-nghe", silence=True))
    assert keys(hotline) == [("first", "1")]


def test_a_copy_is_no_digit_of_a_code(hotline: ScriptedHotline) -> None:
    first = Menu(id="first", prompts=("ban",), keys={"2": choice("status")}, give_up="end")
    hotline.walk(first, Status(id="status", next="end", locked="end"), END)
    hotline.call(
        Step(wait="ban", press="22"),
        Step(wait="tra-cuu", press="260042174##"),
        Step(wait="tra-cuu-so-cuoi", press="4567#"),
        Step(wait="tra-cuu-loi", silence=True),
    )
    assert keys(hotline) == [("first", "2"), ("status", "260042174••••")]


def consent() -> tuple[Node, ...]:
    first = Menu(id="first", prompts=("ban",), keys={"2": choice("asked")}, give_up="end")
    return (
        first,
        Consent(id="asked", prompts=("dong-y",), next="yes", refused="no"),
        Say(id="yes", prompts=("cam-on",), next="end"),
        Callback(id="no", next="end", cannot="end"),
        END,
    )


def test_a_key_that_came_before_the_question_is_no_consent(hotline: ScriptedHotline) -> None:
    hotline.walk(*consent())
    hotline.call(Step(wait="ban", press="21"), Step(wait="dong-y", hang_up=True))
    assert hotline.heard.count("dong-y") == 2, "it is asked again"
    assert hotline.journal.consent is None
    assert hotline.journal.steps[-1].note == "1 too early"


@pytest.mark.parametrize(("key", "answer"), [("1", Agreed.GIVEN), ("0", Agreed.REFUSED)])
def test_the_answer_about_recording_is_the_calls(hotline: ScriptedHotline, key: str, answer: Agreed) -> None:
    hotline.walk(*consent())
    hotline.call(Step(wait="ban", press="2"), Step(wait="dong-y", press=key))
    assert hotline.journal.consent is answer


def test_who_refused_has_refused_also_in_what_follows(hotline: ScriptedHotline) -> None:
    hotline.walk(*consent())
    hotline.call(Step(wait="ban", press="2"), Step(wait="dong-y", press="0"), Step(wait="goi-lai", press="1"))
    (request,) = hotline.spool.all()
    assert (request.consent, request.consent_key) == (Agreed.REFUSED, "0")


def test_the_moments_of_copies_and_of_early_keys() -> None:
    presses = Presses()
    assert not presses.is_copy("1", 0.0)
    assert presses.is_copy("1", SAME_PRESS - 0.01)
    assert presses.is_copy("1", 2 * SAME_PRESS - 0.02), "still held: each copy counts on"
    assert not presses.is_copy("1", 3 * SAME_PRESS)
    assert not presses.is_copy("2", 3 * SAME_PRESS + 0.1)
    assert is_early("1", HEARD_FIRST - 0.01)
    assert not is_early("1", HEARD_FIRST)
    assert not is_early("5", 0.0, guarded="0")
