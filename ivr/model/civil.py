"""The civil time the hotline lives in; moments are stored in UTC, years and working hours are counted here."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ivr.words import tr

try:
    ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
except ZoneInfoNotFoundError as error:  # an ImportError, so that ``tongdai doctor`` lists it
    raise ImportError(
        tr(
            "máy thiếu múi giờ Asia/Ho_Chi_Minh; hãy chạy: apt-get install tzdata",
            "the time zone Asia/Ho_Chi_Minh is missing; run: apt-get install tzdata",
        )
    ) from error


def civil_year(moment: datetime) -> int:
    """The year ticket codes of ``moment`` belong to, for example 2026."""
    return moment.astimezone(ZONE).year
