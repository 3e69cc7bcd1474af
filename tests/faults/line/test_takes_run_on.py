"""The longest take runs on into the next one: on a real Asterisk, what a caller says meanwhile is hardly missing."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ivr.asterisk import find_asterisk
from ivr.filing.filing import renew_codes
from ivr.prompts import build
from ivr.settings import Settings
from ivr.simulator.journal_tail import Journals
from ivr.simulator.sip import SipCall
from ivr.simulator.sounds import from_alaw, to_alaw
from ivr.spool import Spool
from ivr.spool.codebook import CodeBook
from ivr.store import open_store
from ivr.store.migrate import migrate
from ivr.testing import need
from ivr.testing.asterisk import PATIENCE, private_settings, running_asterisk, wait_for
from ivr.testing.calls import cut_short, hotline
from ivr.testing.line import OnTheLine, usual

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[3]
TAKE, SPEECH = 12, 20.0
GAP = 0.4
"""Seconds of speech that may be missing between two takes."""
PIECE = 2000
"""Samples by which a place in the speech is found again."""

Sound = np.ndarray[tuple[int], np.dtype[np.float64]]


@pytest.fixture
def settings() -> Iterator[Settings]:
    """An instance with the city of ``tests/flows/good/du``, so that no shipped menu decides."""
    with tempfile.TemporaryDirectory(prefix="tdr", dir="/tmp") as folder:
        config = Path(folder) / "config"
        (config / "cities").mkdir(parents=True)
        for name in ("prompts", "asterisk"):
            (config / name).symlink_to(ROOT / "config" / name)
        shutil.copytree(ROOT / "tests" / "flows" / "good" / "du", config / "cities" / "du")
        made = private_settings(
            Path(folder), config=config, city="du", key_wait=1.5, record_limit=TAKE + 10, record_silence=4,
            free_space_mb=0,
        )  # fmt: skip
        need(find_asterisk(made), "an Asterisk ≥ 18 (make asterisk)")
        build(made, say=lambda line: None)
        cut_short(made, 0.5)
        migrate(made)
        yield made


def test_hardly_anything_is_missing_between_two_takes(settings: Settings) -> None:
    speech = (np.random.default_rng(1022).standard_normal(round(SPEECH * 8000)) * 4000).astype(np.int16)
    with closing(open_store(settings)) as store:
        renew_codes(store, CodeBook(settings.codes), datetime.now(UTC))
        with running_asterisk(settings), hotline(settings, usual()):
            first, second, heard = asyncio.run(speak(settings, to_alaw(speech)))
    spoken = from_alaw(to_alaw(speech)).astype(np.float64)
    missing = place(spoken, second[:PIECE]) - place(spoken, first[-PIECE:]) - PIECE
    assert 0 <= missing / 8000 <= GAP
    assert has_tone(heard), "the caller hears that the longest take is over"


async def speak(settings: Settings, alaw: bytes) -> tuple[Sound, Sound, Sound]:
    """Speak through the end of a take; the first take, the second, and what the caller heard meanwhile."""
    call = SipCall(host="127.0.0.1", port=settings.sip_port, called="0981022", number="0905", name="a", keep_audio=True)
    caller = OnTheLine(call=call, number="0905", journals=Journals(settings.spool), name="a")
    try:
        await asyncio.wait_for(call.dial(), PATIENCE)
        await caller.press_at(("hoi", "1"))
        await caller.hear("beep")
        await asyncio.sleep(0.6)
        before = len(call.ear.sound)
        await call.speak(alaw)
        (sidecar,) = Spool(settings).all()
        takes = [settings.spool / part.file for part in sidecar.parts]
        assert len(takes) == 2
        heard = bytes(call.ear.sound[before:])
    finally:
        await call.close()
        if caller.tail is not None:
            caller.tail.close()
    wait_for(lambda: not takes[0].exists() or all(path.stat().st_size for path in takes), "the takes are not there")
    first, second = (samples(path) for path in takes)
    return first, second, from_alaw(heard).astype(np.float64)


def samples(path: Path) -> Sound:
    if path.suffix == ".alaw":
        return from_alaw(path.read_bytes()).astype(np.float64)
    content = path.read_bytes()[44:]
    return np.frombuffer(content[: len(content) // 2 * 2], dtype="<i2").astype(np.float64)


def place(spoken: Sound, piece: Sound) -> int:
    """Where in the speech a piece of it is."""
    products = np.correlate(spoken, piece, "valid")
    found = int(products.argmax())
    alike = np.corrcoef(spoken[found : found + len(piece)], piece)[0, 1]
    assert alike > 0.8, f"no piece of the speech: {alike:.2f}"
    return found


def has_tone(heard: Sound) -> bool:
    """Whether 1,400 Hz is for 100 ms by far the loudest of what was heard."""
    frames = heard[: len(heard) // 800 * 800].reshape(-1, 800)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    share = power[:, 139:142].sum(axis=1) / np.maximum(power.sum(axis=1), 1.0)
    return bool((share > 0.8).any())
