"""Which prompts have a text for a city, as :mod:`ivr.prompts` reads them."""

from collections.abc import Mapping
from pathlib import Path

from ivr.city.values import Text
from ivr.prompts.texts import common_texts, data_texts, own_texts
from ivr.settings.faults import Fault

PromptTexts = Mapping[str, Text]
"""Shown texts by prompt id; empty in a language where there is none."""


def read_prompt_texts(config: Path, city_id: str, faults: list[Fault]) -> PromptTexts:
    """All prompts a city has, its own before the common ones; faults of its data files are found with the data."""
    common, own, data = common_texts(config), own_texts(config, city_id), data_texts(config, city_id)
    faults += common.faults + own.faults
    both = common.by_key | own.by_key | data.by_key
    shown = {key: text.text for key, text in both.items()}
    return {name: Text(vi=shown.get((name, "vi"), ""), en=shown.get((name, "en"), "")) for name, _ in both}
