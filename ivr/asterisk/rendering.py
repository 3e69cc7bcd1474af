"""``config/asterisk/*.conf`` → ``<home>/asterisk/etc``: templates filled from the settings, cities and passwords."""

import hashlib
import ipaddress
import os
import re
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ivr.asterisk.install import get_asterisk
from ivr.asterisk.logins import KEYS_USER, load_logins
from ivr.asterisk.numbers import dialled_numbers
from ivr.asterisk.queues import find_queues
from ivr.asterisk.templates import RenderFault, fill, plain
from ivr.durable import Sync, replace
from ivr.phone import LONGEST_TALK
from ivr.recordings.wav import TELEPHONE_RATE, WRITTEN_HEADER
from ivr.settings import Settings
from ivr.words import tr

SOCKET_PATH_MAX = 107
"""Bytes the kernel allows for an AF_UNIX path."""
RESTART = 15
"""Seconds in which a caller who comes out of a queue hears music while no server answers: one that is being updated."""
FIRST = 100
"""Priority in a queue above all that :class:`ivr.callcentre.queues.Priorities` gives: whose talk was cut off."""
_SOCKET = "asterisk.ctl"


def configuration_folder(settings: Settings) -> Path:
    """Where the rendered files lie."""
    return settings.home.absolute() / "asterisk" / "etc"


def run_folder(settings: Settings) -> Path:
    """Where the control socket lies: in the home if its path is short enough for a socket, else a folder in /tmp."""
    ours = settings.home.absolute() / "asterisk" / "run"
    if len(os.fsencode(ours / _SOCKET)) <= SOCKET_PATH_MAX:
        return ours
    mark = hashlib.sha256(os.fsencode(ours)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"tongdai-{os.getuid()}-{mark}"


def render(settings: Settings) -> Path:
    """Write every configuration file (0600, only where it changed) and return their folder."""
    values = _values(settings) | {"modules": plain("modules", get_asterisk(settings).modules)}
    for log in (settings.logs / "asterisk").glob("queue_log*"):
        log.unlink()  # numbers of callers, which an earlier version let Asterisk write there
    return _fill_all(settings, configuration_folder(settings), "*.conf", values)


def render_site(settings: Settings) -> Path:
    """Only what a city's own PBX includes (docs/asterisk.md): the dialplan and the manager user; needs no Asterisk."""
    return _fill_all(settings, settings.home.absolute() / "asterisk" / "site", "tongdai-*.conf", _values(settings))


def _fill_all(settings: Settings, folder: Path, pattern: str, values: dict[str, Any]) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = settings.config / "asterisk"
    templates = sorted(source.glob(pattern))
    if not templates:
        raise RenderFault(
            tr(
                f"{source}: không có tệp mẫu *.conf. Đặt TONGDAI_CONFIG đúng thư mục cấu hình.",
                f"{source}: no *.conf templates. Point TONGDAI_CONFIG at the configuration folder.",
            )
        )
    for template in templates:
        _write(folder / template.name, fill(source, template.name, values))
    return folder


def _values(settings: Settings) -> dict[str, Any]:
    """What the templates may print, by name; lists where there may be several."""
    logins = load_logins(settings)
    home = settings.home.absolute()
    values = {
        "etc": configuration_folder(settings),
        "state": home / "asterisk",
        "run": run_folder(settings),
        "log": settings.logs.absolute() / "asterisk",
        "sounds": settings.sounds.absolute(),
        "spool": settings.spool.absolute(),
        "bind": settings.bind,
        "sip_port": settings.sip_port,
        "agi_port": settings.agi_port,
        "ami_port": settings.ami_port,
        "http_port": settings.asterisk_http_port,
        "rtp_start": settings.rtp_start,
        "rtp_end": settings.rtp_end,
        "most_calls": settings.most_calls,
        "most_begun": settings.most_begun,
        "rtp_pairs": settings.rtp_pairs,
        "ami_user": logins.ami_user,
        "ami_secret": logins.ami_secret,
        "keys_user": KEYS_USER,
        "deadman_margin": settings.deadman_margin,
        "longest_talk": LONGEST_TALK,
        "restart": RESTART,
        "first": FIRST,
        "record_limit": settings.record_limit,
        "record_silence": settings.record_silence,
        "least_report": WRITTEN_HEADER + round(settings.record_minimum * TELEPHONE_RATE) * 2,
        "city": settings.city,
        "least_take": round(settings.record_minimum * TELEPHONE_RATE),
        "numbers": [asdict(dialled) for dialled in dialled_numbers(settings)],
        "trunk_networks": _trunk_networks(settings),
        "softphones": [{"user": user, "password": password} for user, password in logins.softphones.items()],
    }
    checked: dict[str, Any] = plain("", values)
    return checked | {
        "operator": _operator(settings),
        "queues": [asdict(queue) for queue in find_queues(settings)],
        "operator_wait": settings.operator_wait,
        "hide_withheld": settings.withheld_numbers == "hide",
    }


def _trunk_networks(settings: Settings) -> list[str]:
    """The networks whose calls are the trunk's, as ``address/bits``."""
    networks: list[str] = []
    for address in filter(None, (part.strip() for part in settings.trunk_addresses.split(","))):
        try:
            networks.append(str(ipaddress.ip_network(address, strict=False)))
        except ValueError as error:
            raise RenderFault(
                tr(
                    f"TONGDAI_TRUNK_ADDRESSES: {address!r} không phải địa chỉ hay mạng IP. "
                    "Ví dụ: 203.0.113.5 hoặc 203.0.113.0/29.",
                    f"TONGDAI_TRUNK_ADDRESSES: {address!r} is no IP address or network. "
                    "For example: 203.0.113.5 or 203.0.113.0/29.",
                )
            ) from error
    return networks


def _operator(settings: Settings) -> str:
    """The dial string of a person, the fallback's last way when the disk refuses; ``""`` where none is configured.

    Checked here, not by :func:`plain`: a dial string may join several with ``&`` and name a trunk after ``@``.
    """
    if settings.operator_phone and not re.fullmatch(r"[\w./@&:+-]+", settings.operator_phone):
        raise RenderFault(
            tr(
                f"TONGDAI_OPERATOR_PHONE={settings.operator_phone!r} không phải chuỗi quay số của Asterisk. "
                "Ví dụ: PJSIP/100.",
                f"TONGDAI_OPERATOR_PHONE={settings.operator_phone!r} is no Asterisk dial string. "
                "For example: PJSIP/100.",
            )
        )
    return settings.operator_phone


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        replace(path, text.encode(), sync=Sync.NOTHING)
