"""Both languages of every sentence the programs print, side by side where they are used."""

import os
from contextvars import ContextVar

_reader: ContextVar[str | None] = ContextVar("reader", default=None)


def speak(language: str | None) -> None:
    """Speak this language (``vi``, ``en``) to whoever this thread serves; None: the command line's again."""
    _reader.set(language)


def spoken() -> str | None:
    """What :func:`speak` said last in this thread."""
    return _reader.get()


def language() -> str:
    """The language of the person served now: what :func:`speak` said, else ``TONGDAI_LANGUAGE``, else ``vi``."""
    return "en" if (_reader.get() or os.environ.get("TONGDAI_LANGUAGE", "vi")).lower().startswith("en") else "vi"


def tr(vi: str, en: str) -> str:
    """The sentence in the language of the person served now."""
    return en if language() == "en" else vi
