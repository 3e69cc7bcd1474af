"""What breaks during a call costs as little as it can: each fault once, on a scripted phone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ivr.city.city import City
from ivr.city.flow.nodes import Bye, Contact, Flow, Node, Receipt, Record, Review, Say
from ivr.engine import Answer, CannotLook, Dependencies, run_call
from ivr.engine.run import MOST_STEPS
from ivr.errors import TongdaiError
from ivr.model.calls import EndReason
from ivr.model.code import make_code
from ivr.model.report import PartState
from ivr.phone import Caller, Recorded, RecordEnd, Sound, Stage
from ivr.prompts import Catalogue
from ivr.settings import Settings
from ivr.simulator import Step
from ivr.spool import (
    CallJournal,
    Journal,
    Sidecar,
    SidecarState,
    Spool,
    SpoolUnwritable,
    find_journals,
    read_journal,
)
from ivr.testing import ScriptedPhone, temporary_settings
from ivr.testing.citizen import Citizen

NOW = datetime.fromisoformat("2026-03-03T09:30:00+07:00")
TALK = (
    Step(wait="menu", press="1"),
    Step(wait="linh-vuc", press="1"),
    Step(wait="dong-y", press="1"),
    Step(wait="beep", speak=4),
    Step(press="#"),
)
SEND = (*TALK, Step(wait="xac-nhan", press="1"))


class Told:
    """A background filer that remembers what it was told, and the sidecars as they were then."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.reports: list[Sidecar] = []
        self.started: list[str] = []
        self.ended: list[str] = []
        self.remembered: list[CallJournal] = []

    def call_started(self, journal: CallJournal) -> None:
        self.started.append(journal.ulid)

    def report(self, ulid: str) -> None:
        self.reports.append(self.spool.load(ulid))

    def remember(self, journal: CallJournal) -> None:
        self.remembered.append(journal)

    def call_ended(self, ulid: str) -> None:
        with self.spool.hold(ulid):  # nobody holds the call any more
            self.ended.append(ulid)


class Codes:
    def __init__(self, *codes: str | None) -> None:
        self.left = list(codes)

    def take(self, now: datetime) -> str | None:
        return self.left.pop(0) if self.left else None


class Hotline:
    """One city on a scripted phone, everything behind it replaceable."""

    def __init__(self, home: Path, city: City, sounds: Catalogue) -> None:
        self.settings: Settings = temporary_settings(home)
        self.city, self.sounds = city, sounds
        self.spool = Spool(self.settings)
        self.filer = Told(self.spool)
        self.codes = Codes(make_code(2026, 1), make_code(2026, 2))
        self.pin_mac: Callable[[str, str], str] = lambda ulid, pin: "mac"

    def call(self, *steps: Step, number: str = "0905123456", phone: type[ScriptedPhone] = ScriptedPhone) -> Any:
        caller = Caller(number=number, name="", called="1022", uniqueid="1.1", linkedid="1.1", city=self.city.id)
        desk = Dependencies(
            spool=self.spool, codes=self.codes, filer=self.filer, find_status=_away, pin_mac=self.pin_mac
        )
        self.phone = phone(Citizen(steps), caller)
        self.reason = run_call(self.phone, self.city, self.sounds, desk, lambda: NOW, self.settings)
        return self.reason

    @property
    def heard(self) -> list[str]:
        return self.phone.citizen.heard

    @property
    def journal(self) -> CallJournal:
        (path,) = find_journals(self.spool.folder)
        return read_journal(path)


def _away(code: str, secret: str, source: str, now: datetime) -> Answer:
    return CannotLook()


@pytest.fixture
def hotline(tmp_path: Path, get_city: Callable[[str], City], get_sounds: Callable[[str], Catalogue]) -> Hotline:
    return Hotline(tmp_path, get_city("da-nang"), get_sounds("da-nang"))


def test_a_code_is_durable_before_it_is_spoken_and_every_answer_is_a_version(hotline: Hotline) -> None:
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
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
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


def test_without_any_code_the_caller_is_told_that_it_follows(hotline: Hotline) -> None:
    hotline.codes = Codes()
    hotline.call(*SEND, Step(wait="lien-he", press="1"), Step(wait="cong-khai", press="2"))
    assert "ma-sau" in hotline.heard
    assert "ma" not in hotline.heard
    assert hotline.spool.all()[0].code is None


def test_without_a_code_and_without_a_number_nobody_is_promised_a_call(hotline: Hotline) -> None:
    hotline.codes = Codes()
    hotline.call(*SEND, Step(wait="lien-he-an", press="3"), Step(wait="cong-khai", press="2"), number="")
    assert "ma-sau-an" in hotline.heard
    assert "pin" not in hotline.heard


def test_a_code_that_comes_late_is_still_spoken(hotline: Hotline) -> None:
    hotline.codes = Codes(None, make_code(2026, 7))
    hotline.call(*SEND, Step(wait="lien-he", press="1"), Step(wait="cong-khai", press="2"))
    assert "ma" in hotline.heard
    assert hotline.spool.all()[0].code == make_code(2026, 7)


def test_an_error_of_ours_leaves_the_caller_to_the_fallback_and_files_what_was_said(hotline: Hotline) -> None:
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


def test_an_error_before_anything_was_said_files_nothing(hotline: Hotline) -> None:
    class Broken(ScriptedPhone):
        def read(self, sounds: Sequence[Sound], *, most: int, wait: float, end: str = "#") -> str:
            raise ZeroDivisionError

    assert hotline.call(phone=Broken) is EndReason.FAILED
    assert hotline.phone.stages == [Stage.MENU]
    assert hotline.spool.all() == []


def test_a_spool_that_refuses_before_the_beep_leads_to_a_person(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(sidecar: Sidecar) -> Sidecar:
        raise SpoolUnwritable("full")

    monkeypatch.setattr(hotline.spool, "save", refuse)
    assert hotline.call(*TALK) is EndReason.COMPLETED
    assert "beep" not in hotline.heard
    assert "khong-du-cho" in hotline.heard


def test_a_spool_that_fills_up_after_the_beep_loses_neither_the_call_nor_the_audio(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
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


def test_a_disk_that_is_full_only_for_a_moment_costs_no_code(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_cancelled_report_is_deleted_also_on_a_full_disk(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(sidecar: Sidecar) -> None:
        raise SpoolUnwritable("full")

    monkeypatch.setattr(hotline.spool, "cancel", refuse)
    hotline.call(
        *TALK, Step(wait="xac-nhan", press="4"), Step(wait="huy-chac", press="4"), Step(wait="menu", hang_up=True)
    )
    assert "da-huy" in hotline.heard
    assert hotline.spool.all() == []
    assert list(hotline.spool.folder.glob("*.wav")) == []


def test_without_a_key_for_pins_none_is_spoken(hotline: Hotline) -> None:
    def no_key(ulid: str, pin: str) -> str:
        raise OSError(28, "No space left on device")

    hotline.pin_mac = no_key
    hotline.call(*SEND, Step(wait="lien-he", press="3"), Step(wait="cong-khai", press="1"))
    assert "ma" in hotline.heard
    assert "pin" not in hotline.heard


def test_a_disk_that_filled_during_the_recording_is_told_by_size_against_time(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Filled(ScriptedPhone):
        def record(self, path: Path, *, limit: float, silence: float, end: str = "#") -> Recorded:
            recorded = super().record(path, limit=limit, silence=silence, end=end)
            monkeypatch.setattr(hotline.spool, "room", lambda: False)
            return replace(recorded, lasted=30.0)

    hotline.call(*SEND, Step(wait="lien-he", press="1"), Step(wait="cong-khai", press="2"), phone=Filled)
    assert hotline.spool.all()[0].flags == ("truncated",)


def test_a_recorder_that_cannot_write_leads_to_a_person(hotline: Hotline) -> None:
    class Refused(ScriptedPhone):
        def record(self, path: Path, *, limit: float, silence: float, end: str = "#") -> Recorded:
            self.citizen.speak(limit=limit, silence=silence, ends=end)
            return Recorded(end=RecordEnd.UNWRITABLE)

    assert hotline.call(*TALK, phone=Refused) is EndReason.COMPLETED
    assert "khong-du-cho" in hotline.heard
    assert hotline.spool.all() == []


def test_a_line_that_broke_before_the_recorder_was_done_is_left_to_the_sweep(hotline: Hotline) -> None:
    class Broken(ScriptedPhone):
        def record(self, path: Path, *, limit: float, silence: float, end: str = "#") -> Recorded:
            path.write_bytes(b"RIFF")  # what Asterisk has buffered is not on disk yet
            return Recorded(end=RecordEnd.HANGUP, whole=False)

    assert hotline.call(*TALK, phone=Broken) is EndReason.HUNG_UP
    (sidecar,) = hotline.spool.all()
    assert (sidecar.state, sidecar.ended) == (SidecarState.RECORDING, False)
    assert sidecar.parts[0].state is PartState.RECORDING
    assert hotline.filer.reports == []


@pytest.mark.parametrize("part", ["journal", "lock"])
def test_a_disk_without_inodes_still_takes_the_call(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    if part == "journal":
        monkeypatch.setattr(Journal, "__init__", refuse)
    else:
        monkeypatch.setattr(hotline.spool, "hold", refuse)
        monkeypatch.setattr(hotline.filer, "call_ended", lambda ulid: None)
    steps = (Step(wait="menu", press="9"), Step(wait="menu", press="6"), Step(wait="viec-khac", hang_up=True))
    assert hotline.call(*steps) is EndReason.HUNG_UP
    assert "thong-bao.mau-gioi-thieu" in hotline.heard
    assert [one.end_reason for one in hotline.filer.remembered] == [EndReason.HUNG_UP] * (part == "journal")


def test_a_missing_prompt_is_left_out(hotline: Hotline) -> None:
    class Gaps:
        def sound(self, prompt_id: str, language: Any) -> Sound:
            if prompt_id == "khan":
                raise TongdaiError("no such prompt")
            return sounds.sound(prompt_id, language)

        def words(self, word_ids: Sequence[str], language: Any) -> list[Sound]:
            return sounds.words(word_ids, language)

    sounds = hotline.sounds
    hotline.sounds = Gaps()  # type: ignore[assignment]
    assert hotline.call(Step(wait="menu", hang_up=True)) is EndReason.HUNG_UP
    assert hotline.heard[:3] == ["chao", "ghi-am", "menu"]


def test_a_call_that_goes_round_for_ever_ends_at_the_fallback(hotline: Hotline) -> None:
    _walk(hotline, Say(id="a", prompts=("chao",), next="a"))
    assert hotline.call() is EndReason.FAILED
    assert len(hotline.journal.steps) == MOST_STEPS


def test_two_reports_in_one_call_are_two_reports(hotline: Hotline) -> None:
    _walk(hotline, *_report("a", "b"), *_report("b", "end"), Bye(id="end"))
    again = (
        Step(wait="beep", speak=3),
        Step(press="#"),
        Step(wait="xac-nhan", press="1"),
        Step(wait="lien-he", press="1"),
    )
    assert hotline.call(*again, *again) is EndReason.COMPLETED
    first, second = hotline.spool.all()
    assert first.ulid == hotline.journal.ulid != second.ulid
    assert (first.code, second.code) == (make_code(2026, 1), make_code(2026, 2))
    assert not first.ended
    assert second.ended, "no end of a call tells the background filer its id"
    assert second.ended


def test_a_flow_without_review_sends_at_the_contact_question(hotline: Hotline) -> None:
    record, _, contact, receipt = _report("a", "end")
    _walk(hotline, replace(record, next=contact.id), contact, receipt, Bye(id="end"))  # type: ignore[type-var]
    hotline.call(Step(wait="beep", speak=3), Step(press="#"), Step(wait="lien-he", hang_up=True))
    (sidecar,) = hotline.spool.all()
    assert (sidecar.state, sidecar.flags) == (SidecarState.TO_FILE, ())


def test_questions_about_a_report_that_was_never_made_are_passed_by(hotline: Hotline) -> None:
    _, review, contact, receipt = _report("a", "end")
    _walk(hotline, review, contact, receipt, Bye(id="end"))
    assert hotline.call() is EndReason.COMPLETED
    assert hotline.heard == ["tam-biet"]
    assert hotline.spool.all() == []


def test_digits_of_numbers_are_hidden_in_the_history(hotline: Hotline) -> None:
    steps = (
        Step(wait="lien-he", press="2"),
        Step(wait="so-khac", press="0912345678#"),
        Step(wait="so-dung", press="1"),
    )
    hotline.call(*SEND, *steps, Step(wait="cong-khai", press="2"))
    step = next(step for step in hotline.journal.steps if step.node == "lien-he")
    assert step.keys == "2••••••••••1"
    assert "0912345678" not in find_journals(hotline.spool.folder)[0].read_text()


def _walk(hotline: Hotline, *nodes: Node) -> None:
    flow = Flow(start=nodes[0].id, nodes={node.id: node for node in nodes})
    hotline.city = replace(hotline.city, flow=flow)


def _report(name: str, then: str) -> tuple[Record, Review, Contact, Receipt]:
    return (
        Record(id=name, prompts=("noi",), next=f"{name}-review", cannot="end", silent="end"),
        Review(id=f"{name}-review", prompts=("xac-nhan",), next=f"{name}-contact", again=name, cancelled="end"),
        Contact(id=f"{name}-contact", next=f"{name}-receipt"),
        Receipt(id=f"{name}-receipt", next=then),
    )
