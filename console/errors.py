"""What went wrong, in words: what, why, what to do; short JSON for scripts, a page for people."""

from typing import cast

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from console import context
from console.access import sign_in_first, wants_fragment
from console.gettext import gettext as _
from console.times import time_of_day
from ivr.errors import TongdaiError
from ivr.recordings import NoRecording
from ivr.services.attempts import Locked
from ivr.services.errors import MoveRefused, NotAllowed, NotFound, Stale
from ivr.store import StoreAway

log = structlog.get_logger(__name__)
RETRY = 5
"""Seconds after which a page that met an absent database asks again."""


def register(app: Flask) -> None:
    """Answer every error in the reader's language."""
    app.register_error_handler(StoreAway, _away)
    app.register_error_handler(TongdaiError, _refused)
    app.register_error_handler(CSRFError, _outdated)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def locked_sentence(locked: Locked) -> str:
    """Until when nothing is looked at."""
    return _("Đã sai nhiều lần. Xin thử lại sau %(time)s.", time=time_of_day(locked.until))


def _answer(status: int, title: str, message: str, *, retry: int | None = None) -> Response:
    if wants_fragment() or request.is_json:
        response = jsonify(message=f"{title}. {message}" if message else title)
    else:
        # The frame around the page would ask the database again: these pages stand alone.
        page = render_template("problem.html", status=status, title=title, message=message, retry=retry)
        response = make_response(page)
    response.status_code = status
    if retry is not None:
        response.headers["Retry-After"] = str(retry)
    return response


def _away(error: StoreAway) -> Response:
    log.warning("database.away", method=request.method, path=request.path, error=str(error))
    title = _("Chưa dùng được cơ sở dữ liệu")
    if request.method == "GET":
        waiting = _("Tổng đài vẫn nhận cuộc gọi và giữ mọi lời ghi âm. Trang này tự thử lại sau vài giây.")
        return _answer(503, title, waiting, retry=RETRY)
    return _answer(503, title, _("Thay đổi chưa được lưu; nội dung đã gõ vẫn còn. Xin thử lại sau ít giây."))


def _refused(error: TongdaiError) -> Response:
    match error:
        case NotFound() | NoRecording():
            return _answer(404, _("Không tìm thấy"), str(error))
        case NotAllowed():
            return _answer(403, _("Không được phép"), str(error))
        case Stale() if error.own:
            return _answer(409, _("Phiếu đã thay đổi"), str(error))
        case Stale():
            return _answer(409, _("Người khác vừa thay đổi"), str(error))
        case MoveRefused():
            return _answer(422, _("Không chuyển được trạng thái"), str(error))
        case _:
            return _answer(422, _("Chưa làm được"), str(error))


def _outdated(error: CSRFError) -> Response:
    message = _(
        "Trang đã mở quá lâu hoặc trình duyệt chặn cookie. Xin tải lại trang rồi làm lại; nội dung đã gõ vẫn còn."
    )
    return _answer(400, _("Trang đã cũ"), message)


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return cast("Response", error.get_response(request.environ))  # a redirect
    response = _http_answer(error, error.code)
    for name, value in error.get_headers(request.environ):
        response.headers.setdefault(name, value)  # which methods, which lengths, when again
    return response


def _http_answer(error: HTTPException, status: int) -> Response:
    match status:
        case 401:
            if wants_fragment() or request.is_json:
                return _answer(401, _("Xin đăng nhập lại"), _("Phiên làm việc đã hết; nội dung đã gõ vẫn còn."))
            return cast("Response", sign_in_first())
        case 403:
            return _answer(
                403,
                _("Không được phép"),
                _("Vai trò của anh/chị không có quyền này. Cần thì hỏi trưởng ca hoặc quản trị."),
            )
        case 404:
            return _answer(404, _("Không tìm thấy"), _("Không có trang này, hoặc địa chỉ đã gõ sai."))
        case 405:
            return _answer(405, _("Không làm được"), _("Địa chỉ này không nhận cách gửi đó."))
        case 413:
            return _answer(413, _("Nội dung quá dài"), _("Xin rút ngắn rồi gửi lại."))
        case _:
            return _answer(status, _("Chưa làm được"), _("Yêu cầu không hợp lệ. Xin tải lại trang rồi làm lại."))


def _broken(error: Exception) -> Response:
    log.error("page.failed", method=request.method, path=request.path, exc_info=error)
    when = time_of_day(context.now())
    message = _(
        "Lỗi đã được ghi vào nhật ký lúc %(time)s. Xin tải lại trang; nếu còn lỗi, báo người quản trị.", time=when
    )
    return _answer(500, _("Trang gặp lỗi"), message)
