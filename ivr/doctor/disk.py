"""The disk and the home on it: free space, one file system, no access for other users."""

import os

from ivr.command import Finding
from ivr.settings import Settings
from ivr.words import tr


def check_disk(settings: Settings) -> list[Finding]:
    """Free space for recordings, free inodes, and spool and recordings on one file system (filing renames)."""
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
    """We can write there, and no other user can read what citizens said."""
    folder = _nearest(settings)
    if not os.access(folder, os.W_OK | os.X_OK):
        return [_no_right(settings, folder)]
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


def _no_right(settings: Settings, folder: os.PathLike[str]) -> Finding:
    """We may not write in the home, or not make it in ``folder``: which is the system's, and stays its owner's."""
    home, user = settings.home, os.getuid()
    if home.exists():
        text = tr(f"{home}: không có quyền ghi", f"{home}: may not be written")
        remedy = tr(f"Hãy chạy: sudo chown -R {user} {home}", f"Run: sudo chown -R {user} {home}")
    else:
        text = tr(
            f"{home}: không tạo được, vì không có quyền ghi trong {folder}",
            f"{home}: cannot be made, for {folder} may not be written",
        )
        remedy = tr(
            f"Hãy chạy: sudo install -d -m 700 -o {user} {home}; hoặc chọn thư mục khác trong TONGDAI_HOME",
            f"Run: sudo install -d -m 700 -o {user} {home}; or choose another folder in TONGDAI_HOME",
        )
    return Finding(name="home", ok=False, text=text, remedy=remedy)


def _nearest(settings: Settings) -> os.PathLike[str]:
    """The home, or the folder in which it will be made."""
    folder = settings.home.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder


def _device(path: os.PathLike[str]) -> int:
    return os.stat(path).st_dev  # noqa: PTH116  # one call for both kinds of path
