"""The clock: it did not go back."""

from datetime import datetime

from ivr.command import Finding
from ivr.model.civil import ZONE
from ivr.settings import Settings
from ivr.words import tr

FUTURE = 120.0
"""Seconds by which a file may be newer than the clock before the clock is doubted."""


def check_clock(settings: Settings) -> list[Finding]:
    """Nothing on disk is newer than now (a clock that went back)."""
    local = datetime.now(ZONE)
    newest = max((path.stat().st_mtime for path in settings.home.glob("*") if path.exists()), default=0.0)
    ok = newest <= local.timestamp() + FUTURE
    return [
        Finding(
            name="clock",
            ok=ok,
            text=f"{local:%Y-%m-%d %H:%M:%S %z}",
            remedy=""
            if ok
            else tr(
                f"Trong {settings.home} có tệp mới hơn giờ của máy: đồng hồ bị lùi. "
                "Bật đồng bộ giờ: timedatectl set-ntp true",
                f"Files in {settings.home} are newer than the clock: it went back. "
                "Turn on time synchronisation: timedatectl set-ntp true",
            ),
        )
    ]
