"""How long sounds are: those that are built for the present texts, and what the synthetic voice needs for each text."""

import os
from concurrent.futures import ThreadPoolExecutor

from ivr.prompts import store
from ivr.prompts.build import make_sound
from ivr.prompts.errors import PromptFaults
from ivr.prompts.items import all_items
from ivr.prompts.sources import Item
from ivr.settings import Settings


def built_lengths(settings: Settings) -> dict[str, float]:
    """Seconds by key of every sound that is built and up to date: a text changed since is not measured.

    Nothing while the texts are faulty: they cannot be built.
    """
    before = store.read_manifest(settings.sounds)
    try:
        items = all_items(settings).items
    except PromptFaults:
        return {}
    return {
        item.key: before[item.key].seconds
        for item in items
        if item.key in before and before[item.key].digest == item.digest()
    }


def synthetic_items(settings: Settings) -> dict[str, Item]:
    """Every sound by key as it is without a voice pack."""
    return {item.key: item for item in all_items(settings.model_copy(update={"voice_pack": None})).items}


def synthetic_lengths(settings: Settings) -> dict[str, float]:
    """Seconds by key of every sound without a voice pack; what was never built is built now, into the cache alone."""
    before = store.read_manifest(settings.sounds)
    digests = {key: (item, item.digest()) for key, item in synthetic_items(settings).items()}

    def measure(key: str) -> float:
        item, digest = digests[key]
        if key in before and before[key].digest == digest:
            return before[key].seconds
        return store.seconds_of(make_sound(item, digest))

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:  # the work is done by espeak-ng and sox
        return dict(zip(digests, pool.map(measure, digests), strict=True))
