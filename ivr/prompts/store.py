"""Where built sounds lie: the manifest beside them, and a cache that spares a second home the work."""

import json
import os
import wave
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from ivr.durable import Sync, replace

MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True)
class Built:
    """One built sound: what it was made from (:meth:`ivr.prompts.sources.Item.digest`) and its length."""

    digest: str
    seconds: float


def read_manifest(sounds: Path) -> dict[str, Built]:
    """What is built, by key; nothing where no (readable) manifest is: then everything is built anew."""
    try:
        data = json.loads((sounds / MANIFEST).read_text(encoding="utf-8"))
        return {key: Built(digest=digest, seconds=float(seconds)) for key, (digest, seconds) in data.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_manifest(sounds: Path, built: dict[str, Built]) -> None:
    """Replace the manifest in one step."""
    lines = {key: [each.digest, round(each.seconds, 3)] for key, each in sorted(built.items())}
    write_whole(sounds / MANIFEST, json.dumps(lines, indent=0).encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write so that a reader sees the old file or the new one, never a part; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, content, mode=0o644, sync=Sync.NOTHING, several_writers=True)


def seconds_of(content: bytes) -> float:
    """Length of a WAV file; ValueError for anything else or a part of one."""
    try:
        with wave.open(BytesIO(content)) as file:
            frames = file.getnframes()
            if len(file.readframes(frames)) != frames * file.getsampwidth() * file.getnchannels() or not frames:
                raise ValueError("shorter than its header says")
            seconds: float = frames / file.getframerate()
            return seconds
    except (wave.Error, EOFError) as error:
        raise ValueError(str(error)) from error


def cached(digest: str) -> bytes | None:
    """A sound this machine has built before, in any home."""
    try:
        content = _cache_path(digest).read_bytes()
        seconds_of(content)
    except (OSError, ValueError):
        return None
    return content


def keep(digest: str, content: bytes) -> None:
    """Put a sound into the cache; a cache that cannot be written is done without."""
    try:
        write_whole(_cache_path(digest), content)
    except OSError:
        return


def _cache_path(digest: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "tongdai-1022" / "sounds" / digest[:2] / f"{digest}.wav"
