"""Takes of one report on the engine's side: appended, begun again, refused by the disk, or faint."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from ivr.engine.dependencies import CannotLook, Dependencies
from ivr.engine.report import SpokenReport
from ivr.model.report import PartState
from ivr.phone import Recorded, RecordEnd
from ivr.recordings.soundfiles import encode_alaw
from ivr.simulator.sounds import quiet, tone
from ivr.spool import Spool
from ivr.testing import temporary_settings
from ivr.testing.scripted import Codes, RememberingFiler
from ivr.testing.spool import ULID, make_sidecar

NOW = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)
Say = Callable[..., bool]


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(temporary_settings(tmp_path))


@pytest.fixture
def report(spool: Spool) -> SpokenReport:
    calls = Dependencies(
        spool=spool, codes=Codes(None), filer=RememberingFiler(spool), find_status=lambda *_: CannotLook(),
        pin_mac=lambda ulid, pin: "mac",
    )  # fmt: skip
    blank = make_sidecar(ulid=ULID, instance="1022", city="da-nang", started_at=NOW, reported_at=NOW)
    return SpokenReport(blank, dependencies=calls, clock=lambda: NOW, minimum=2.0)


@pytest.fixture
def say(report: SpokenReport) -> Say:
    def speak(seconds: float, *, lasted: float | None = None, quiet: float | None = None, loud: float = 1.0) -> bool:
        path = report.begin_take(".alaw")
        path.write_bytes(encode_alaw((tone(seconds) * loud).astype(np.int16)))
        clock = seconds if lasted is None else lasted
        return report.end_take(Recorded(end=RecordEnd.KEY, key="#", lasted=clock, quiet=quiet))

    return speak


def states(report: SpokenReport) -> list[str]:
    return [part.state.value for part in report.sidecar.parts]


def test_takes_are_added_to_one_another_a_short_one_too(report: SpokenReport, say: Say, spool: Spool) -> None:
    assert (say(3), say(0.6), say(2.5)) == (True, True, True)
    assert states(report) == ["recorded"] * 3
    assert [path.name for _, path in report.takes] == [f"{ULID}.{number}.alaw" for number in (1, 2, 3)]
    assert all(path.exists() for _, path in report.takes)


def test_a_first_take_that_is_too_short_is_dropped(report: SpokenReport, say: Say, spool: Spool) -> None:
    assert not say(1.5)
    assert not report.spoken
    assert spool.takes_on_disk(ULID) == {}


def test_who_begins_again_loses_what_was_said_only_to_a_newer_report(report: SpokenReport, say: Say) -> None:
    say(3)
    report.start_over()
    assert not say(1.0)
    assert states(report) == ["recorded", "dropped"]
    assert say(2.5)
    assert states(report) == ["dropped", "dropped", "recorded"]
    assert say(0.6), "from here on takes are added again"
    assert [part.state for part in report.sidecar.kept] == [PartState.RECORDED] * 2


@pytest.mark.parametrize(
    ("lasted", "quiet", "flags"),
    [(3.2, None, ()), (9.0, None, ("gaps",)), (11.0, 8.0, ()), (14.0, 8.0, ("gaps",))],
)
def test_sound_that_is_missing_by_the_clock_is_told(
    report: SpokenReport, say: Say, lasted: float, quiet: float | None, flags: tuple[str, ...]
) -> None:
    """Silence at the end is none, whether the line sent it or not."""
    assert say(3, lasted=lasted, quiet=quiet)
    assert report.sidecar.flags == flags
    assert report.sidecar.kept[0].clock_seconds == lasted


@pytest.mark.parametrize("seconds", [0.0, 1.5])
def test_a_disk_that_took_nothing_of_a_take_is_known(
    report: SpokenReport, say: Say, spool: Spool, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(spool, "room", lambda: False)
    with capture_logs() as log:
        assert not say(seconds, lasted=20.0, quiet=12.0)
    assert report.no_room
    assert "record.no_room" in [entry["event"] for entry in log]


def test_a_disk_that_took_half_of_a_take_cuts_it(
    report: SpokenReport, say: Say, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "room", lambda: False)
    assert say(4, lasted=16.0, quiet=12.0), "a file that does not grow looks like a line that sends nothing"
    assert report.sidecar.flags == ("truncated",)


def test_a_recorder_that_died_interrupts_a_take_and_the_line_has_no_gaps(report: SpokenReport) -> None:
    report.begin_take(".alaw").write_bytes(encode_alaw(tone(4.096)))
    assert report.end_take(Recorded(end=RecordEnd.HANGUP, lasted=6.4, whole=False))
    assert report.sidecar.flags == ("interrupted",)


def test_a_faint_voice_goes_aside_and_silence_goes_away(report: SpokenReport, say: Say, spool: Spool) -> None:
    assert not say(3, loud=0.012)
    assert (spool.folder / "aside" / f"{ULID}.1.alaw").exists()
    path = report.begin_take(".alaw")
    path.write_bytes(encode_alaw(quiet(5)))
    assert not report.end_take(Recorded(end=RecordEnd.SILENCE, lasted=8.0, quiet=8.0))
    assert [path.name for path in (spool.folder / "aside").iterdir()] == [f"{ULID}.1.alaw"]
