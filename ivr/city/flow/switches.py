"""Switches a person throws (``emergency``), kept in ``<home>/switches.toml`` and read whenever a call comes to one."""

import re

import structlog

from ivr.durable import locked, write_durably
from ivr.errors import TongdaiError
from ivr.settings import Settings
from ivr.settings.files import parse_toml
from ivr.words import tr

FILE = "switches.toml"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")

_log = structlog.get_logger(__name__)


class SwitchError(TongdaiError):
    """A switch has an impossible name, or its file cannot be read or written."""


def is_on(settings: Settings, name: str) -> bool:
    """Whether a switch is on. Without a file all are off; with a broken one too, and the log says so."""
    try:
        return read_switches(settings).get(name, False)
    except SwitchError as error:
        _log.error("switches.unreadable", error=str(error))
        return False


def read_switches(settings: Settings) -> dict[str, bool]:
    """All switches that were ever thrown; raises :class:`SwitchError` for a file that cannot be read."""
    path = settings.home / FILE
    try:
        data = parse_toml(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SwitchError(
            tr(
                f"{path}: không đọc được ({error}). Sửa tệp, hoặc xóa nó để tắt mọi công tắc.",
                f"{path}: cannot be read ({error}). Mend the file, or delete it to turn every switch off.",
            )
        ) from error
    return {name: value for name, value in data.items() if isinstance(value, bool)}


def throw_switch(settings: Settings, name: str, on: bool) -> None:
    """Turn a switch on or off for every call from now on; the file is replaced in one step."""
    if not _NAME.fullmatch(name):
        raise SwitchError(tr(f"“{name}” không phải là tên công tắc", f'"{name}" is not the name of a switch'))
    path = settings.home / FILE
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with locked(settings.home / f".{FILE}.lock", wait=True):
            switches = read_switches(settings) | {name: on}
            lines = [f"{key} = {str(value).lower()}\n" for key, value in sorted(switches.items())]
            write_durably(path, "".join(lines).encode())
    except OSError as error:
        raise SwitchError(tr(f"{path}: không ghi được ({error})", f"{path}: cannot be written ({error})")) from error
