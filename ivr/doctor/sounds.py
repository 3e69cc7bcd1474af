"""What callers hear: every prompt is built, and the programs that build them are there."""

import shutil

from ivr.command import Finding
from ivr.doctor.fresh import comes_at_first_start, is_fresh
from ivr.prompts import load_catalogue
from ivr.settings import Settings
from ivr.settings.files import find_cities
from ivr.words import tr

PROGRAMS = {"espeak-ng": "espeak-ng", "sox": "sox"}
"""Program → Debian package."""


def check_sounds(settings: Settings) -> list[Finding]:
    """Every prompt of every city is built; the programs that build them are there."""
    found = [
        Finding(
            name="sounds",
            ok=False,
            text=tr(f"thiếu chương trình {program}", f"the program {program} is missing"),
            remedy=tr(f"Hãy chạy: apt-get install {package}", f"Run: apt-get install {package}"),
        )
        for program, package in PROGRAMS.items()
        if shutil.which(program) is None
    ]
    for city in find_cities(settings.config):
        missing = load_catalogue(settings, city).missing(settings)
        text = tr(f"{city}: đủ lời thoại", f"{city}: every prompt is built")
        if missing:
            some = ", ".join(missing[:3])
            text = tr(
                f"{city}: thiếu {len(missing)} lời thoại ({some}…)", f"{city}: {len(missing)} prompts missing ({some}…)"
            )
        if missing and is_fresh(settings):
            text = tr(f"{city}: chưa tạo lời thoại", f"{city}: prompts are not built yet")
            found.append(Finding(name="sounds", ok=True, text=f"{text}: {comes_at_first_start()}"))
            continue
        remedy = tr("Hãy chạy: tongdai prompts build", "Run: tongdai prompts build") if missing else ""
        found.append(Finding(name="sounds", ok=not missing, text=text, remedy=remedy))
    return found
