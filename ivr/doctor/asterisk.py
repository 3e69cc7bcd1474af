"""Asterisk: one is there, and takes calls while the hotline runs."""

from ivr.asterisk import active_calls, find_asterisk, fully_booted
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
        if ok:
            found.append(_calls(settings))
    return found


def _calls(settings: Settings) -> Finding:
    """How many calls there are, of how many that are taken: at the limit every further caller is refused."""
    now = active_calls(settings)
    full = now >= settings.most_calls
    text = tr(f"{now} cuộc gọi, nhận tối đa {settings.most_calls}", f"{now} calls of at most {settings.most_calls}")
    remedy = tr(
        "Cuộc gọi mới đang bị từ chối (503). Tăng TONGDAI_MAX_CALLS và dải cổng RTP nếu máy còn sức.",
        "Further calls are refused (503). Raise TONGDAI_MAX_CALLS and the RTP range if the machine can carry more.",
    )
    return Finding(name="asterisk", ok=not full, text=text, remedy=remedy if full else "")
