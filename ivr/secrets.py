"""Secrets of this instance, made once and kept in ``<home>/secrets`` (0600)."""

import hmac
import secrets
from hashlib import sha256
from pathlib import Path

from ivr.durable import create
from ivr.settings import Settings


def get_secret(settings: Settings, name: str) -> bytes:
    """The secret ``name``; made with 32 random bytes where there is none yet, by exactly one of several processes."""
    path = settings.home / "secrets" / name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return _make(path)


def pin_mac(settings: Settings, ulid: str, pin: str) -> str:
    """HMAC-SHA256 (hex) of a PIN under the instance's key, bound to the report it was given for."""
    return hmac.new(get_secret(settings, "pin.key"), f"{ulid}:{pin}".encode(), sha256).hexdigest()


def _make(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    create(path, secrets.token_bytes(32))
    return path.read_bytes()
