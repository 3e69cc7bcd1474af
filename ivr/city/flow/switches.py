"""Switches a person throws (``emergency``), kept in ``<home>/switches.toml`` and read whenever a call comes to one.

``emergency = true`` stands there as a person may write it too; the table ``since`` says when it was thrown.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from ivr.durable import locked, write_durably
from ivr.errors import TongdaiError
from ivr.settings import Settings
from ivr.settings.files import parse_toml
from ivr.words import tr

FILE = "switches.toml"
_SINCE = "since"
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
    return _switches(_read(settings))


@dataclass(frozen=True, kw_only=True)
class Thrown:
    """A switch that is on."""

    name: str
    since: datetime
    """When it was thrown; where a person wrote the file, when they last did."""


def find_thrown(settings: Settings) -> list[Thrown]:
    """The switches that are on, by name; raises :class:`SwitchError` for a file that cannot be read."""
    data = _read(settings)
    moments = _moments(data)
    names = sorted(name for name, on in _switches(data).items() if on)
    if not names:
        return []
    changed = _changed_at(settings.home / FILE)
    return [Thrown(name=name, since=moments.get(name, changed)) for name in names]


def get_stamp(settings: Settings) -> str:
    """Differs whenever the switches' file does; empty without one."""
    try:
        found = (settings.home / FILE).stat()
    except OSError:
        return ""
    return f"{found.st_mtime_ns}-{found.st_size}"


def find_switches(config: Path, city: str) -> list[str]:
    """The switches a city's menu asks for, also of a menu with other faults: calls go on with the older one."""
    try:
        nodes = parse_toml((config / "cities" / city / "menu.toml").read_bytes()).get("nodes", {})
    except (OSError, ValueError):  # `flow check` and `doctor` say what is wrong with it
        return []
    tables = nodes.values() if isinstance(nodes, dict) else ()
    found = {node.get("switch") for node in tables if isinstance(node, dict)}
    return sorted(name for name in found if isinstance(name, str))


def throw_switch(settings: Settings, name: str, on: bool, now: datetime) -> None:
    """Turn a switch on or off for every call from now on; the file is replaced in one step."""
    if not _NAME.fullmatch(name) or name == _SINCE:
        raise SwitchError(tr(f"“{name}” không phải là tên công tắc", f'"{name}" is not the name of a switch'))
    path = settings.home / FILE
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with locked(settings.home / f".{FILE}.lock", wait=True):
            since = {thrown.name: thrown.since for thrown in find_thrown(settings)}
            if on:
                since.setdefault(name, now)
            else:
                since.pop(name, None)
            switches = read_switches(settings) | {name: on}
            write_durably(path, _written(switches, since).encode())
    except OSError as error:
        raise SwitchError(tr(f"{path}: không ghi được ({error})", f"{path}: cannot be written ({error})")) from error


def _read(settings: Settings) -> dict[str, Any]:
    path = settings.home / FILE
    try:
        return parse_toml(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SwitchError(
            tr(
                f"{path}: không đọc được ({error}). Sửa tệp, hoặc xóa nó để tắt mọi công tắc.",
                f"{path}: cannot be read ({error}). Mend the file, or delete it to turn every switch off.",
            )
        ) from error


def _switches(data: dict[str, Any]) -> dict[str, bool]:
    return {name: value for name, value in data.items() if isinstance(value, bool)}


def _moments(data: dict[str, Any]) -> dict[str, datetime]:
    """When each was thrown, as far as the file says so with an offset from UTC."""
    table = data.get(_SINCE)
    moments = table.items() if isinstance(table, dict) else ()
    return {name: at for name, at in moments if isinstance(at, datetime) and at.tzinfo is not None}


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _written(switches: dict[str, bool], since: dict[str, datetime]) -> str:
    lines = [f"{name} = {str(on).lower()}" for name, on in sorted(switches.items())]
    if since:
        lines += ["", f"[{_SINCE}]", *(f"{name} = {at.isoformat()}" for name, at in sorted(since.items()))]
    return "\n".join(lines) + "\n"
