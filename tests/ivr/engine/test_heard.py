"""The history of a call says how many seconds of each prompt were heard, and of the notice about recording."""

import pytest

from ivr.city.flow.nodes import Bye, Choice, Hours, Language, Menu, Say, Switch
from ivr.engine.heard import NOTICE, Notice, shares
from ivr.phone import Sound
from ivr.simulator import Step
from ivr.testing.citizen import REACTION
from ivr.testing.scripted import ScriptedHotline

GREETING = Say(id="greeting", prompts=("chao", NOTICE, "khan"), next="list")
LIST = Menu(id="list", prompts=("ban",), keys={"1": Choice(goto="end")}, give_up="end")
END = Bye(id="end")


def seconds(hotline: ScriptedHotline, *prompts: str) -> list[float]:
    return [round(hotline.sounds.sound(prompt, "vi").seconds, 2) for prompt in prompts]


def test_prompts_heard_out_are_whole(hotline: ScriptedHotline) -> None:
    hotline.walk(GREETING, LIST, END)
    hotline.call(Step(wait="ban", hang_up=True))
    greeting = hotline.journal.steps[0]
    assert greeting.prompts == ("chao", NOTICE, "khan")
    assert list(greeting.heard) == seconds(hotline, *greeting.prompts)
    assert hotline.journal.notice_seconds == seconds(hotline, NOTICE)[0]


def test_a_key_ends_what_is_heard(hotline: ScriptedHotline) -> None:
    hotline.walk(GREETING, LIST, END)
    hotline.call(Step(wait="chao", press="1"))
    assert hotline.journal.steps[0].heard == (pytest.approx(REACTION, abs=0.2), 0.0, 0.0)
    assert hotline.journal.notice_seconds is None


def test_the_step_of_the_hang_up_has_its_prompts(hotline: ScriptedHotline) -> None:
    hotline.walk(LIST, END)
    hotline.call(Step(wait="ban", hang_up=True))
    (step,) = hotline.journal.steps
    assert (step.prompts, step.heard) == (("ban",), (REACTION,))


def test_nodes_that_the_caller_does_not_notice_are_no_steps(hotline: ScriptedHotline) -> None:
    hotline.walk(
        Switch(id="emergency", switch="emergency", on="list", off="hours"),
        Hours(id="hours", schedule="hanh-chinh", open="other", closed="other"),
        Language(id="other", language="en", next="list"),
        LIST,
        END,
    )
    hotline.call(Step(wait="ban", press="1"))
    assert [step.node for step in hotline.journal.steps] == ["list", "end"]
    assert hotline.journal.language == "en"


def test_a_notice_counts_in_the_language_it_was_heard_in(hotline: ScriptedHotline) -> None:
    other = Language(id="other", language="en", next="again")
    again = Say(id="again", prompts=(NOTICE,), next="list")
    first = Menu(id="list", prompts=("ban",), keys={"9": Choice(goto="other")}, give_up="end")
    hotline.walk(GREETING, first, other, again, END)
    hotline.call(Step(wait="ban", press="9"), Step(wait=NOTICE, hang_up=True))
    assert set(hotline.journal.notice_heard) == {"vi", "en"}
    assert hotline.journal.notice_seconds == REACTION, "of the language in which the call goes on"


def test_seconds_are_dealt_to_prompts_in_their_order() -> None:
    first, second = (Sound(id=name, path=name, seconds=2.0) for name in ("a", "b"))
    assert [share for _, share in shares([first, second], 3.0)] == [2.0, 1.0]
    assert [share for _, share in shares([first, second], 0.5)] == [0.5, 0.0]


def test_a_notice_is_heard_to_its_end_but_for_the_silence_there() -> None:
    sound = Sound(id=NOTICE, path="", seconds=3.0)
    notice = Notice()
    assert notice.hear("vi", [sound], 2.0)
    assert not notice.is_whole("vi")
    assert notice.hear("vi", [sound], 2.95)
    assert notice.is_whole("vi")
    assert not notice.is_whole("en")
    assert notice.seconds == {"vi": 2.95}
