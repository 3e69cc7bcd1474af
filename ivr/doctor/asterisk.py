"""Asterisk: one is there, and takes calls while the hotline runs."""

from ivr.asterisk import find_asterisk, fully_booted
from ivr.command import Finding
from ivr.process.run_lock import is_running
from ivr.settings import Settings
from ivr.words import tr


def check_asterisk(settings: Settings) -> list[Finding]:
    """One is there, and while the hotline runs it is fully booted."""
    install = find_asterisk(settings)
    if install is None:
        return [
            Finding(
                name="asterisk",
                ok=False,
                text=tr("không có Asterisk ≥ 18", "there is no Asterisk ≥ 18"),
                remedy=tr(
                    "Hãy chạy `make asterisk`, cài gói asterisk, hoặc đặt TONGDAI_ASTROOT.",
                    "Run `make asterisk`, install asterisk, or set TONGDAI_ASTROOT.",
                ),
            )
        ]
    found = [Finding(name="asterisk", ok=True, text=f"{install.version} ({install.root or install.program[0]})")]
    if is_running(settings):
        ok = fully_booted(settings)
        text = tr("đang nhận cuộc gọi", "takes calls") if ok else tr("chưa khởi động xong", "is not fully booted")
        remedy = "" if ok else tr(f"Xem {settings.logs}/asterisk*.", f"See {settings.logs}/asterisk*.")
        found.append(Finding(name="asterisk", ok=ok, text=text, remedy=remedy))
    return found
