"""The nemesis' judge: each way of losing, doubling or inventing a report is seen, and nothing else is called one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete

from ivr.model import Call, Recording, Ticket
from ivr.recordings.machine_tones import ToneMeter
from ivr.settings import Settings
from ivr.simulator.sounds import write_wav
from ivr.store import Store
from ivr.testing import temporary_settings
from ivr.testing.database import sqlite_store
from ivr.testing.spool import NOW
from tests.soak.citizen import APART, LOWEST, Account, Cancelled, Mood, Speech, voice
from tests.soak.judge import Verdict, judge, tones_in

NUMBER = "0900000001"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return temporary_settings(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with sqlite_store(tmp_path) as opened:
        with opened.transaction() as session:
            session.add(Call(id="call", city="x", started_at=NOW, caller_raw=NUMBER))
        yield opened


@pytest.fixture
def file(settings: Settings, store: Store) -> Callable[..., None]:
    """Files a recording that holds tones of so many seconds, by their number."""

    def filed(ulid: str, *, call: str = "", **tones: float) -> None:
        parts = [_tone(LOWEST + APART * int(name[1:]), seconds) for name, seconds in tones.items()]
        settings.recordings.mkdir(exist_ok=True)
        write_wav(settings.recordings / f"{ulid}.wav", np.concatenate([*parts, np.zeros(8000, np.int16)]))
        with store.transaction() as session:
            if session.get(Call, call or ulid) is None:
                session.add(Call(id=ulid, city="x", started_at=NOW, caller_raw=NUMBER))
            session.add(Ticket(ulid=ulid, call_id=call or ulid, city="x", created_at=NOW, filed_at=NOW))
            session.add(
                Recording(id=ulid, ulid=ulid, take=1, key=f"{ulid}.wav", seconds=9, size=1, sha256=ulid, created_at=NOW)
            )

    return filed


@pytest.fixture
def tell(settings: Settings, store: Store) -> Callable[..., Verdict]:
    """The verdict on one citizen who said these speeches."""

    def told(*speeches: Speech, deaths: tuple[float, ...] = (), **given: object) -> Verdict:
        values = {"number": NUMBER, "mood": Mood.REPORTS, "answered": 100.0, "over": 160.0, **given}
        return judge([Account(speeches=list(speeches), **values)], settings, store, deaths)  # type: ignore[arg-type]

    return told


def said(number: int, seconds: float, *, report: int = 0, closed: float | None = None) -> Speech:
    hertz = LOWEST + APART * number
    return Speech(hertz=hertz, report=report, began=110.0, seconds=seconds, closed=closed)


def test_what_was_said_is_found(file: Callable[..., None], tell: Callable[..., Verdict]) -> None:
    file("call", _0=4)
    verdict = tell(said(0, 4.1))
    assert verdict.fine
    assert (verdict.due, verdict.found, verdict.extra) == (1, 1, 0)
    assert verdict.missing == pytest.approx(0.1, abs=0.05)


def test_what_a_late_caller_never_sent_is_not_missing(file: Callable[..., None], tell: Callable[..., Verdict]) -> None:
    file("call", _0=4.4)
    assert tell(said(0, 5.1)).short
    assert tell(said(0, 5.1), late=0.7).fine
    assert tell(said(0, 8), late=0.7).short, "no more than so late"


def test_a_report_without_a_recording_is_lost(tell: Callable[..., Verdict]) -> None:
    verdict = tell(said(0, 4))
    assert len(verdict.lost) == 1
    assert not verdict.fine


def test_a_report_in_two_recordings_is_doubled(file: Callable[..., None], tell: Callable[..., Verdict]) -> None:
    file("call", _0=4)
    file("other", _0=4)
    assert len(tell(said(0, 4)).doubled) == 1


def test_two_reports_of_one_call_are_two(file: Callable[..., None], tell: Callable[..., Verdict]) -> None:
    file("call", _0=4)
    file("other", call="call", _1=5)
    verdict = tell(said(0, 4), said(1, 5, report=1))
    assert verdict.fine
    assert verdict.due == 2


def test_a_recording_nobody_spoke_is_unexplained(file: Callable[..., None], tell: Callable[..., Verdict]) -> None:
    file("call", _3=4)
    file("silent")
    verdict = tell(said(3, 1.0))
    assert verdict.unexplained == [f"{NUMBER}: silent"]


def test_a_report_taken_back_must_not_come_back(file: Callable[..., None], tell: Callable[..., Verdict]) -> None:
    assert tell(said(0, 4), cancelled={0: Cancelled.YES}).fine
    assert tell(said(0, 4), cancelled={0: Cancelled.PERHAPS}).fine
    file("call", _0=4)
    assert tell(said(0, 4), cancelled={0: Cancelled.PERHAPS}).fine
    assert len(tell(said(0, 4), cancelled={0: Cancelled.YES}).undead) == 1


def test_every_long_take_must_stand(file: Callable[..., None], tell: Callable[..., Verdict]) -> None:
    file("call", _1=4)
    assert tell(said(1, 4), said(2, 0.3)).fine, "a click is no take"
    assert len(tell(said(0, 4), said(1, 4)).lost) == 1, "a later take replaces no earlier one"
    file("other", call="call", _0=4)
    assert tell(said(0, 4), said(1, 4)).due == 2


def test_what_a_dying_asterisk_had_not_written_is_counted_apart(
    file: Callable[..., None], tell: Callable[..., Verdict]
) -> None:
    death = (118.5,)
    assert tell(said(0, 3), deaths=death).unwritten == 1
    assert tell(said(0, 8), deaths=death).lost
    file("call", _0=4)
    verdict = tell(said(0, 8), deaths=death)
    assert verdict.fine
    assert verdict.missing_by_death == pytest.approx(4, abs=0.05)
    assert tell(said(0, 8), deaths=(105.0, 170.0)).short, "with Asterisk alive every second must be there"
    assert tell(said(0, 8, closed=118.2), deaths=death).short, "what was closed before is whole"


def test_an_answered_call_has_a_row(store: Store, tell: Callable[..., Verdict]) -> None:
    with store.transaction() as session:
        session.execute(delete(Call))
    assert tell().untraced == [NUMBER]
    assert tell(deaths=(101.0,)).unseen == 1
    assert tell(answered=None).fine


def test_tones_are_told_apart_and_measured() -> None:
    sound = np.concatenate([_tone(LOWEST, 2), np.zeros(4000, np.int16), _tone(LOWEST + 4 * APART, 3)])
    assert tones_in(sound.tobytes()) == pytest.approx({LOWEST: 2, LOWEST + 4 * APART: 3}, abs=0.05)
    assert tones_in(b"") == {}


@pytest.mark.parametrize("number", range(8))
def test_a_citizens_voice_is_recognised_and_no_machine(number: int) -> None:
    hertz = LOWEST + APART * number
    said = voice(hertz, 10)
    assert tones_in(said.tobytes()) == pytest.approx({hertz: 10}, abs=0.05)
    meter = ToneMeter(rate=8000)
    meter.feed(said)
    assert not meter.frames().any()


def _tone(hertz: int, seconds: float) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    at = np.arange(round(seconds * 8000)) / 8000
    return np.asarray(np.sin(2 * np.pi * hertz * at) * 9000, dtype=np.int16)
