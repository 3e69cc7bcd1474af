"""The civil time the hotline lives in; moments are stored in UTC, years and working hours are counted here."""

from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def civil_year(moment: datetime) -> int:
    """The year ticket codes of ``moment`` belong to, for example 2026."""
    return moment.astimezone(ZONE).year
