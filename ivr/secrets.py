"""Secrets of this instance, made once and kept in ``<home>/secrets`` (0600)."""

import hmac
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from ivr.durable import fsync_folder
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
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(scratch, path)  # unlike a rename this never replaces the key another process made meanwhile
        fsync_folder(path.parent)
    finally:
        scratch.unlink()
    return path.read_bytes()
