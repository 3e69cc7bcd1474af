"""Start our Asterisk and ask it: its command line, its folders, one command over the control socket."""

import re
import subprocess
from pathlib import Path

from ivr.asterisk import variables
from ivr.asterisk.install import AsteriskInstall, get_asterisk
from ivr.asterisk.rendering import configuration_folder, render, run_folder
from ivr.errors import TongdaiError
from ivr.settings import Settings
from ivr.words import tr


class AsteriskSilent(TongdaiError):
    """The running Asterisk does not answer its control socket."""


def prepare(settings: Settings) -> list[str]:
    """Render, make the folders, and return the command that runs Asterisk in the foreground."""
    install = get_asterisk(settings)
    render(settings)
    home = settings.home.absolute()
    for name in ("lib", "spool", "data"):
        (home / "asterisk" / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (run_folder(settings), settings.logs / "asterisk", settings.spool):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _own(run_folder(settings))
    _link_data(install, home / "asterisk" / "data", settings.sounds.absolute())
    return command(settings)


def command(settings: Settings) -> list[str]:
    """The foreground command line: no fork, no colours, our configuration."""
    return [*_program(settings), "-f", "-n"]


def cli(settings: Settings, words: str, *, timeout: float = 10.0) -> str:
    """What the running Asterisk answers to one command; :class:`AsteriskSilent` when it does not run."""
    try:
        done = subprocess.run(
            [*_program(settings), "-r", "-x", words],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AsteriskSilent(_silent(settings)) from error
    if done.returncode != 0:
        raise AsteriskSilent(f"{_silent(settings)} ({done.stderr.strip() or done.stdout.strip()})")
    return done.stdout


def fully_booted(settings: Settings) -> bool:
    """Whether it runs and has loaded everything; answers at once."""
    if not (run_folder(settings) / "asterisk.ctl").exists():
        return False
    try:
        return "fully booted" in cli(settings, "core waitfullybooted", timeout=5.0)
    except AsteriskSilent:
        return False


def active_calls(settings: Settings) -> int:
    """Calls at this moment, as Asterisk counts them against its limit; :class:`AsteriskSilent` when it does not run."""
    found = re.search(r"(\d+) (?:of \d+ max )?active calls?\b", cli(settings, "core show channels count"))
    return int(found[1]) if found else 0


def refused_calls(settings: Settings) -> int:
    """Calls that its dialplan refused since it began; :class:`AsteriskSilent` when it does not run."""
    found = re.search(rf"\b{variables.REFUSED}=(\d+)", cli(settings, "dialplan show globals"))
    return int(found[1]) if found else 0


def _program(settings: Settings) -> list[str]:
    return [*get_asterisk(settings).program, "-C", str(configuration_folder(settings) / "asterisk.conf")]


def _silent(settings: Settings) -> str:
    log = settings.logs / "asterisk"
    return tr(
        f"Asterisk của {settings.home} không trả lời. "
        f"Xem nhật ký {log}, chạy `tongdai run` hoặc `tongdai asterisk start`.",
        f"The Asterisk of {settings.home} does not answer. "
        f"See the logs in {log}, start `tongdai run` or `tongdai asterisk start`.",
    )


def _own(folder: Path) -> None:
    """A run folder in /tmp could have been laid there by somebody else: whoever owns it could talk to Asterisk."""
    if folder.is_symlink() or folder.stat().st_uid != Path("/proc/self").stat().st_uid:
        raise AsteriskSilent(
            tr(
                f"{folder} không thuộc người dùng này. Xóa thư mục đó rồi chạy lại.",
                f"{folder} does not belong to this user. Delete it and run again.",
            )
        )
    folder.chmod(0o700)


def _link_data(install: AsteriskInstall, data: Path, sounds: Path) -> None:
    """Asterisk's own data by links (modules complain without ``documentation``), the sounds ours."""
    wanted = {"sounds": sounds}
    if install.data.is_dir():
        wanted = {entry.name: entry for entry in install.data.iterdir() if entry.name != "sounds"} | wanted
    for name, target in wanted.items():
        link = data / name
        if link.is_symlink() and link.readlink() == target:
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(target)
