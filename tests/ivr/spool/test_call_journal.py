"""Journals: readable while they are written, and after their writer was killed in mid-line."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.model.calls import EndReason
from ivr.model.tickets import Consent
from ivr.spool import Journal, JournalFault, Step, end_journal, find_journals, read_journal
from ivr.spool.journal import journal_path
from ivr.testing.spool import make_journal

NOW = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
START = make_journal(
    ulid=ULID,
    instance="1022",
    city="da-nang",
    caller_raw="0905123456",
    caller_number="+84905123456",
    caller_name="Bà Tư\n☎",
    called="1022",
    uniqueid="1790000000.7",
    linkedid="1790000000.7",
    started_at=NOW,
)


def write(folder: Path, *, end: bool = True) -> Path:
    with Journal(folder, START) as journal:
        journal.notice({"vi": 3.5})
        journal.step(
            node="menu",
            type="menu",
            at=NOW + timedelta(seconds=9),
            prompts=["chao", "menu"],
            heard=[4.0, 1.25],
            keys="9",
        )
        journal.playing(node="linh-vuc", at=NOW + timedelta(seconds=9), prompts=["linh-vuc"], after=0.5)
        journal.language("en")
        journal.notice({"vi": 3.5, "en": 1.0})
        journal.consent(Consent.REFUSED)
        journal.step(node="linh-vuc", type="menu", at=NOW + timedelta(seconds=12), note="không phím")
        if end:
            journal.end(EndReason.HUNG_UP, NOW + timedelta(seconds=20))
        return journal.path


def test_a_call_from_start_to_end(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert find_journals(tmp_path) == [path]
    call = read_journal(path)
    assert (call.facts.caller_name, call.language) == ("Bà Tư\n☎", "en")
    assert call.steps == (
        Step(
            node="menu",
            type="menu",
            at=NOW + timedelta(seconds=9),
            prompts=("chao", "menu"),
            heard=(4.0, 1.25),
            keys="9",
        ),
        Step(node="linh-vuc", type="menu", at=NOW + timedelta(seconds=12), note="không phím"),
    )
    assert (call.end_reason, call.ended_at) == (EndReason.HUNG_UP, NOW + timedelta(seconds=20))
    assert (call.notice_heard, call.notice_seconds) == ({"vi": 3.5, "en": 1.0}, 1.0)
    assert call.consent is Consent.REFUSED


def test_each_line_is_there_at_once(tmp_path: Path) -> None:
    with Journal(tmp_path, START) as journal:
        assert journal.read() == START
        assert journal.read().last_at == NOW
        journal.step(node="chao", type="say", at=NOW + timedelta(seconds=3))
        assert journal.read().last_at == NOW + timedelta(seconds=3)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_half_last_line_is_left_out(tmp_path: Path, cut: int) -> None:
    path = write(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    call = read_journal(path)
    assert len(call.steps) == 2
    assert call.end_reason in (None, EndReason.HUNG_UP)


def test_a_dead_call_is_ended_after_a_half_line(tmp_path: Path) -> None:
    path = write(tmp_path, end=False)
    path.write_bytes(path.read_bytes()[:-5])
    end_journal(tmp_path, read_journal(path), EndReason.INTERRUPTED)
    call = read_journal(path)
    assert call.end_reason is EndReason.INTERRUPTED
    assert call.ended_at == NOW + timedelta(seconds=9)


@pytest.mark.parametrize("content", [b"", b"\n", b'{"line": "step"}\n', b"\xff\xfe"])
def test_a_journal_without_a_start(tmp_path: Path, content: bytes) -> None:
    path = journal_path(tmp_path, ULID)
    path.write_bytes(content)
    with pytest.raises(JournalFault, match=ULID):
        read_journal(path)


def test_lines_of_a_newer_program_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path)
    with path.open("a") as file:
        file.write('{"line": "weather", "sky": "blue"}\n[1]\n')
    assert read_journal(path).end_reason is EndReason.HUNG_UP


def test_a_full_disk_costs_lines_not_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with Journal(tmp_path, START) as journal:
        monkeypatch.setattr(os, "write", full)
        journal.step(node="menu", type="menu", at=NOW)
        assert not journal.end(EndReason.HUNG_UP, NOW)
        monkeypatch.undo()
        assert journal.end(EndReason.HUNG_UP, NOW)


def test_a_journal_without_room_for_its_first_line_is_none(tmp_path: Path) -> None:
    path = journal_path(tmp_path, ULID)
    path.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        Journal(tmp_path, START)
    assert not path.is_symlink()
