"""Building every sound before the first call: only what changed, two at a time, each put in place in one step."""

import fcntl
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ivr.prompts import store
from ivr.prompts.errors import PromptFaults
from ivr.prompts.items import all_items
from ivr.prompts.sources import Item
from ivr.prompts.store import Built
from ivr.prompts.voice import render
from ivr.settings import Settings
from ivr.words import tr

_REPORT_EVERY = 100


def build(settings: Settings, say: Callable[[str], None] = print) -> None:
    """Build what is missing or changed below ``<home>/sounds``, drop what is not needed.

    :raises PromptFaults: faults of the texts, all at once; PromptError where a sound cannot be made.

    A city that does not answer by default is left as it stands while its texts are faulty.
    """
    all_wanted = all_items(settings)
    items = all_wanted.items
    for broken in all_wanted.left_out.values():
        say(str(PromptFaults(broken)))
    kept = tuple(f"{city}/" for city in all_wanted.left_out)
    sounds = settings.sounds
    with _alone(sounds):
        before = store.read_manifest(sounds)
        wanted = {item.key: (item, item.digest()) for item in items}
        due = [
            (item, digest)
            for key, (item, digest) in wanted.items()
            if key not in before or before[key].digest != digest or not (sounds / f"{key}.wav").exists()
        ]
        built = {key: before[key] for key in before if key in wanted or key.startswith(kept)}
        built |= _make_all(sounds, due, say)
        store.write_manifest(sounds, built)
        _drop(sounds, set(before) - set(built))
    if due:
        say(tr(f"Lời thoại: xong {len(items)} tệp.", f"Prompts: {len(items)} files ready."))


@contextmanager
def _alone(sounds: Path) -> Iterator[None]:
    """One builder a home at a time; the kernel frees the lock if a builder dies."""
    sounds.mkdir(parents=True, exist_ok=True)
    with (sounds / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_all(sounds: Path, due: list[tuple[Item, str]], say: Callable[[str], None]) -> dict[str, Built]:
    """Threads suffice: the work is done by espeak-ng and sox, processes of their own."""
    built: dict[str, Built] = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        making = [(item.key, digest, pool.submit(_make, sounds, item, digest)) for item, digest in due]
        try:
            for number, (key, digest, future) in enumerate(making, start=1):
                built[key] = Built(digest=digest, seconds=future.result())
                if number % _REPORT_EVERY == 0:
                    say(tr(f"Lời thoại: {number}/{len(due)}", f"Prompts: {number}/{len(due)}"))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return built


def _make(sounds: Path, item: Item, digest: str) -> float:
    """Put one sound in its place; returns its seconds."""
    content = make_sound(item, digest)
    store.write_whole(sounds / f"{item.key}.wav", content)
    return store.seconds_of(content)


def make_sound(item: Item, digest: str) -> bytes:
    """One sound as a WAV file: from the cache, or made now and put there. ``digest`` is the item's."""
    content = store.cached(digest)
    if content is None:
        content = render(item)
        store.keep(digest, content)
    return content


def _drop(sounds: Path, keys: set[str]) -> None:
    for key in keys:
        (sounds / f"{key}.wav").unlink(missing_ok=True)
