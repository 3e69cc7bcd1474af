"""Both languages of every sentence the programs print, side by side where they are used."""

import os


def language() -> str:
    """The language of command-line output: ``vi`` unless ``TONGDAI_LANGUAGE`` says ``en``."""
    return "en" if os.environ.get("TONGDAI_LANGUAGE", "vi").lower().startswith("en") else "vi"


def tr(vi: str, en: str) -> str:
    """The sentence in the language of the command line."""
    return en if language() == "en" else vi
