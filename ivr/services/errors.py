"""Why the desk refuses: each error says what, why and what to do, and carries the facts for a page to show."""

from datetime import datetime
from typing import Literal

from ivr.errors import TongdaiError
from ivr.model.labels import label
from ivr.model.tickets import State
from ivr.words import tr

Thing = Literal["ticket", "call", "recording", "transcript", "person", "call-back"]

_THINGS: dict[Thing, str] = {
    "ticket": "phiếu",
    "call": "cuộc gọi",
    "recording": "bản ghi âm",
    "transcript": "văn bản của bản ghi âm",
    "person": "tài khoản",
    "call-back": "cuộc gọi lại",
}


class NotFound(TongdaiError):
    """There is no such ticket, call, recording or person."""

    def __init__(self, what: Thing, key: object) -> None:
        super().__init__(tr(f"Không tìm thấy {_THINGS[what]} {key}.", f"There is no {what} {key}."))


class NotAllowed(TongdaiError):
    """This person's role does not allow it."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(tr(vi, en))


class Confidential(NotAllowed):
    """The ticket is confidential, and this person neither may see such nor holds it."""

    def __init__(self) -> None:
        super().__init__(
            "Phản ánh này là mật: chỉ trưởng ca và người xử lý được xem và nghe.",
            "This report is confidential: only supervisors and whoever holds it may see and hear it.",
        )


class ReasonNeeded(NotAllowed):
    """Who listens to the work of others, takes a copy or looks at a whole number says why."""

    def __init__(self, what: Literal["play", "download", "number"] = "play") -> None:
        super().__init__(*_REASONS[what])


_REASONS = {
    "play": (
        "Phiếu này không do anh/chị xử lý: xin ghi lý do nghe.",
        "You do not work on this ticket: give your reason for listening.",
    ),
    "download": ("Xin ghi lý do tải bản ghi âm.", "Give your reason for downloading the recording."),
    "number": ("Xin ghi lý do xem số điện thoại.", "Give your reason for looking at the number."),
}


class EmptyText(TongdaiError):
    """A correction that says nothing would wipe out what was heard."""

    def __init__(self) -> None:
        super().__init__(
            tr(
                "Nội dung đang trống. Nếu không có lời nói, xin ghi “Không nghe thấy lời nói”.",
                "The text is empty. If nothing was said, write “No speech heard”.",
            )
        )


class Stale(TongdaiError):
    """Somebody else changed it since the page was loaded; what was typed is kept, load again and compare."""

    def __init__(self, *, who: str, at: datetime | None, own: bool = False) -> None:
        self.who = who
        self.at = at
        self.own = own
        """Whether it was the same person, in another window."""
        if own:
            super().__init__(
                tr(
                    "Anh/chị đã thay đổi phiếu này ở cửa sổ khác. Tải lại trang rồi làm lại.",
                    "You have changed this ticket in another window. Load the page again and repeat.",
                )
            )
            return
        super().__init__(
            tr(
                f"{who or 'Hệ thống'} vừa thay đổi phiếu này. Tải lại trang rồi làm lại.",
                f"{who or 'The system'} has just changed this ticket. Load the page again and repeat.",
            )
        )


class MoveRefused(TongdaiError):
    """The table of moves has no such step, or the step lacks what it needs."""

    def __init__(self, *, before: State, to: State, why: str = "") -> None:
        self.before = before
        self.to = to
        self.why = why
        detail = f" {why}" if why else ""
        super().__init__(
            tr(
                f"Không thể chuyển phiếu từ “{label(before)}” sang “{label(to)}”.{detail}",
                f"A ticket cannot go from “{label(before)}” to “{label(to)}”.{detail}",
            )
        )


class PeopleError(TongdaiError):
    """An account cannot be made or changed so."""

    def __init__(self, message: str, field: Literal["", "username", "name", "role", "active", "password"] = "") -> None:
        self.field = field
        """What of the account it is about, so that a form can say it there."""
        super().__init__(message)


class PasswordRefused(PeopleError):
    """This password may not be chosen; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "password")


class CodesExhausted(TongdaiError):
    """Every running number of this year is leased."""

    def __init__(self, year: int) -> None:
        super().__init__(
            tr(
                f"Đã dùng hết mã phản ánh của năm {year}. Phản ánh vẫn được nhận; báo người quản trị.",
                f"Every ticket code of {year} is used. Reports are still taken; tell the administrator.",
            )
        )
