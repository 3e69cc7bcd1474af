"""Generated names and passwords of our Asterisk, kept in ``<home>/secrets/asterisk.json`` (0600)."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from ivr.durable import create
from ivr.errors import TongdaiError
from ivr.settings import Settings
from ivr.words import tr

AMI_USER = "tongdai"
KEYS_USER = "tongdai-keys"
"""Ends recordings by a key; it sees nothing. Same secret."""
SOFTPHONES = ("100", "101")
"""Users a softphone registers as; key 0 rings ``PJSIP/100`` by default."""


class LoginsError(TongdaiError):
    """The file of generated passwords cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Logins:
    """The manager interface's secret and each softphone's password by user."""

    ami_user: str
    ami_secret: str
    softphones: dict[str, str]


def load_logins(settings: Settings) -> Logins:
    """The passwords in force, made at the first call; :class:`LoginsError` when the file is damaged."""
    path = settings.home / "secrets" / "asterisk.json"
    if not path.exists():
        _make(path)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        phones = {user: str(kept["softphones"][user]) for user in SOFTPHONES}
        return Logins(ami_user=AMI_USER, ami_secret=str(kept["ami"]), softphones=phones)
    except (ValueError, KeyError, TypeError) as error:
        raise LoginsError(
            tr(
                f"{path}: tệp mật khẩu bị hỏng. Xóa tệp đó; lần khởi động sau sẽ tạo mật khẩu mới.",
                f"{path}: the file of passwords is damaged. Delete it; the next start makes new ones.",
            )
        ) from error


def _make(path: Path) -> None:
    """Of two processes that start together one wins, and both read the same secrets."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = {"ami": secrets.token_hex(24), "softphones": {user: secrets.token_hex(8) for user in SOFTPHONES}}
    create(path, json.dumps(made, indent=1).encode())
