"""The recording dialogue: takes are appended, and the report is on its way when the caller sends it or hangs up."""

from collections.abc import Callable, Sequence

import pytest

from ivr.model.calls import EndReason
from ivr.model.report import PartState
from ivr.model.tickets import Consent, ContactKind
from ivr.phone import RecordEnd, Sound, Stage
from ivr.simulator import Step
from ivr.spool import Sidecar, SidecarState
from ivr.testing import ScriptedPhone
from ivr.testing.scripted import ScriptedHotline

TO_BEEP = (Step(wait="hoi", press="1"), Step(wait="noi", press="5"))
SILENT = Step(wait="beep", silence=True)


def spoke(seconds: float, key: str = "", at: str = "beep") -> tuple[Step, ...]:
    """Speech after a beep (``at=""``: without one), ended by a key or by silence."""
    return (Step(wait=at, speak=seconds), *([Step(press=key)] if key else []))


def kept(sidecar: Sidecar) -> list[tuple[int, RecordEnd | None]]:
    return [(part.number, part.end) for part in sidecar.parts if part.state is PartState.RECORDED]


def only_report(hotline: ScriptedHotline) -> Sidecar:
    (sidecar,) = hotline.spool.all()
    return sidecar


def test_two_keys_file_a_report(hotline: ScriptedHotline) -> None:
    hotline.call(Step(wait="hoi", press="1"), *spoke(4, "1"), Step(wait="lien-he", hang_up=True))
    report = only_report(hotline)
    assert (report.state, report.flags, report.code is not None) == (SidecarState.TO_FILE, (), True)
    assert hotline.phone.stages == [Stage.MENU, Stage.RECORDED, Stage.FILED]
    assert hotline.heard == ["chao", "ghi-am", "hoi", "noi", "beep", "lien-he"]


def test_who_presses_nothing_at_all_hears_the_code(hotline: ScriptedHotline) -> None:
    assert hotline.call(*spoke(4)) is EndReason.COMPLETED
    assert hotline.heard == [
        "chao", "ghi-am", "hoi", "noi", "beep", "noi-tiep", "beep", "lien-he", "cong-khai", "ma", "ma-la", "nhac-lai",
        "tam-biet",
    ]  # fmt: skip
    report = only_report(hotline)
    assert (report.contact_kind, report.contact_number) == (ContactKind.CALLER, "+84905123456")
    assert (report.publish, report.consent) == (None, Consent.NONE)


def test_a_pause_is_no_end_the_next_take_is_appended(hotline: ScriptedHotline) -> None:
    hotline.call(*TO_BEEP, *spoke(4), *spoke(3), *spoke(5, "1"), Step(wait="lien-he", hang_up=True))
    assert hotline.heard.count("noi-tiep") == 2
    report = only_report(hotline)
    assert kept(report) == [(1, RecordEnd.SILENCE), (2, RecordEnd.SILENCE), (3, RecordEnd.KEY)]


def test_a_second_silence_with_nothing_new_sends(hotline: ScriptedHotline) -> None:
    hotline.call(*TO_BEEP, *spoke(4), SILENT, Step(wait="lien-he", hang_up=True))
    assert kept(only_report(hotline)) == [(1, RecordEnd.SILENCE)]
    assert only_report(hotline).state is SidecarState.TO_FILE


@pytest.mark.parametrize(("key", "then"), [("1", "lien-he"), ("5", "xac-nhan"), ("0", "xac-nhan")])
def test_keys_when_asked_for_more(hotline: ScriptedHotline, key: str, then: str) -> None:
    hotline.call(*TO_BEEP, *spoke(4), Step(wait="noi-tiep", press=key), Step(wait=then, hang_up=True))
    assert hotline.heard[-1] == then


def test_key_1_sends_also_when_it_comes_as_the_caller_is_asked_for_more(
    hotline: ScriptedHotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk took nothing while they spoke on, and the recording ended as on a silent line: they end it now."""
    play = ScriptedPhone.play

    def early(phone: ScriptedPhone, sounds: Sequence[Sound], *, keys: str = "") -> str:
        if "noi-tiep" in [sound.id for sound in sounds]:
            phone.citizen.now += 0.05
            return "1"
        return play(phone, sounds, keys=keys)

    monkeypatch.setattr(ScriptedPhone, "play", early)
    hotline.call(*TO_BEEP, *spoke(4), Step(wait="lien-he", hang_up=True))
    assert hotline.heard[-2:] == ["beep", "lien-he"], "it is sent without another take"
    assert only_report(hotline).state is SidecarState.TO_FILE
    assert kept(only_report(hotline)) == [(1, RecordEnd.SILENCE)]


@pytest.mark.parametrize("key", "0234567890*#")
def test_any_other_key_in_a_take_opens_the_review(hotline: ScriptedHotline, key: str) -> None:
    hotline.call(*TO_BEEP, *spoke(4, key), Step(wait="xac-nhan", hang_up=True))
    assert kept(only_report(hotline)) == [(1, RecordEnd.KEY)]
    assert only_report(hotline).flags == ("hung_up",)


def test_key_1_at_once_says_nothing_and_the_take_runs_on(hotline: ScriptedHotline) -> None:
    hotline.call(*TO_BEEP, *spoke(0.5, "1"), *spoke(4, "1", at=""), Step(wait="lien-he", hang_up=True))
    assert hotline.heard.count("beep") == 1
    assert "ngan" not in hotline.heard
    assert only_report(hotline).state is SidecarState.TO_FILE


def test_key_1_too_soon_is_not_heard_well(hotline: ScriptedHotline) -> None:
    hotline.call(*TO_BEEP, *spoke(1.4, "1"), Step(wait="ngan", press="5"), *spoke(4, "1"))
    assert hotline.heard.count("ngan") == 1
    assert only_report(hotline).state is SidecarState.TO_FILE


def test_nothing_said_twice(hotline: ScriptedHotline) -> None:
    hotline.call(*TO_BEEP, SILENT, SILENT)
    assert hotline.heard[-6:] == ["noi", "beep", "ngan", "beep", "khong-nghe", "tam-biet"]
    assert hotline.spool.all() == []


def test_the_longest_take_runs_on_with_a_tone(new_hotline: Callable[..., ScriptedHotline]) -> None:
    hotline = new_hotline(record_limit=30)
    hotline.call(*TO_BEEP, *spoke(50, "1"), Step(wait="lien-he", hang_up=True))
    assert kept(only_report(hotline)) == [(1, RecordEnd.LIMIT), (2, RecordEnd.LIMIT), (3, RecordEnd.KEY)]
    assert (hotline.phone.tones, hotline.heard.count("beep")) == (2, 1)
    assert "noi-tiep" not in hotline.heard


def test_all_takes_together_have_an_end(new_hotline: Callable[..., ScriptedHotline]) -> None:
    hotline = new_hotline(record_limit=30, record_total=50)
    hotline.call(*TO_BEEP, *spoke(400), Step(wait="lien-he", hang_up=True))
    report = only_report(hotline)
    assert [round(part.seconds) for part in report.parts] == [20, 20, 10]
    assert hotline.heard[-2:] == ["het-gio", "lien-he"]
    assert hotline.phone.tones == 2, "the last one is followed by a sentence"


def test_the_review_sends_plays_and_goes_on(hotline: ScriptedHotline) -> None:
    hotline.call(
        *TO_BEEP,
        *spoke(4),
        *spoke(3, "9"),
        Step(wait="xac-nhan", press="2"),
        Step(wait="ban-ghi", silence=True),
        Step(wait="xac-nhan", press="3"),
        *spoke(5, "8"),
        Step(wait="xac-nhan", silence=True),
        Step(wait="lien-he", hang_up=True),
    )
    own = [prompt for prompt in hotline.heard if prompt.startswith("take.")]
    assert own == ["take.1", "take.2"]
    assert [number for number, _ in kept(only_report(hotline))] == [1, 2, 3]
    assert only_report(hotline).state is SidecarState.TO_FILE


def test_beginning_again_drops_what_was_said(hotline: ScriptedHotline) -> None:
    hotline.call(
        *TO_BEEP,
        *spoke(4, "7"),
        Step(wait="xac-nhan", press="4"),
        Step(wait="huy-chac", press="1"),
        Step(wait="noi", press="5"),
        *spoke(6, "1"),
    )
    report = only_report(hotline)
    assert kept(report) == [(2, RecordEnd.KEY)]
    assert not hotline.spool.audio(report.ulid, 1).exists()


def test_cancelling_deletes(hotline: ScriptedHotline) -> None:
    hotline.call(
        *TO_BEEP,
        *spoke(4, "7"),
        Step(wait="xac-nhan", press="4"),
        Step(wait="huy-chac", press="4"),
        Step(wait="da-huy", hang_up=True),
    )
    assert hotline.spool.all() == []
    assert hotline.phone.stages[-1] is Stage.MENU


@pytest.mark.parametrize("step", [Step(wait="huy-chac", press="2"), Step(wait="huy-chac", silence=True)])
def test_back_from_cancelling(hotline: ScriptedHotline, step: Step) -> None:
    hotline.call(*TO_BEEP, *spoke(4, "7"), Step(wait="xac-nhan", press="4"), step, Step(wait="xac-nhan", press="1"))
    assert only_report(hotline).state is SidecarState.TO_FILE


def test_key_0_in_the_instruction_is_a_refusal(hotline: ScriptedHotline) -> None:
    hotline.call(Step(wait="hoi", press="1"), Step(wait="noi", press="0"), Step(wait="goi-lai", press="1"))
    request = only_report(hotline)
    assert (request.consent, request.parts) == (Consent.REFUSED, ())
    assert hotline.journal.consent is Consent.REFUSED
    assert "beep" not in hotline.heard


def test_a_refusal_that_came_before_the_instruction_is_none(hotline: ScriptedHotline) -> None:
    hotline.call(Step(wait="hoi", press="10"), Step(wait="noi", silence=True), *spoke(4, "1"))
    assert hotline.journal.consent is None
    assert only_report(hotline).consent is Consent.NONE


def test_who_refused_is_recorded_only_after_a_yes(hotline: ScriptedHotline) -> None:
    hotline.call(
        Step(wait="hoi", press="1"),
        Step(wait="noi", press="0"),
        Step(wait="goi-lai", press="2"),
        *[Step(wait="so-khac", silence=True)] * 3,
        Step(wait="dong-y", press="1"),
        Step(wait="noi-loi-nhan", press="5"),
        *spoke(4, "1"),
    )
    (report,) = [sidecar for sidecar in hotline.spool.all() if sidecar.parts]
    assert (report.consent, report.consent_key) == (Consent.GIVEN, "1")
    assert hotline.journal.consent is Consent.GIVEN


def test_the_notice_is_said_in_short_to_who_did_not_hear_it_out(hotline: ScriptedHotline) -> None:
    hotline.call(Step(wait="chao", press="1"), Step(wait="noi", press="5"), *spoke(4, "1"))
    assert hotline.heard.count("ghi-am-ngan") == 1
    assert hotline.heard.index("ghi-am-ngan") < hotline.heard.index("beep")


def test_the_notice_is_not_said_again_to_who_heard_it_out(hotline: ScriptedHotline) -> None:
    hotline.call(Step(wait="hoi", silence=True), *spoke(4, "1"))
    assert "ghi-am-ngan" not in hotline.heard
    (length,) = hotline.journal.notice_heard.values()
    assert only_report(hotline).notice_seconds == length


def test_a_withheld_number_is_only_asked_for_and_gets_a_pin(hotline: ScriptedHotline) -> None:
    hotline.call(Step(wait="hoi", press="1"), *spoke(4, "1"), number="")
    assert "lien-he-an" in hotline.heard
    assert "pin" in hotline.heard
    assert only_report(hotline).contact_kind is ContactKind.NONE
