"""Whether the desk's file says what it should: a telephone that is written wrongly is missing where people sign in."""

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
    found = [Finding(name="desk", ok=False, text=str(fault), remedy=remedy) for fault in faults]
    telephones, pauses = len(desk.telephones), len(desk.pauses)
    text = tr(
        f"{telephones} máy điện thoại, {pauses} lý do tạm nghỉ",
        f"{telephones} telephones, {pauses} reasons for a pause",
    )
    return found or [Finding(name="desk", ok=True, text=text)]
