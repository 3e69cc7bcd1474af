"""What must be ready before the processes start: folders, faults reported together, database, prompts, an account."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from ivr import prompts
from ivr.city.seconds.check import warnings_of
from ivr.command import Finding
from ivr.doctor.findings import find_checks, gather
from ivr.errors import TongdaiError
from ivr.services.people import FIRST_ADMIN, ensure_first_admin
from ivr.settings import Settings
from ivr.store import StoreAway, open_store
from ivr.store.migrate import migrate
from ivr.words import tr


class CannotStart(TongdaiError):
    """Faults found before anything was started, all of them at once."""


def make_folders(settings: Settings) -> None:
    """The home and its folders, for this user alone: they hold what citizens said."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.home.stat().st_uid == os.getuid():  # set-up may have made it as open as the checkout
        settings.home.chmod(settings.home.stat().st_mode & 0o7770)
    for folder in (settings.run, settings.logs, settings.spool, settings.recordings, settings.codes, settings.sounds):
        folder.mkdir(mode=0o700, exist_ok=True)


def refuse_faults(settings: Settings, *, asterisk: bool) -> None:
    """Run every check that guards a start; :class:`CannotStart` lists all faults with their remedies."""
    checks = find_checks(at_start=True, without=() if asterisk else ("asterisk",))
    faults = [finding for finding in gather(settings, checks) if not finding.ok]
    if not asterisk:
        faults = [fault for fault in faults if not _of_asterisk(fault)]
    if faults:
        lines = "\n".join(f"  ✗ {fault.text}\n    → {fault.remedy}" for fault in faults)
        raise CannotStart(tr(f"chưa khởi động được:\n{lines}", f"cannot start:\n{lines}"))


def prepare_database(settings: Settings, now: datetime) -> str | None:
    """Migrate, and make the first administrator where there is no account; its password, printed once.

    :raises StoreAway: the database is away; calls are taken all the same, the caller tries again.
    """
    migrate(settings)
    store = open_store(settings)
    try:
        with store.transaction() as session:
            return ensure_first_admin(session, now)
    finally:
        store.close()


def build_prompts(settings: Settings, say: Callable[[str], None]) -> None:
    """Build what is missing or changed; sounds that stand cost nothing. What keeps callers too long is a warning."""
    prompts.build(settings, say)
    for fault in warnings_of(settings):
        say(f"! {fault}")


class DatabaseWork:
    """Preparing the database now, or, where it is away at start, every few seconds until it is there."""

    EVERY = 5.0
    """Seconds between tries."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings, self._say = settings, say
        self._due: float | None = None
        self.password: str | None = None

    def first(self, monotonic: float) -> None:
        """The first try; a database that is away is reported and tried again later."""
        try:
            self.password = prepare_database(self._settings, datetime.now(UTC))
        except StoreAway as away:
            self._due = monotonic + self.EVERY
            self._say(
                tr(
                    f"! {away}\n"
                    f"  Cuộc gọi vẫn được nhận và giữ trong spool; tổng đài thử lại mỗi {self.EVERY:.0f} giây.",
                    f"! {away}\n  Calls are taken and kept in the spool; trying again every {self.EVERY:.0f} s.",
                )
            )

    def again(self, monotonic: float) -> None:
        """Called at each tick: another try when one is due."""
        if self._due is None or monotonic < self._due:
            return
        try:
            self.password = prepare_database(self._settings, datetime.now(UTC))
        except StoreAway:
            self._due = monotonic + self.EVERY
            return
        self._due = None
        self._say(tr("✓ cơ sở dữ liệu đã sẵn sàng", "✓ the database is there"))
        if self.password:
            self._say(first_sign_in(self.password))


def first_sign_in(password: str) -> str:
    """The one line that shows the first administrator's password."""
    user = FIRST_ADMIN
    return tr(
        f"  Đăng nhập lần đầu: {user} / {password}   (chỉ in một lần; đăng nhập xong sẽ đặt mật khẩu riêng)",
        f"  First sign-in: {user} / {password}   (printed once; you then choose a password of your own)",
    )


def export_home(settings: Settings) -> None:
    """All processes find the same home and configuration whatever folder they start in."""
    os.environ["TONGDAI_HOME"] = str(settings.home.absolute())
    os.environ["TONGDAI_CONFIG"] = str(settings.config.absolute())


def _of_asterisk(fault: Finding) -> bool:
    """Ports only our own Asterisk would take."""
    return fault.name == "ports" and any(
        name in fault.remedy for name in ("TONGDAI_AMI_PORT", "TONGDAI_ASTERISK_HTTP_PORT", "TONGDAI_SIP_PORT")
    )
