"""What a citizen said in several takes is one recording: nothing of it is left out, and each take is known in it."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select

from ivr.model import EndReason, Recording, ReportPart
from ivr.model.report import PartState
from ivr.phone import RecordEnd
from ivr.recordings.soundfiles import encode_alaw
from ivr.services.calls import record_call
from ivr.simulator.sounds import tone
from ivr.spool import SidecarState, read_journal
from ivr.testing.spool import NOW, ULID, Leavings, wav

RECORDED = PartState.RECORDED


def parts_of(desk: Leavings) -> list[ReportPart]:
    with desk.store.reading() as session:
        return list(session.scalars(select(ReportPart).order_by(ReportPart.number)))


def flags_of(desk: Leavings) -> list[str]:
    with desk.store.reading() as session:
        return [flag for flags in session.scalars(select(Recording.flags)) for flag in flags]


def test_takes_of_any_encoding_become_one_recording_in_their_order(both_desk: Leavings) -> None:
    desk = both_desk
    spoken = np.frombuffer(wav(2.5, pitch=0.3)[44:], dtype="<i2")
    takes = (
        replace(desk.take(1, RECORDED, wav(3)), end=RecordEnd.SILENCE, clock_seconds=11.0, seconds=3.0),
        desk.take(2, PartState.DROPPED, None),
        replace(desk.take(3, RECORDED, encode_alaw(spoken), ending=".alaw"), end=RecordEnd.LIMIT, seconds=2.5),
        replace(desk.take(4, RECORDED, bytes(8000), ending=".ulaw"), end=RecordEnd.HANGUP, seconds=1.0),
    )
    desk.save(SidecarState.TO_FILE, *takes, ended=True)
    desk.sweep()
    assert desk.left() == []
    samples = np.frombuffer(desk.heard()[ULID], dtype="<i2")
    assert len(samples) == 6.5 * 8000
    assert samples[:24000].tobytes() == wav(3)[44:]
    assert np.abs(samples[24000:44000].astype(int) - spoken).max() < 300, "A-law's own steps"
    assert set(samples[44000:].tolist()) == {-32124}, "µ-law 0 is its loudest"
    assert [
        (part.number, part.offset_seconds, part.sound_seconds, part.clock_seconds, part.end_reason, part.recording_id)
        for part in parts_of(desk)
    ] == [
        (1, 0.0, 3.0, 11.0, "silence", ULID),
        (3, 3.0, 2.5, None, "limit", ULID),
        (4, 5.5, 1.0, None, "hangup", ULID),
    ]


@pytest.mark.parametrize("content", [None, b"ID3" * 5000], ids=["gone", "no sound"])
def test_a_take_that_cannot_be_read_costs_the_others_nothing(desk: Leavings, content: bytes | None) -> None:
    first, lost, last = desk.take(1, RECORDED, wav(3)), desk.take(2, RECORDED, content), desk.take(3, RECORDED, wav(2))
    desk.save(SidecarState.TO_FILE, first, lost, last, ended=True)
    desk.sweep()
    assert len(desk.heard()[ULID]) == 5 * 16000
    assert flags_of(desk) == ["truncated"]
    assert [(part.number, part.offset_seconds, part.recording_id) for part in parts_of(desk)] == [
        (1, 0.0, ULID),
        (2, 3.0, None),
        (3, 3.0, ULID),
    ]
    assert (desk.spool.folder / "aside" / lost.file).exists() is (content is not None)


def test_a_take_under_way_when_the_process_died_is_added_to_the_earlier_ones(desk: Leavings) -> None:
    first, second = desk.take(1, RECORDED, wav(3)), desk.take(2, PartState.RECORDING, wav(0.8, torn=True))
    desk.save(SidecarState.RECORDING, first, second)
    unlisted = desk.spool.audio(ULID, 3, ".alaw")
    unlisted.write_bytes(encode_alaw(np.frombuffer(wav(4)[44:], dtype="<i2")))
    desk.sweep()
    assert len(desk.heard()[ULID]) / 16000 == pytest.approx(7.8)


def test_what_the_dialplan_recorded_comes_after_what_was_said_before(desk: Leavings) -> None:
    desk.save(SidecarState.RECORDING, desk.take(1, RECORDED, wav(3)), desk.take(2, PartState.RECORDING, None))
    desk.journal()
    desk.fallback(wav(2, pitch=0.2))
    desk.sweep()
    assert desk.heard()[ULID] == wav(3)[44:] + wav(2, pitch=0.2)[44:]
    (ticket,) = desk.tickets()
    assert set(ticket.flags) == {"fallback"}
    assert desk.left() == []


@pytest.mark.parametrize("ending", [".alaw", ".ulaw"])
def test_the_dialplans_recording_in_the_lines_encoding_is_filed_as_wav(desk: Leavings, ending: str) -> None:
    desk.fallback(encode_alaw(tone(3)), ending=ending, end='{"seconds":3,"status":"HANGUP"}')
    desk.sweep()
    (ticket,) = desk.tickets()
    assert set(ticket.flags) == {"fallback"}
    assert [len(sound) / 16000 for sound in desk.heard().values()] == [3.0]
    assert desk.left() == []


@pytest.mark.parametrize("known", ["journal", "row"])
def test_a_call_the_dialplan_took_over_was_not_hung_up_by_its_caller(desk: Leavings, known: str) -> None:
    """Our server saw its line end, and said so, while the citizen was still there."""
    path = desk.journal(end=EndReason.HUNG_UP)
    if known == "row":
        with desk.store.transaction() as session:
            record_call(session, read_journal(path), NOW)
        path.unlink()
    desk.fallback(wav(3))
    desk.sweep()
    (call,), (ticket,) = desk.calls(), desk.tickets()
    assert (call.end_reason, ticket.call_id) == (EndReason.FAILED, call.id)


@pytest.mark.parametrize(
    ("end", "flags"),
    [
        (None, {"fallback"}),
        ('{"seconds":3,"status":"HANGUP"}', {"fallback"}),
        ('{"seconds":10,"status":"SILENCE"}', {"fallback"}),
        ('{"seconds":9,"status":"HANGUP"}', {"fallback", "truncated"}),
        ("", {"fallback", "truncated"}),
        ('{"sec', {"fallback", "truncated"}),
    ],
)
def test_what_the_disk_did_not_take_of_the_dialplans_recording_is_told(
    desk: Leavings, end: str | None, flags: set[str]
) -> None:
    desk.fallback(wav(3), end=end)
    desk.sweep()
    (ticket,) = desk.tickets()
    assert set(ticket.flags) == flags
    assert desk.left() == []


def test_a_faint_voice_is_kept_for_a_person_and_silence_is_not(desk: Leavings) -> None:
    faint = wav(3)[:44] + (np.frombuffer(wav(3)[44:], dtype="<i2") // 80).astype("<i2").tobytes()
    desk.save(SidecarState.RECORDING, desk.take(1, PartState.RECORDING, faint))
    desk.save(
        SidecarState.RECORDING,
        desk.take(1, PartState.RECORDING, wav(3)[:44] + bytes(48000), ulid=ULID[:-1] + "W"),
        ulid=ULID[:-1] + "W",
    )
    desk.sweep()
    assert desk.tickets() == []
    assert [path.name for path in (desk.spool.folder / "aside").iterdir()] == [f"{ULID}.1.wav"]
