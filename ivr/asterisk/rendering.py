"""``config/asterisk/*.conf`` → ``<home>/asterisk/etc``: templates whose ``@{name}`` are filled from the settings."""

import hashlib
import ipaddress
import os
import re
import tempfile
from pathlib import Path
from string import Template

from ivr.asterisk.install import get_asterisk
from ivr.asterisk.logins import load_logins
from ivr.asterisk.numbers import entries
from ivr.errors import TongdaiError
from ivr.settings import Settings
from ivr.words import tr

SOCKET_PATH_MAX = 107
"""Bytes the kernel allows for an AF_UNIX path."""
WAV_HEADER, WAV_SECOND = 44, 16000
"""Bytes of a recording's header and of each second of it."""
_SOCKET = "asterisk.ctl"


class RenderFault(TongdaiError):
    """A setting cannot stand in an Asterisk configuration file, or a template is faulty."""


class _Conf(Template):
    """``@{name}`` only: ``$`` and a bare ``@`` belong to the dialplan."""

    delimiter = "@"
    pattern = r"@(?:(?P<escaped>(?!))|(?P<named>(?!))|\{(?P<braced>[a-z_]+)\}|(?P<invalid>(?!)))"  # type: ignore[assignment]


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
    values = _values(settings) | {"modules": _harmless("modules", str(get_asterisk(settings).modules))}
    return _fill_all(settings, configuration_folder(settings), "*.conf", values)


def render_site(settings: Settings) -> Path:
    """Only what a city's own PBX includes (docs/asterisk.md): the dialplan and the manager user; needs no Asterisk."""
    return _fill_all(settings, settings.home.absolute() / "asterisk" / "site", "tongdai-*.conf", _values(settings))


def _fill_all(settings: Settings, folder: Path, pattern: str, values: dict[str, str]) -> Path:
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
        _write(folder / template.name, _filled(template, values))
    return folder


def _values(settings: Settings) -> dict[str, str]:
    logins = load_logins(settings)
    home = settings.home.absolute()
    values: dict[str, object] = {
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
        "ami_user": logins.ami_user,
        "ami_secret": logins.ami_secret,
        "deadman_margin": settings.deadman_margin,
        "record_limit": settings.record_limit,
        "record_silence": settings.record_silence,
        "least_report": WAV_HEADER + round(settings.record_minimum * WAV_SECOND),
    }
    plain = {name: _harmless(name, str(value)) for name, value in values.items()}
    return plain | {
        "numbers": entries(settings),
        "trunk_identify": _trunk_identify(settings),
        "softphones": "\n".join(_softphone(user, password) for user, password in logins.softphones.items()),
        "operator": _operator(settings),
    }


def _harmless(name: str, value: str) -> str:
    """A path with a comma or a semicolon would be read as two arguments or a comment: say so instead."""
    if re.fullmatch(r"[\w./:+=~ -]+", value):
        return value
    raise RenderFault(
        tr(
            f"{name} = {value!r}: Asterisk không nhận các dấu này trong đường dẫn hay địa chỉ. "
            "Đổi thiết lập hoặc thư mục TONGDAI_HOME.",
            f"{name} = {value!r}: Asterisk does not take these signs in a path or address. "
            "Change the setting or TONGDAI_HOME.",
        )
    )


def _trunk_identify(settings: Settings) -> str:
    """The section that takes calls from these addresses as the trunk's; nothing where there is none."""
    lines: list[str] = []
    for address in filter(None, (part.strip() for part in settings.trunk_addresses.split(","))):
        try:
            lines.append(f"match = {ipaddress.ip_network(address, strict=False)}")
        except ValueError as error:
            raise RenderFault(
                tr(
                    f"TONGDAI_TRUNK_ADDRESSES: {address!r} không phải địa chỉ hay mạng IP. "
                    "Ví dụ: 203.0.113.5 hoặc 203.0.113.0/29.",
                    f"TONGDAI_TRUNK_ADDRESSES: {address!r} is no IP address or network. "
                    "For example: 203.0.113.5 or 203.0.113.0/29.",
                )
            ) from error
    return "\n".join(["[trunk]", "type = identify", "endpoint = trunk", *lines]) if lines else ""


def _softphone(user: str, password: str) -> str:
    """Endpoint, login and place of one softphone; its caller number has ten digits, as a citizen's would."""
    return "\n".join(
        [
            f"[{user}](softphone)",
            f"auth = {user}",
            f"aors = {user}",
            f'callerid = "May {user}" <0900000{user}>',
            f"[{user}]",
            "type = auth",
            "auth_type = userpass",
            f"username = {user}",
            f"password = {password}",
            f"[{user}]",
            "type = aor",
            "max_contacts = 1",
            "remove_existing = yes",
            "qualify_frequency = 60",
        ]
    )


def _operator(settings: Settings) -> str:
    """The fallback's last way when the disk refuses: a person, where one is configured."""
    if not settings.operator_phone:
        return ""
    if not re.fullmatch(r"[\w./@&:+-]+", settings.operator_phone):
        raise RenderFault(
            tr(
                f"TONGDAI_OPERATOR_PHONE={settings.operator_phone!r} không phải chuỗi quay số của Asterisk. "
                "Ví dụ: PJSIP/100.",
                f"TONGDAI_OPERATOR_PHONE={settings.operator_phone!r} is no Asterisk dial string. "
                "For example: PJSIP/100.",
            )
        )
    return f" same => n,Dial({settings.operator_phone},{settings.operator_wait})"


def _filled(template: Path, values: dict[str, str]) -> str:
    try:
        return _Conf(template.read_text(encoding="utf-8")).substitute(values, like_this="@{like_this}")
    except KeyError as error:
        known = ", ".join(sorted(values))
        raise RenderFault(
            tr(
                f"{template}: không có giá trị tên @{{{error.args[0]}}}. Các tên dùng được: {known}.",
                f"{template}: there is no value named @{{{error.args[0]}}}. Names: {known}.",
            )
        ) from error


def _write(path: Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    draft = path.with_name(f".{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.rename(path)
