"""Vietnamese first, English by switch: Vietnamese sentences are the message ids, English stands in ``messages.po``."""

import io
import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, request
from flask_babel import Babel

from ivr.durable import Sync, replace
from ivr.settings import Settings
from ivr.words import speak, spoken

LANGUAGES = ("vi", "en")
THEMES = ("auto", "light", "dark")
LANGUAGE_COOKIE = "tongdai_language"
THEME_COOKIE = "tongdai_theme"
_HERE = Path(__file__).parent / "translations"


def register(app: Flask) -> None:
    """Make gettext work in views and templates."""
    compiled = compile_translations(app.extensions["tongdai.settings"])
    Babel(
        app,
        default_locale="vi",
        default_timezone="Asia/Ho_Chi_Minh",
        default_translation_directories=str(compiled),
        locale_selector=language,
    )
    app.context_processor(lambda: {"language": language(), "theme": theme()})


def language() -> str:
    """``vi`` or ``en``: what the signed-in person chose, else this browser, else Vietnamese."""
    return spoken() or _chosen()  # settled once a request: a page asks four hundred times


def settle() -> None:
    """Speak it for the rest of this request, as far as it is known who asks; ``ivr``'s sentences follow it."""
    speak(_chosen())


def _chosen() -> str:
    person = g.get("person")
    asked = person.language if person else request.cookies.get(LANGUAGE_COOKIE)
    return asked if asked in LANGUAGES else "vi"


def theme() -> str:
    """``auto``, ``light`` or ``dark``, as :func:`language`."""
    person = g.get("person")
    asked = person.theme if person else request.cookies.get(THEME_COOKIE)
    return asked if asked in THEMES else "auto"


def compile_translations(settings: Settings) -> Path:
    """The folder with compiled catalogues: the package's own when it is fresh or can be written, else in the home."""
    sources = sorted(_HERE.glob("*/LC_MESSAGES/messages.po"))
    if all(_fresh(source, source.with_suffix(".mo")) for source in sources):
        return _HERE
    if all(os.access(source.parent, os.W_OK) for source in sources):
        folder = _HERE
    else:
        folder = settings.home / "run" / "translations"
    for source in sources:
        target = folder / source.relative_to(_HERE).with_suffix(".mo")
        if not _fresh(source, target):
            _compile(source, target)
    return folder


def _fresh(source: Path, target: Path) -> bool:
    return target.exists() and target.stat().st_mtime >= source.stat().st_mtime


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    target.parent.mkdir(parents=True, exist_ok=True)
    # two consoles may start at once
    replace(target, compiled.getvalue(), mode=0o644, sync=Sync.NOTHING, several_writers=True)
