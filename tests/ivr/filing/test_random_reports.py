"""Random reports of one call, killed at a random step: the sweep ends each as its caller left it."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.engine.dependencies import CannotLook, Dependencies
from ivr.engine.report import SpokenReport
from ivr.filing.filing import file_one
from ivr.phone import Recorded, RecordEnd
from ivr.secrets import pin_mac
from ivr.spool import CallJournal
from ivr.store import Store
from ivr.testing import temporary_settings
from ivr.testing.database import sqlite_store
from ivr.testing.spool import NOW, ULID, Killed, Leavings, reaping, unsynced, wav, wipe

GOOD = 2.0


class PromptFiler:
    """Files at once, in the caller's thread: so that death may also come in the middle of that."""

    def __init__(self, desk: Leavings) -> None:
        self._desk = desk

    def call_started(self, journal: CallJournal) -> None:
        """Nothing: the call's own row is not this test's matter."""

    def call_waits(self, ulid: str) -> None:
        """Nothing."""

    def report(self, ulid: str) -> None:
        file_one(self._desk.settings, self._desk.store, self._desk.spool, ulid, NOW)

    def remember(self, journal: CallJournal) -> None:
        """Nothing."""

    def call_ended(self, ulid: str) -> None:
        """Nothing."""


@dataclass
class Known:
    """What must be true of the ticket: only what the caller could know when the process died."""

    spoken: list[float] = field(default_factory=list)
    """Lengths of the takes that belong to the report and whose audio is on disk, oldest first."""
    cancel_begun: bool = False
    cancelled: bool = False
    code: str | None = None
    publish: bool | None = None


@dataclass(frozen=True)
class Take:
    """The caller speaks."""

    seconds: float


TAKE = st.sampled_from([0.5, 2.5, 3.0, 4.0]).map(Take)
STORIES = st.tuples(
    st.lists(TAKE, min_size=1, max_size=3),
    st.sampled_from(["send", "cancel", "hang up", "nothing"]),
    st.booleans(),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with sqlite_store(tmp_path_factory.mktemp("random")) as store:
        unsynced(store)
        yield store


def live(desk: Leavings, story: tuple[list[Take], str, bool], known: Known) -> None:
    """One call, as the engine leads it."""
    calls = Dependencies(
        spool=desk.spool,
        codes=desk.codes,
        filer=PromptFiler(desk),
        find_status=lambda *_: CannotLook(),
        pin_mac=lambda ulid, pin: pin_mac(desk.settings, ulid, pin),
    )
    takes, ending, answers = story
    with desk.spool.hold(ULID):
        report = SpokenReport(desk.blank(), dependencies=calls, clock=lambda: NOW, minimum=GOOD)
        for take in takes:
            path = report.begin_take()
            path.write_bytes(wav(take.seconds, torn=True))  # Asterisk, not we
            if take.seconds >= GOOD or known.spoken:  # any word belongs to what was said before
                known.spoken.append(take.seconds)
            path.write_bytes(wav(take.seconds))
            report.end_take(Recorded(end=RecordEnd.KEY, key="#", lasted=take.seconds))
        match ending:
            case "send" if report.spoken:
                report.send()
                known.code = report.sidecar.code
                if answers:
                    report.change(publish=True)
                    known.publish = True
                report.close()
            case "cancel":
                known.cancel_begun = True
                report.cancel()
                known.cancelled = True
                report.close()
            case "nothing":
                pass  # the process hangs until it is killed
            case _:
                report.close(hung_up=True)


def check(desk: Leavings, known: Known) -> None:
    tickets, heard = desk.tickets(), desk.heard()
    assert [name for name in desk.left() if not name.startswith(".")] == []
    assert len(tickets) <= 1
    if known.cancelled or not known.spoken:
        assert (tickets, heard) == ([], {})
        return
    if known.cancel_begun:
        return  # killed while cancelling: kept or gone, but whole
    (ticket,) = tickets
    assert len(heard[ULID]) / 16000 == pytest.approx(sum(known.spoken))
    assert desk.work() == [ULID]
    if known.code is not None:
        assert ticket.code == known.code
    if known.publish is not None:
        assert ticket.publish is True


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=STORIES, fatal=st.integers(0, 60))
def test_every_story_ends_as_its_caller_left_it(
    story: tuple[list[Take], str, bool], fatal: int, database: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    wipe(database)
    known = Known()
    with tempfile.TemporaryDirectory() as folder:
        desk = Leavings(settings=temporary_settings(Path(folder), sweep_still=10.0), store=database)
        desk.lease()
        with reaping(monkeypatch, fatal):
            live(desk, story, known)
        for _ in range(2):
            assert desk.sweep().faults == []
        check(desk, known)


def test_the_reaper_reaps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The tool itself: nothing lasts after death, and all works again afterwards."""
    done: list[Callable[[], object]] = []
    with reaping(monkeypatch, 1) as reaper:
        (tmp_path / "a").touch()
        (tmp_path / "a").unlink()
        (tmp_path / "b").touch()
        with pytest.raises(Killed):
            (tmp_path / "b").unlink()
        with pytest.raises(Killed):
            (tmp_path / "b").unlink()
        done.append(lambda: None)
    assert reaper.dead
    assert done
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    (tmp_path / "b").unlink()
