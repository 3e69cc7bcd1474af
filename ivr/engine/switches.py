"""Switches a person throws (``emergency``), read anew at each node that asks: no restart, no database."""

import tomllib
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)


def is_on(home: Path, name: str) -> bool:
    """Whether ``switches.toml`` says true; a file that cannot be read counts as off, and is logged."""
    path = home / "switches.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")).get(name) is True
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        _log.error("switches.unreadable", path=str(path), error=str(error))
        return False
