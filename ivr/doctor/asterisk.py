"""Asterisk: one is there, and takes calls while the hotline runs."""

from ivr.asterisk import active_calls, find_asterisk, fully_booted, refused_calls
from ivr.command import Finding
from ivr.process.run_lock import is_running
from ivr.settings import Settings
from ivr.settings.capacity import WINDOW
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
    """How many calls there are, of how many that are taken, and how many were refused because there were too many."""
    now, most, refused = active_calls(settings), settings.most_calls, refused_calls(settings)
    rate = f"{settings.most_begun / WINDOW:g}"
    text = tr(
        f"{now} cuộc gọi; nhận tối đa {most} cùng lúc, {rate} mỗi giây; "
        f"đã từ chối {refused} cuộc (503) từ khi Asterisk chạy",
        f"{now} calls; at most {most} at once and {rate} a second are taken; "
        f"{refused} were refused (503) since Asterisk began",
    )
    remedy = tr(
        "Quá số cuộc gọi được nhận. Nếu máy còn sức, tăng TONGDAI_MAX_CALLS, TONGDAI_CALLS_A_SECOND và dải cổng RTP.",
        "More calls than are taken. If the machine can carry more, raise TONGDAI_MAX_CALLS, TONGDAI_CALLS_A_SECOND and "
        "the RTP range.",
    )
    full = now >= most
    return Finding(
        name="asterisk", ok=not full, text=text, remedy=remedy if full or refused else "", warning=bool(refused)
    )
