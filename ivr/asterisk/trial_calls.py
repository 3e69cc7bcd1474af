"""Calls that somebody makes to try the hotline: the caller's name says so, under this instance's own key.

Asterisk keeps 79 characters of a name, so the mark is short: ``~``, six random characters, twelve that only this
instance can make of them, and a space. A stranger cannot hide a report among the trials.
"""

import base64
import hmac
import re
import secrets
from hashlib import sha256

from ivr.secrets import get_secret
from ivr.settings import Settings

_MARK = re.compile(r"~([\w-]{6})([\w-]{12}) ", re.ASCII)


def mark_name(settings: Settings, name: str) -> str:
    """The caller's name for a call that is a trial."""
    chance = secrets.token_urlsafe(6)[:6]
    return f"~{chance}{_mac(settings, chance)} {name}"


def read_name(settings: Settings, name: str) -> tuple[str, bool]:
    """The name without its mark, and whether it bore one of ours."""
    found = _MARK.match(name)
    if found is None or not hmac.compare_digest(_mac(settings, found[1]), found[2]):
        return name, False
    return name[found.end() :], True


def _mac(settings: Settings, chance: str) -> str:
    digest = hmac.new(get_secret(settings, "trial.key"), chance.encode(), sha256).digest()
    return base64.urlsafe_b64encode(digest)[:12].decode()
