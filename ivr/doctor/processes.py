"""Ports and processes: free before a start, serving while the hotline runs."""

import json

from ivr.command import Finding
from ivr.process.liveness import QUESTIONS, lives
from ivr.process.ports import Port, answers, ports, why_not_free
from ivr.process.run_lock import is_running
from ivr.settings import Settings
from ivr.words import tr

LIVES_WITHIN = 3.0
"""Seconds a process has to answer."""
PROCESSES = {"TONGDAI_AGI_PORT": "agi", "TONGDAI_HUB_PORT": "watch", "TONGDAI_ASTERISK_HTTP_PORT": "asterisk"}
"""Setting of a port → process behind it."""


def check_ports(settings: Settings) -> list[Finding]:
    """Free before a start, answering while the hotline runs."""
    running = is_running(settings)
    found: list[Finding] = []
    for port in ports(settings):
        if running:
            ok, text, remedy = _how_it_answers(settings, port)
        else:
            why = why_not_free(port)
            ok, text = (
                not why,
                tr("còn trống", "free") if not why else tr(f"không dùng được ({why})", f"cannot be used ({why})"),
            )
            remedy = (
                ""
                if ok
                else tr(
                    f"Dừng chương trình đang giữ cổng (ss -lntup), hoặc đặt {port.setting} sang số khác.",
                    f"Stop the program that holds it (ss -lntup), or set {port.setting} to another number.",
                )
            )
        found.append(Finding(name="ports", ok=ok, text=f"{port} {text}", remedy=remedy))
    return found


def check_processes(settings: Settings) -> list[Finding]:
    """While the hotline runs: which of its processes serve."""
    status = settings.run / "status.json"
    if not is_running(settings) or not status.exists():
        return [Finding(name="processes", ok=True, text=tr("tổng đài không chạy", "the hotline is not running"))]
    return [
        Finding(
            name="processes",
            ok=child["state"] == "ready",
            text=f"{child['name']}: {child['state']}",
            remedy="" if child["state"] == "ready" else tr(f"Xem {child['log']}.", f"See {child['log']}."),
        )
        for child in json.loads(status.read_text(encoding="utf-8"))
    ]


def _how_it_answers(settings: Settings, port: Port) -> tuple[bool, str, str]:
    """Whether the process behind the port does, in words, and the remedy: the kernel accepts for a frozen one too."""
    if not answers(port):
        see = tr(f"Xem nhật ký trong {settings.logs}.", f"See the logs in {settings.logs}.")
        return False, tr("không trả lời", "does not answer"), see
    if port.setting in QUESTIONS and not lives(port, LIVES_WITHIN):
        pid = settings.run / f"{PROCESSES[port.setting]}.pid"
        remedy = tr(
            f"`tongdai run` tự khởi động lại sau {settings.frozen_after:.0f} giây; không thì: kill -9 $(cat {pid})",
            f"`tongdai run` restarts it after {settings.frozen_after:.0f} s; else: kill -9 $(cat {pid})",
        )
        return False, tr("nhận kết nối nhưng không trả lời: bị đứng", "accepts but says nothing: frozen"), remedy
    return True, tr("trả lời", "answers"), ""
