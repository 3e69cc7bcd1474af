"""Whether the desk's file says what it should: a telephone that is written wrongly is missing where people sign in."""

from urllib.parse import urlsplit

from ivr.asterisk.browser_phones import socket_address
from ivr.city.desk import FILE, read_desk
from ivr.command import Finding
from ivr.settings import Settings
from ivr.settings.faults import Fault
from ivr.words import tr


def check_desk(settings: Settings) -> list[Finding]:
    """How many telephones and reasons there are, and each fault of the file."""
    faults: list[Fault] = []
    desk = read_desk(settings.config, faults)
    remedy = tr(f"Sửa {settings.config / FILE}.", f"Mend {settings.config / FILE}.")
    address = socket_address(settings)
    found = [Finding(name="desk", ok=False, text=str(fault), remedy=remedy) for fault in faults]
    if desk.browser and settings.console_address.startswith("https:") and urlsplit(address).scheme != "wss":
        found.append(
            Finding(
                name="desk",
                ok=False,
                text=tr(
                    f"trang bàn trực có https, nhưng máy điện thoại trên trình duyệt ở {address}: trình duyệt sẽ chặn",
                    f"the console has https, but telephones in browsers are at {address}: browsers refuse that",
                ),
                remedy=tr(
                    "Đặt TONGDAI_TELEPHONE_URL=wss://… (docs/operators.md), hoặc browser = false trong desk.toml.",
                    "Set TONGDAI_TELEPHONE_URL=wss://… (docs/operators.md), or browser = false in desk.toml.",
                ),
            )
        )
    telephones, pauses = len(desk.telephones), len(desk.pauses)
    text = tr(
        f"{telephones} máy điện thoại, {pauses} lý do tạm nghỉ",
        f"{telephones} telephones, {pauses} reasons for a pause",
    )
    return found or [Finding(name="desk", ok=True, text=text)]
