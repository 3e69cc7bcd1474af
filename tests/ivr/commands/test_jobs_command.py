"""``tongdai jobs`` from the outside: what stands where, and parked jobs tried again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.__main__ import main
from ivr.jobs import queue
from ivr.model import WorkItem, WorkState
from ivr.store import Store
from ivr.testing.database import sqlite_store
from ivr.testing.jobs import ScriptedHandler, claim


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """One job of ``transcribe`` runs, one waits, one is urgent, two are parked; one of ``upkeep`` is parked."""
    monkeypatch.setenv("TONGDAI_HOME", str(tmp_path))
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    began = datetime.now(UTC) - timedelta(hours=3)
    with sqlite_store(tmp_path) as opened:
        with opened.transaction() as session:
            for subject in ("broken", "empty", "runs", "waits"):
                queue.add(session, "transcribe", subject, began)
            queue.add(session, "upkeep", "upkeep 2026", began)
        for kind, reason in (("transcribe", "MP3"), ("transcribe", "0 bytes"), ("upkeep", "disk full")):
            claimed = claim(opened, kind, "w", began)
            assert claimed is not None
            queue.fail(opened, ScriptedHandler(tries=1), claimed, reason, began)
        assert claim(opened, "transcribe", "host:1:0", datetime.now(UTC)) is not None
        with opened.transaction() as session:
            queue.add(session, "transcribe", "rescue", began, urgency=queue.URGENT)
        yield opened


def said(capsys: pytest.CaptureFixture[str], *given: str, status: int = 0) -> list[str]:
    assert main(["jobs", *given]) == status
    out, err = capsys.readouterr()
    return (out + err).splitlines()


def test_counts_then_what_runs_and_what_is_parked(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "list")
    assert lines[0] == "transcribe: waiting 2, running 1, parked 2; oldest 3 h"
    assert lines[1] == "upkeep: waiting 0, running 0, parked 1; oldest –"
    assert "running  transcribe  runs" in lines[2]
    assert lines[2].endswith("host:1:0")
    assert [line.strip() for line in lines[4::2]] == ["disk full", "0 bytes", "MP3"]


def test_states_and_kinds_are_asked_for(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    waiting = said(capsys, "list", "--waiting")
    assert ["rescue" in waiting[0], "urgent" in waiting[0], "waits" in waiting[1]] == [True] * 3
    assert len(said(capsys, "list", "--parked", "--kind", "upkeep")) == 2
    assert said(capsys, "list", "--waiting", "--kind", "upkeep") == ["There is no such job."]
    assert said(capsys, "list", "--kind", "none") == ["No job waits, runs or is parked."]


def test_one_is_tried_again(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with store.reading() as session:
        broken = session.scalars(select(WorkItem).where(WorkItem.subject == "broken")).one()
    assert said(capsys, "retry", str(broken.id)) == ["1 job will be tried again."]
    with store.reading() as session:
        again = session.get_one(WorkItem, broken.id)
        assert (again.state, again.attempt, again.error) == (WorkState.WAITING, 0, None)
    assert "is not parked" in said(capsys, "retry", str(broken.id), status=1)[0]


def test_all_of_a_kind_are_tried_again(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "retry", "--kind", "transcribe") == ["2 jobs of kind transcribe will be tried again."]
    assert said(capsys, "retry", "--kind", "upkeep") == ["1 job of kind upkeep will be tried again."]
    assert said(capsys, "retry", "--kind", "upkeep") == ["0 jobs of kind upkeep will be tried again."]
    assert said(capsys, "list", "--parked") == ["There is no such job."]
