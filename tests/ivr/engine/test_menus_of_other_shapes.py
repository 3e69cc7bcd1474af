"""Menus that no shipped city has: with two recorders, in a circle, with questions about no report."""

from ivr.city.flow.nodes import Bye, Contact, Receipt, Record, Say
from ivr.engine.walk import MOST_STEPS
from ivr.model.calls import EndReason
from ivr.model.code import make_code
from ivr.simulator import Step
from ivr.testing.scripted import ScriptedHotline


def test_a_call_that_goes_round_for_ever_ends_at_the_fallback(hotline: ScriptedHotline) -> None:
    hotline.walk(Say(id="a", prompts=("chao",), next="a"))
    assert hotline.call() is EndReason.FAILED
    assert len(hotline.journal.steps) == MOST_STEPS


def test_two_reports_in_one_call_are_two_reports(hotline: ScriptedHotline) -> None:
    hotline.walk(*_report("a", "b"), *_report("b", "end"), Bye(id="end"))
    again = (Step(wait="beep", speak=3), Step(press="1"), Step(wait="lien-he", press="1"))
    assert hotline.call(*again, *again) is EndReason.COMPLETED
    first, second = hotline.spool.all()
    assert first.ulid == hotline.journal.ulid != second.ulid
    assert (first.code, second.code) == (make_code(2026, 1), make_code(2026, 2))
    assert not first.ended
    assert second.ended, "no end of a call tells the background filer its id"


def test_questions_about_a_report_that_was_never_made_are_passed_by(hotline: ScriptedHotline) -> None:
    _, contact, receipt = _report("a", "end")
    hotline.walk(contact, receipt, Bye(id="end"))
    assert hotline.call() is EndReason.COMPLETED
    assert hotline.heard == ["tam-biet"]
    assert hotline.spool.all() == []


def _report(name: str, then: str) -> tuple[Record, Contact, Receipt]:
    ways = {"cancelled": "end", "refused": "end", "cannot": "end", "silent": "end"}
    return (
        Record(id=name, prompts=("noi",), next=f"{name}-contact", **ways),
        Contact(id=f"{name}-contact", next=f"{name}-receipt"),
        Receipt(id=f"{name}-receipt", next=then),
    )
