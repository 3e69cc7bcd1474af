"""A real private Asterisk, with no server behind its FastAGI port unless a test puts one there."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.asterisk import find_asterisk
from ivr.prompts.queue_sounds import MUSIC
from ivr.settings import Settings
from ivr.simulator.sounds import tone, write_wav
from ivr.testing import need
from ivr.testing.agi_peer import Peer
from ivr.testing.asterisk import RunningAsterisk, private_settings, running_asterisk


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="td", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def settings(home: Path) -> Settings:
    """Short times: the fallback's own behaviour does not depend on them."""
    return private_settings(home, record_silence=3, record_limit=5, deadman_margin=2)


@pytest.fixture
def asterisk(settings: Settings) -> Iterator[RunningAsterisk]:
    """Booted; ended and reaped afterwards. Of the sounds there is what Asterisk itself looks for: music."""
    need(find_asterisk(settings), "no Asterisk ≥ 18: run `make asterisk`")
    music = settings.sounds / f"{MUSIC}.wav"
    music.parent.mkdir(parents=True)
    write_wav(music, tone(1))
    with running_asterisk(settings) as running:
        yield running


@pytest.fixture
def dial() -> Iterator[Callable[..., Peer]]:
    peers: list[Peer] = []

    def make(answer: Callable[[str], str | None], *, queues: bool = True, **env: str) -> Peer:
        peers.append(Peer(answer, env, queues=queues))
        return peers[-1]

    yield make
    for peer in peers:
        peer.close()
