"""docs/spool.md names every state, flag and setting of the spool."""

from pathlib import Path

import pytest

from ivr.filing.filing import NO_AUDIO
from ivr.filing.settle import ORPHAN
from ivr.model import RecordingFlag
from ivr.model.report import PartState
from ivr.spool import SidecarState
from ivr.spool.sidecar import HUNG_UP

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "spool.md").read_text(encoding="utf-8")
WORDS = {*SidecarState, *PartState, NO_AUDIO, HUNG_UP, ORPHAN}
FLAGS = {RecordingFlag.INTERRUPTED, RecordingFlag.TRUNCATED, RecordingFlag.FALLBACK}
SETTINGS = {f"TONGDAI_{name}" for name in ("SWEEP_EVERY", "SWEEP_STILL", "SWEEP_ORPHAN", "RECORD_MINIMUM", "HUB_PORT")}


@pytest.mark.parametrize("word", sorted(str(word) for word in WORDS | FLAGS | SETTINGS))
def test_it_is_named(word: str) -> None:
    assert f"`{word}`" in TEXT
