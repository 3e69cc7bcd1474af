"""The house's own checks for ``tongdai doctor``; those marked ``at_start`` also guard ``tongdai run``."""

import json
import os
import shutil
import sqlite3
from datetime import datetime

from ivr.asterisk import find_asterisk, fully_booted
from ivr.command import Check, Finding
from ivr.model.civil import ZONE
from ivr.process.liveness import QUESTIONS, lives
from ivr.process.ports import Port, answers, ports, why_not_free
from ivr.process.run_lock import is_running
from ivr.prompts import load_catalogue
from ivr.settings import Settings
from ivr.settings.files import find_cities
from ivr.store import StoreAway, open_store
from ivr.store.migrate import current, head
from ivr.words import tr

PROGRAMS = {"espeak-ng": "espeak-ng", "sox": "sox"}
"""Program → Debian package."""
LIVES_WITHIN = 3.0
"""Seconds a process has to answer."""
PROCESSES = {"TONGDAI_AGI_PORT": "agi", "TONGDAI_HUB_PORT": "watch", "TONGDAI_ASTERISK_HTTP_PORT": "asterisk"}
"""Setting of a port → process behind it."""
FUTURE = 120.0
"""Seconds by which a file may be newer than the clock before the clock is doubted."""
WAL_MENDED = (3, 51, 3)
"""SQLite 3.7.0–3.51.2 can corrupt a database when a WAL is reset."""


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


def check_disk(settings: Settings) -> list[Finding]:
    """Room for recordings, free inodes, and spool and recordings on one file system (filing renames)."""
    folder = _nearest(settings)
    figures = os.statvfs(folder)
    free = figures.f_bavail * figures.f_frsize // 2**20
    enough = free >= settings.free_space_mb and (figures.f_files == 0 or figures.f_favail > 1000)
    found = [
        Finding(
            name="disk",
            ok=enough,
            text=tr(
                f"{folder}: còn {free} MiB, {figures.f_favail} inode",
                f"{folder}: {free} MiB, {figures.f_favail} inodes free",
            ),
            remedy=""
            if enough
            else tr(
                f"Dưới {settings.free_space_mb} MiB (TONGDAI_FREE_SPACE_MB) tổng đài không ghi âm nữa: "
                "dọn đĩa hoặc chuyển TONGDAI_HOME.",
                f"Below {settings.free_space_mb} MiB (TONGDAI_FREE_SPACE_MB) nothing is recorded: "
                "free some space or move TONGDAI_HOME.",
            ),
        )
    ]
    if (
        settings.spool.exists()
        and settings.recordings.exists()
        and _device(settings.spool) != _device(settings.recordings)
    ):
        found.append(
            Finding(
                name="disk",
                ok=False,
                text=tr("spool và recordings nằm trên hai hệ tập tin", "spool and recordings lie on two file systems"),
                remedy=tr("Đặt cả hai trên một hệ tập tin.", "Put both on one file system."),
            )
        )
    return found


def check_home(settings: Settings) -> list[Finding]:
    """We can write there, and nobody else can read what citizens said."""
    folder = _nearest(settings)
    if not os.access(folder, os.W_OK | os.X_OK):
        text = tr(f"{folder}: không có quyền ghi", f"{folder}: may not be written")
        remedy = tr(f"Hãy chạy: chown {os.getuid()} {folder}", f"Run: chown {os.getuid()} {folder}")
        return [Finding(name="home", ok=False, text=text, remedy=remedy)]
    if settings.home.exists() and settings.home.stat().st_mode & 0o007:
        return [
            Finding(
                name="home",
                ok=False,
                text=tr(f"{settings.home}: người dùng khác vào được", f"{settings.home}: other users may enter"),
                remedy=tr(f"Hãy chạy: chmod o= {settings.home}", f"Run: chmod o= {settings.home}"),
            )
        ]
    return [Finding(name="home", ok=True, text=str(settings.home))]


def check_database(settings: Settings) -> list[Finding]:
    """It answers, stands at this version's step, and SQLite is one without the WAL fault."""
    if not settings.database_url and not (settings.home / "tongdai.db").exists():
        text = tr("chưa có cơ sở dữ liệu", "there is no database yet")
        return [
            Finding(
                name="database",
                ok=False,
                text=text,
                remedy=tr("Hãy chạy: tongdai db migrate", "Run: tongdai db migrate"),
            )
        ]
    try:
        at, wanted = current(settings), head()
    except StoreAway as away:
        remedy = tr(
            "Kiểm tra TONGDAI_DATABASE_URL và máy chủ cơ sở dữ liệu.",
            "Check TONGDAI_DATABASE_URL and the database server.",
        )
        return [Finding(name="database", ok=False, text=str(away), remedy=remedy)]
    ok = at == wanted
    remedy = "" if ok else tr("Hãy chạy: tongdai db migrate", "Run: tongdai db migrate")
    found = [
        Finding(
            name="database",
            ok=ok,
            text=tr(f"phiên bản {at} (cần {wanted})", f"at step {at} (wanted {wanted})"),
            remedy=remedy,
        )
    ]
    return found + _sqlite_version(settings)


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
        remedy = tr("Hãy chạy: tongdai prompts build", "Run: tongdai prompts build") if missing else ""
        found.append(Finding(name="sounds", ok=not missing, text=text, remedy=remedy))
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


def _sqlite_version(settings: Settings) -> list[Finding]:
    store = open_store(settings)
    try:
        if store.dialect != "sqlite":
            return []
        with store.reading() as session:
            version = session.connection().exec_driver_sql("select sqlite_version()").scalar_one()
    finally:
        store.close()
    ok = tuple(int(part) for part in version.split(".")) >= WAL_MENDED
    remedy = (
        "" if ok else tr("Cài lại thư viện: make venv (pysqlite3)", "Install the packages again: make venv (pysqlite3)")
    )
    return [Finding(name="database", ok=ok, text=f"SQLite {version} (Python: {sqlite3.sqlite_version})", remedy=remedy)]


def _nearest(settings: Settings) -> os.PathLike[str]:
    """The home, or the folder in which it will be made."""
    folder = settings.home.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder


def _device(path: os.PathLike[str]) -> int:
    return os.stat(path).st_dev  # noqa: PTH116  # one call for both kinds of path


CHECKS = [
    Check(name="ports", check=check_ports, at_start=True),
    Check(name="asterisk", check=check_asterisk, at_start=True),
    Check(name="disk", check=check_disk, at_start=True),
    Check(name="home", check=check_home, at_start=True),
    Check(name="database", check=check_database),
    Check(name="clock", check=check_clock, at_start=True),
    Check(name="sounds", check=check_sounds),
    Check(name="processes", check=check_processes),
]
