"""Which prompts have a text for a city: ``ivr.prompts`` reads them, its faults become faults of the city."""

from collections.abc import Mapping
from pathlib import Path

from ivr.city.faults import Fault
from ivr.city.values import Text
from ivr.prompts.texts import city_texts, common_texts

PromptTexts = Mapping[str, Text]
"""Shown texts by prompt id; empty in a language where there is none."""


def read_prompt_texts(config: Path, city_id: str, faults: list[Fault]) -> PromptTexts:
    """All prompts a city has; its own win over the common ones."""
    common, own = common_texts(config), city_texts(config, city_id)
    faults.extend(
        fault
        for text in (*common.faults, *own.faults)
        if (fault := _fault(config, text)).file.endswith("prompts.toml") or fault.file.startswith("prompts/")
    )
    both = common.by_key | own.by_key
    shown = {key: text.text for key, text in both.items()}
    return {name: Text(vi=shown.get((name, "vi"), ""), en=shown.get((name, "en"), "")) for name, _ in both}


def _fault(config: Path, text: str) -> Fault:
    """``path: what`` as a fault; the path relative to the cities, or to the configuration for common prompts."""
    path, _, what = text.partition(": ")
    file = path.removeprefix(f"{config / 'cities'}/").removeprefix(f"{config}/")
    return Fault(file=file, text=what)
