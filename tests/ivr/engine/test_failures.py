"""What breaks during a call costs as little as it can: each fault once, on a scripted phone."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ivr.errors import TongdaiError
from ivr.model.calls import EndReason
from ivr.model.code import make_code
from ivr.model.report import PartState
from ivr.phone import KEYPAD, Recorded, RecordEnd, Sound, Stage
from ivr.simulator import Step
from ivr.spool import (
    Journal,
    Sidecar,
    SidecarState,
    SpoolUnwritable,
    find_journals,
)
from ivr.testing import ScriptedPhone
from ivr.testing.scripted import Codes, ScriptedHotline

TO_BEEP = (Step(wait="hoi", press="1"), Step(wait="noi", press="5"))
TALK = (*TO_BEEP, Step(wait="beep", speak=4), Step(press="5"))
SEND = (*TO_BEEP, Step(wait="beep", speak=4), Step(press="1"))


def test_a_code_is_durable_before_it_is_spoken_and_every_answer_is_a_version(hotline: ScriptedHotline) -> None:
    class Watching(ScriptedPhone):
        def play(self, sounds: Sequence[Sound], *, keys: str = "") -> str:
            if any(sound.id == "ma" for sound in sounds):
                (sidecar,) = hotline.spool.all()
                assert sidecar.code == make_code(2026, 1)
                assert sidecar.pin_mac == "mac"
            return super().play(sounds, keys=keys)

    hotline.call(*SEND, Step(wait="lien-he", press="3"), Step(wait="cong-khai", press="1"), phone=Watching)
    assert hotline.reason is EndReason.COMPLETED
    versions = [sidecar.version for sidecar in hotline.filer.reports]
    assert versions == sorted(set(versions)), "each version is told once"
    assert [sidecar.state for sidecar in hotline.filer.reports] == [SidecarState.TO_FILE] * len(versions)
    assert not any(sidecar.ended for sidecar in hotline.filer.reports), "the end of the call tells it, without a save"
    assert hotline.phone.stages == [Stage.MENU, Stage.RECORDED, Stage.FILED]
    assert hotline.phone.is_done
    assert hotline.filer.ended == hotline.filer.started


def test_no_power_cut_takes_back_an_answer_once_the_code_is_spoken_or_the_caller_has_left(
    hotline: ScriptedHotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[str] = []
    save, flush = hotline.spool.save, hotline.spool.flush

    def noting(sidecar: Sidecar, *, flush: bool = True) -> Sidecar:
        waiting[:] = [] if flush else [*waiting, sidecar.ulid]  # one flush is one for all names in the folder
        return save(sidecar, flush=flush)

    def flushing() -> None:
        flush()
        waiting.clear()

    class Watching(ScriptedPhone):
        def play(self, sounds: Sequence[Sound], *, keys: str = "") -> str:
            if any(sound.id == "ma" for sound in sounds):
                spoken.append(list(waiting))
            return super().play(sounds, keys=keys)

    spoken: list[list[str]] = []
    monkeypatch.setattr(hotline.spool, "save", noting)
    monkeypatch.setattr(hotline.spool, "flush", flushing)
    hotline.call(*SEND, Step(wait="lien-he", press="1"), Step(wait="cong-khai", press="1"), phone=Watching)
    assert spoken == [[]]
    hotline.call(*SEND, Step(wait="lien-he", press="1"), Step(wait="cong-khai", hang_up=True))
    assert waiting == []


def test_without_any_code_the_caller_is_told_that_it_follows(hotline: ScriptedHotline) -> None:
    hotline.codes = Codes()
    hotline.call(*SEND, Step(wait="lien-he", press="1"), Step(wait="cong-khai", press="2"))
    assert "ma-sau" in hotline.heard
    assert "ma" not in hotline.heard
    assert hotline.spool.all()[0].code is None


def test_without_a_code_and_without_a_number_nobody_is_promised_a_call(hotline: ScriptedHotline) -> None:
    hotline.codes = Codes()
    hotline.call(*SEND, Step(wait="lien-he-an", silence=True), Step(wait="cong-khai", press="2"), number="")
    assert "ma-sau-an" in hotline.heard
    assert "pin" not in hotline.heard


def test_a_code_that_comes_late_is_still_spoken(hotline: ScriptedHotline) -> None:
    hotline.codes = Codes(None, make_code(2026, 7))
    hotline.call(*SEND, Step(wait="lien-he", press="1"), Step(wait="cong-khai", press="2"))
    assert "ma" in hotline.heard
    assert hotline.spool.all()[0].code == make_code(2026, 7)


def test_an_error_of_ours_leaves_the_caller_to_the_fallback_and_files_what_was_said(hotline: ScriptedHotline) -> None:
    class Broken(ScriptedPhone):
        def read(self, sounds: Sequence[Sound], *, most: int, wait: float, end: str = "#") -> str:
            if any(sound.id == "lien-he" for sound in sounds):
                raise ZeroDivisionError
            return super().read(sounds, most=most, wait=wait, end=end)

    assert hotline.call(*SEND, phone=Broken) is EndReason.FAILED
    assert not hotline.phone.is_done
    assert hotline.phone.stages[-1] is Stage.FILED
    (sidecar,) = hotline.spool.all()
    assert sidecar.state is SidecarState.TO_FILE
    assert hotline.filer.ended == [sidecar.ulid]
    assert hotline.journal.end_reason is EndReason.FAILED


def test_an_error_before_anything_was_said_files_nothing(hotline: ScriptedHotline) -> None:
    class Broken(ScriptedPhone):
        def read(self, sounds: Sequence[Sound], *, most: int, wait: float, end: str = "#") -> str:
            raise ZeroDivisionError

    assert hotline.call(phone=Broken) is EndReason.FAILED
    assert hotline.phone.stages == [Stage.MENU]
    assert hotline.spool.all() == []


def test_a_spool_that_refuses_before_the_beep_leads_to_a_person(
    hotline: ScriptedHotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(sidecar: Sidecar) -> Sidecar:
        raise SpoolUnwritable("full")

    monkeypatch.setattr(hotline.spool, "save", refuse)
    assert hotline.call(*TALK) is EndReason.COMPLETED
    assert "beep" not in hotline.heard
    assert "khong-du-cho" in hotline.heard


def test_a_spool_that_fills_up_after_the_beep_loses_neither_the_call_nor_the_audio(
    hotline: ScriptedHotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = hotline.spool.save

    def fill(sidecar: Sidecar, *, flush: bool = True) -> Sidecar:
        if sidecar.state is not SidecarState.RECORDING:
            raise SpoolUnwritable("full")
        return save(sidecar, flush=flush)

    monkeypatch.setattr(hotline.spool, "save", fill)
    assert (
        hotline.call(*SEND, Step(wait="lien-he", press="1"), Step(wait="cong-khai", press="2")) is EndReason.COMPLETED
    )
    assert "ma-sau" in hotline.heard, "a code that is not on disk is not spoken"
    (sidecar,) = hotline.spool.all()
    assert sidecar.state is SidecarState.RECORDING, "the sweep settles it"
    assert hotline.spool.audio(sidecar.ulid, 1).exists()


def test_a_disk_that_is_full_only_for_a_moment_costs_no_code(
    hotline: ScriptedHotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, refused = hotline.spool.save, list[Sidecar]()

    def fill(sidecar: Sidecar, *, flush: bool = True) -> Sidecar:
        if sidecar.publish is not None and not refused:
            refused.append(sidecar)
            raise SpoolUnwritable("full")
        return save(sidecar, flush=flush)

    monkeypatch.setattr(hotline.spool, "save", fill)
    hotline.call(*SEND, Step(wait="lien-he", press="1"), Step(wait="cong-khai", press="1"))
    assert "ma" in hotline.heard
    assert hotline.spool.all()[0].publish is True


def test_a_cancelled_report_is_deleted_also_on_a_full_disk(
    hotline: ScriptedHotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(sidecar: Sidecar) -> None:
        raise SpoolUnwritable("full")

    monkeypatch.setattr(hotline.spool, "cancel", refuse)
    hotline.call(
        *TALK, Step(wait="xac-nhan", press="4"), Step(wait="huy-chac", press="4"), Step(wait="hoi", hang_up=True)
    )
    assert "da-huy" in hotline.heard
    assert hotline.spool.all() == []
    assert list(hotline.spool.folder.glob("*.wav")) == []


def test_without_a_key_for_pins_none_is_spoken(hotline: ScriptedHotline) -> None:
    def no_key(ulid: str, pin: str) -> str:
        raise OSError(28, "No space left on device")

    hotline.pin_mac = no_key
    hotline.call(*SEND, Step(wait="lien-he", press="3"), Step(wait="cong-khai", press="1"))
    assert "ma" in hotline.heard
    assert "pin" not in hotline.heard


def test_a_disk_that_filled_during_the_recording_is_told_by_size_against_time(
    hotline: ScriptedHotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Filled(ScriptedPhone):
        def record(self, path: Path, *, limit: float, silence: float, beep: bool = True, end: str = KEYPAD) -> Recorded:
            recorded = super().record(path, limit=limit, silence=silence, end=end)
            monkeypatch.setattr(hotline.spool, "room", lambda: False)
            return replace(recorded, lasted=30.0)

    hotline.call(*SEND, Step(wait="lien-he", press="1"), Step(wait="cong-khai", press="2"), phone=Filled)
    assert hotline.spool.all()[0].flags == ("truncated",)


def test_a_recorder_that_cannot_write_leads_to_a_person(hotline: ScriptedHotline) -> None:
    class Refused(ScriptedPhone):
        def record(self, path: Path, *, limit: float, silence: float, beep: bool = True, end: str = KEYPAD) -> Recorded:
            self.citizen.speak(limit=limit, silence=silence, ends=end)
            return Recorded(end=RecordEnd.UNWRITABLE)

    assert hotline.call(*TALK, phone=Refused) is EndReason.COMPLETED
    assert "khong-du-cho" in hotline.heard
    assert hotline.spool.all() == []


def test_a_line_that_broke_before_the_recorder_was_done_is_left_to_the_sweep(hotline: ScriptedHotline) -> None:
    class Broken(ScriptedPhone):
        def record(self, path: Path, *, limit: float, silence: float, beep: bool = True, end: str = KEYPAD) -> Recorded:
            path.write_bytes(b"RIFF")  # what Asterisk has buffered is not on disk yet
            return Recorded(end=RecordEnd.HANGUP, whole=False)

    assert hotline.call(*TALK, phone=Broken) is EndReason.HUNG_UP
    (sidecar,) = hotline.spool.all()
    assert (sidecar.state, sidecar.ended) == (SidecarState.RECORDING, False)
    assert sidecar.parts[0].state is PartState.RECORDING
    assert hotline.filer.reports == []


@pytest.mark.parametrize("part", ["journal", "lock"])
def test_a_disk_without_inodes_still_takes_the_call(
    hotline: ScriptedHotline, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    if part == "journal":
        monkeypatch.setattr(Journal, "__init__", refuse)
    else:
        monkeypatch.setattr(hotline.spool, "hold", refuse)
        monkeypatch.setattr(hotline.filer, "call_ended", lambda ulid: None)
    steps = (Step(wait="hoi", press="9"), Step(wait="hoi", press="6"), Step(wait="hoi", hang_up=True))
    assert hotline.call(*steps) is EndReason.HUNG_UP
    assert "thong-bao.cu" in hotline.heard
    assert [journal.end_reason for journal in hotline.filer.remembered] == [EndReason.HUNG_UP] * (part == "journal")


def test_a_missing_prompt_is_left_out(hotline: ScriptedHotline) -> None:
    class Gaps:
        def sound(self, prompt_id: str, language: Any) -> Sound:
            if prompt_id == "chao":
                raise TongdaiError("no such prompt")
            return sounds.sound(prompt_id, language)

        def words(self, word_ids: Sequence[str], language: Any) -> list[Sound]:
            return sounds.words(word_ids, language)

    sounds = hotline.sounds
    hotline.sounds = Gaps()  # type: ignore[assignment]
    assert hotline.call(Step(wait="hoi", hang_up=True)) is EndReason.HUNG_UP
    assert hotline.heard == ["ghi-am", "hoi"]


def test_digits_of_numbers_are_hidden_in_the_history(hotline: ScriptedHotline) -> None:
    steps = (
        Step(wait="lien-he", press="2"),
        Step(wait="so-khac", press="0912345678#"),
        Step(wait="so-dung", press="1"),
    )
    hotline.call(*SEND, *steps, Step(wait="cong-khai", press="2"))
    step = next(step for step in hotline.journal.steps if step.type == "contact")
    assert step.keys == "2••••••••••1"
    assert "0912345678" not in find_journals(hotline.spool.folder)[0].read_text()
