"""Operators' telephones in their browsers, as Asterisk knows them: a login for each stretch of work, gone after it.

Names and secrets lie in ``<home>/secrets/browser-phones.json`` (0600), where the console finds them for their owner's
page; Asterisk reads them from ``pjsip.d/tongdai-browsers.conf``, which it loads anew within 0.1 s while calls go on
(LIVE §3). Only an Asterisk of ours can be made to: the control socket is its owner's.
"""

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ivr.asterisk.control import AsteriskSilent, cli
from ivr.asterisk.rendering import configuration_folder
from ivr.asterisk.templates import fill, plain
from ivr.callcentre.browser_phones import browser_phone
from ivr.durable import Sync, replace
from ivr.settings import Settings
from ivr.words import tr

TEMPLATE = "tongdai-browsers.conf"
"""In ``config/asterisk/pjsip.d``."""
_RELOAD = "module reload res_pjsip.so"


@dataclass(frozen=True, kw_only=True)
class BrowserLogin:
    """As which endpoint a page registers its telephone."""

    user: str
    secret: str


def find_login(settings: Settings, person_id: int) -> BrowserLogin | None:
    """The login of a person who works at a telephone in the browser now; None for who does not."""
    secret = _read(settings).get(str(person_id))
    return None if secret is None else BrowserLogin(user=_user(person_id), secret=secret)


def socket_address(settings: Settings) -> str:
    """Where pages reach Asterisk's WebSocket."""
    return settings.telephone_url or f"ws://127.0.0.1:{settings.asterisk_http_port}/ws"


class BrowserPhones:
    """The logins in force. One owner, in ``watch``; its methods wait for files and for Asterisk."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loaded: str | None = None
        """What Asterisk has read last, as far as we know."""

    def keep(self, persons: Collection[int], *, anew: Collection[int] = ()) -> None:
        """Let exactly these have one: who has a login keeps it, who comes gets a new one, who is gone has none.

        :param anew: of these persons, who have begun another stretch of work, the old one ends.
        :raises AsteriskSilent: Asterisk has not taken it; the next call tries again.
        """
        known = _read(self._settings)
        for person in anew:
            known.pop(str(person), None)
        wanted = {str(person): known.get(str(person)) or secrets.token_hex(24) for person in sorted(persons)}
        if wanted != _read(self._settings):
            _write(_path(self._settings), json.dumps(wanted, indent=1))
        text = _render(self._settings, wanted)
        file = configuration_folder(self._settings) / "pjsip.d" / TEMPLATE
        there = file.read_text(encoding="utf-8") if file.exists() else None
        if text == there == self._loaded or (there is None and not wanted):
            return
        if text != there:
            _write(file, text)
        self._load()
        self._loaded = text

    def _load(self) -> None:
        said = cli(self._settings, _RELOAD)
        if "reloaded successfully" not in said:
            raise AsteriskSilent(
                tr(
                    f"Asterisk không nạp lại cấu hình máy điện thoại: {said.strip()!r}.",
                    f"Asterisk did not load its telephones anew: {said.strip()!r}.",
                )
            )


def _render(settings: Settings, logins: dict[str, str]) -> str:
    browsers = [{"user": _user(int(person)), "password": secret} for person, secret in logins.items()]
    values = plain("", {"browsers": browsers})
    return fill(settings.config / "asterisk" / "pjsip.d", TEMPLATE, values)


def _user(person_id: int) -> str:
    return browser_phone(person_id).partition("/")[2]


def _path(settings: Settings) -> Path:
    return settings.home / "secrets" / "browser-phones.json"


def _read(settings: Settings) -> dict[str, str]:
    """By person; empty where the file is missing or damaged: then all get new ones."""
    try:
        kept = json.loads(_path(settings).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {person: secret for person, secret in kept.items() if person.isdecimal() and isinstance(secret, str)}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace(path, text.encode(), sync=Sync.NOTHING)
