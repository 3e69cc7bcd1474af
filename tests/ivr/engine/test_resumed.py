"""A call that waits in a queue outlives its session: another one goes on with everything the caller has settled."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.city.flow.nodes import Answers, Bye, Callback, Consent, Record, Ring
from ivr.model.calls import EndReason
from ivr.model.journal import Left
from ivr.model.tickets import Consent as Given
from ivr.model.tickets import Kind
from ivr.phone import RingResult, Stage
from ivr.simulator import Step
from ivr.spool import SidecarState, end_journal, find_journals
from ivr.testing.scripted import LeavingPhone, ScriptedHotline

TO_PERSON = Step(wait="hoi", press="0")


def leave(hotline: ScriptedHotline, *steps: Step, number: str = "0905123456") -> str:
    """Call and wait for a person; the call's name."""
    assert hotline.call(*steps, TO_PERSON, number=number, phone=LeavingPhone) is None
    return hotline.journal.ulid


def steps_of(hotline: ScriptedHotline) -> list[tuple[str, str]]:
    return [(step.node, step.note) for step in hotline.journal.steps]


@pytest.mark.parametrize(
    ("result", "heard", "stage"),
    [
        (RingResult.ANSWERED, ["tam-biet"], Stage.TALKING),
        (RingResult.UNANSWERED, ["ban", "tam-biet"], Stage.MENU),
        (RingResult.ABSENT, ["ngoai-gio", "tam-biet"], Stage.MENU),
    ],
)
def test_the_call_goes_on_where_the_wait_led(
    hotline: ScriptedHotline, result: RingResult, heard: list[str], stage: Stage
) -> None:
    ulid = leave(hotline)
    assert steps_of(hotline)[-1] == ("person", "")
    assert hotline.filer.ended == []
    assert not hotline.phone.is_done
    assert hotline.resume(ulid=ulid, result=result) is EndReason.COMPLETED
    assert hotline.phone.stages == [stage]
    assert hotline.heard == heard
    assert hotline.phone.is_done
    assert ("person", result.value) in steps_of(hotline)
    assert [node for node, _ in steps_of(hotline)].count("person") == 1
    assert hotline.journal.end_reason is EndReason.COMPLETED
    assert hotline.journal.left is None
    assert hotline.filer.ended == [ulid]


def test_who_hangs_up_in_the_queue_and_who_after_a_talk(hotline: ScriptedHotline) -> None:
    ulid = leave(hotline)
    assert hotline.resume(ulid=ulid, result=RingResult.ABSENT, gone=True) is EndReason.HUNG_UP
    assert steps_of(hotline)[-1] == ("person", "")
    Path(find_journals(hotline.spool.folder)[0]).unlink()
    ulid = leave(hotline)
    assert hotline.resume(ulid=ulid, result=RingResult.ANSWERED, gone=True) is EndReason.CONNECTED
    assert hotline.heard == []
    assert steps_of(hotline)[-1] == ("person", "answered")


def test_language_answers_and_notices_go_on(hotline: ScriptedHotline) -> None:
    ulid = leave(hotline, Step(wait="hoi", press="9"))
    left = hotline.journal.left
    assert left is not None
    assert (hotline.journal.language, left.keys, left.node) == ("en", "90", "person")
    hotline.resume(ulid=ulid, result=RingResult.UNANSWERED)
    assert hotline.phone.spoken_language == "vi", "the channel knows its language already"
    assert hotline.journal.language == "en"
    assert [sound.path.split("/")[-2] for sound in hotline.phone.played] == ["en", "en"]


def test_a_refusal_to_be_recorded_holds_though_one_message_was_agreed_to(hotline: ScriptedHotline) -> None:
    """Refuses, says yes to one message, and then wants a person: after the queue the refusal stands."""
    menu = [node for node in hotline.city.flow.nodes.values() if node.id not in ("call-back", "receipt", "busy")]
    hotline.walk(
        *menu,
        Consent(id="call-back", prompts=("dong-y",), next="message", refused="end"),
        Ring(id="receipt", line="operator", unanswered="busy", next="end"),
        Callback(id="busy", next="end", cannot="end", set=Answers(urgent=True)),
    )
    assert hotline.call(
        Step(wait="hoi", press="1"), Step(wait="noi", press="0"), Step(wait="dong-y", press="1"),
        Step(wait="noi-loi-nhan", press="5"), Step(wait="beep", speak=4.0), Step(press="1"), phone=LeavingPhone,
    ) is None  # fmt: skip
    left = hotline.journal.left
    assert left is not None
    assert (left.consent, left.consent_key) == (Given.REFUSED, "0")
    assert hotline.journal.consent is Given.GIVEN, "what was said last"
    ulid = hotline.journal.ulid
    hotline.resume(Step(wait="goi-lai", press="1"), ulid=ulid, result=RingResult.UNANSWERED)
    by_kind = {report.kind: report for report in hotline.spool.all()}
    assert by_kind[Kind.PHAN_ANH].consent is Given.GIVEN
    assert by_kind[Kind.GOI_LAI].consent is Given.REFUSED
    assert by_kind[Kind.GOI_LAI].urgent


def test_a_report_before_the_queue_is_sent_and_a_message_behind_it_is_another(hotline: ScriptedHotline) -> None:
    menu = [node for node in hotline.city.flow.nodes.values() if node.id not in ("end", "busy")]
    to_message = Record(
        id="busy", prompts=("noi-loi-nhan",), next="end", cancelled="end", refused="end", cannot="end", silent="end"
    )
    again = Ring(id="end", line="operator", unanswered="busy", next="bye")
    hotline.walk(*menu, again, to_message, Bye(id="bye"))
    assert hotline.call(
        Step(wait="hoi", press="1"), Step(wait="noi", press="5"), Step(wait="beep", speak=4.0), Step(press="1"),
        phone=LeavingPhone,
    ) is None  # fmt: skip
    first = hotline.journal.ulid
    (report,) = hotline.spool.all()
    assert (report.ulid, report.state, report.code is not None) == (first, SidecarState.TO_FILE, True)
    assert hotline.resume(
        Step(wait="noi-loi-nhan", press="5"), Step(wait="beep", speak=4.0), Step(press="1"),
        ulid=first, result=RingResult.UNANSWERED, phone=LeavingPhone,
    ) is None  # fmt: skip
    assert hotline.phone.stages[0] is Stage.FILED
    ulids = [report.ulid for report in hotline.spool.all()]
    assert len(set(ulids)) == 2
    assert first in ulids
    assert {report.call_id for report in hotline.spool.all()} == {first}
    assert hotline.resume(ulid=first, result=RingResult.ANSWERED) is EndReason.COMPLETED


def test_a_call_that_is_not_known_is_left_to_the_fallback(hotline: ScriptedHotline) -> None:
    assert hotline.resume(ulid="01ARZ3NDEKTSV4RRFFQ69G5FAV", result=RingResult.UNANSWERED) is EndReason.FAILED
    assert hotline.heard == []
    assert not hotline.phone.is_done
    assert list(hotline.spool.folder.iterdir()) == []


def test_no_other_line_goes_on_with_a_call_and_none_twice(hotline: ScriptedHotline) -> None:
    ulid = leave(hotline)
    assert hotline.resume(ulid=ulid, result=RingResult.ANSWERED, uniqueid="1.2") is EndReason.FAILED
    assert hotline.resume(ulid=ulid, result=RingResult.ANSWERED) is EndReason.COMPLETED
    assert hotline.resume(ulid=ulid, result=RingResult.ANSWERED) is EndReason.FAILED
    assert hotline.journal.end_reason is EndReason.COMPLETED


def test_a_menu_that_was_changed_meanwhile_leaves_the_call_to_the_fallback(hotline: ScriptedHotline) -> None:
    ulid = leave(hotline)
    hotline.walk(*(node for node in hotline.city.flow.nodes.values() if node.id != "person"))
    assert hotline.resume(ulid=ulid, result=RingResult.UNANSWERED) is EndReason.FAILED
    assert not hotline.phone.is_done


def test_a_torn_last_line_costs_that_line_alone(hotline: ScriptedHotline) -> None:
    ulid = leave(hotline)
    (path,) = find_journals(hotline.spool.folder)
    with path.open("ab") as file:
        file.write(b'{"line": "st')
    assert hotline.resume(ulid=ulid, result=RingResult.ANSWERED) is EndReason.COMPLETED
    assert hotline.journal.end_reason is EndReason.COMPLETED


def test_a_call_that_is_over_is_not_gone_on_with(hotline: ScriptedHotline) -> None:
    """Its caller hung up between the journal's line and the queue's name, and the dialplan says so once more."""
    ulid = leave(hotline)
    (path,) = find_journals(hotline.spool.folder)
    end_journal(hotline.spool.folder, hotline.journal, EndReason.HUNG_UP)
    before = path.read_bytes()
    assert hotline.resume(ulid=ulid, result=RingResult.UNANSWERED, gone=True) is EndReason.FAILED
    assert path.read_bytes() == before


def test_who_talked_and_then_waited_in_vain_was_connected(hotline: ScriptedHotline) -> None:
    menu = [node for node in hotline.city.flow.nodes.values() if node.id != "end"]
    hotline.walk(*menu, Ring(id="end", line="operator", unanswered="bye", next="bye"), Bye(id="bye"))
    ulid = leave(hotline)
    assert hotline.resume(ulid=ulid, result=RingResult.ANSWERED, phone=LeavingPhone) is None
    assert hotline.resume(ulid=ulid, result=RingResult.UNANSWERED, gone=True) is EndReason.CONNECTED


def test_a_clock_that_was_set_back_meanwhile_ends_no_call_before_it_began(hotline: ScriptedHotline) -> None:
    ulid = leave(hotline)
    left_at = hotline.journal.last_at
    hotline.now -= timedelta(minutes=10)
    hotline.resume(ulid=ulid, result=RingResult.UNANSWERED)
    assert hotline.journal.ended_at is not None
    assert hotline.journal.ended_at >= left_at
    assert [step.at for step in hotline.journal.steps] == sorted(step.at for step in hotline.journal.steps)


def test_what_is_left_reads_back(hotline: ScriptedHotline) -> None:
    hotline.call(Step(wait="hoi", press="0"), number="", phone=LeavingPhone)
    assert hotline.journal.left == Left(node="person", keys="0", notices=("vi",))
    assert hotline.journal.consent in (None, Given.NONE)


def test_who_asked_for_rescue_comes_first(hotline: ScriptedHotline) -> None:
    leave(hotline)
    assert LeavingPhone.left_for[-1] == ("du-operator", hotline.settings.operator_wait, 0)
    Path(find_journals(hotline.spool.folder)[0]).unlink()
    menu = [node for node in hotline.city.flow.nodes.values() if node.id != "person"]
    ask = Ring(id="person", line="operator", wait=12.0, unanswered="busy", next="end")
    rescue = replace(hotline.city.flow.nodes["report"], refused="person", set=Answers(urgent=True))
    hotline.walk(*(rescue if node.id == "report" else node for node in menu), ask)
    assert hotline.call(Step(wait="hoi", press="1"), Step(wait="noi", press="0"), phone=LeavingPhone) is None
    assert LeavingPhone.left_for[-1] == ("du-operator", 12.0, 30)


@pytest.mark.parametrize("when", ["at the beginning", "before the queue"])
def test_a_call_of_which_the_disk_took_nothing_goes_on_from_memory(
    hotline: ScriptedHotline, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end is kept, too; the server that has it in memory must not die meanwhile."""
    if when == "at the beginning":
        monkeypatch.setattr("ivr.engine.journal.Journal", _full)
    else:
        monkeypatch.setattr("ivr.spool.journal.Journal.left", lambda _self, _left: False)
    assert hotline.call(TO_PERSON, phone=LeavingPhone) is None
    ulid = LeavingPhone.left_as[-1]
    assert hotline.resume(ulid=ulid, result=RingResult.ANSWERED, uniqueid="1.2") is EndReason.FAILED, "another line"
    assert hotline.resume(ulid=ulid, result=RingResult.ANSWERED) is EndReason.COMPLETED
    assert hotline.unwritten.find(ulid) is None
    assert hotline.heard == ["tam-biet"]
    ends = [journal.end_reason for journal in hotline.filer.remembered]
    assert ends == ([EndReason.COMPLETED] if when == "at the beginning" else [])
    if not ends:
        assert hotline.journal.end_reason is EndReason.COMPLETED


def _full(*_given: object, **_more: object) -> None:
    raise OSError(28, "No space left on device")
