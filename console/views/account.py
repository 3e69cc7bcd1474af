"""Signing in and out, and one's own password."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from console import access, context
from console.errors import locked_sentence
from console.gettext import gettext as _
from console.views.preferences import local_address
from ivr.services import people
from ivr.services.attempts import Locked
from ivr.services.people import PeopleError, Refused

blueprint = Blueprint("auth", __name__)
LEAST_PASSWORD = 10
"""Characters of a password somebody chooses in the console."""


@blueprint.route("/login", methods=["GET", "POST"])
def sign_in() -> Response | str | tuple[str, int]:
    """The sign-in page; afterwards the page that was asked for stands."""
    wanted = local_address(request.values.get("next"))
    username = request.form.get("username", "")
    if request.method == "GET":
        return render_template("auth/sign_in.html", next=wanted, username="", problem=None)
    outcome = _try(username, request.form.get("password", ""))
    match outcome:
        case Locked():
            problem, status = locked_sentence(outcome), 429
        case Refused():
            problem, status = _("Tên đăng nhập hoặc mật khẩu chưa đúng."), 401
        case token:
            session.clear()  # a new CSRF token for a new person
            return _with_cookie(redirect(wanted), token)
    return render_template("auth/sign_in.html", next=wanted, username=username, problem=problem), status


@blueprint.post("/logout")
def sign_out() -> Response:
    """End this browser's session in the database, not only its cookie."""
    token = request.cookies.get(context.settings().session_cookie)
    if token:
        with context.changing() as rows:
            people.sign_out(rows, token)
    session.clear()
    response = redirect(url_for("auth.sign_in"))
    response.delete_cookie(context.settings().session_cookie)
    return response


@blueprint.route("/password", methods=["GET", "POST"])
@access.needs()
def password() -> Response | str:
    """Change one's own password; every other browser of this person is signed out."""
    problem = None
    if request.method == "POST":
        new = request.form.get("new", "")
        if len(new) < LEAST_PASSWORD:
            problem = _("Mật khẩu mới cần ít nhất %(count)s ký tự.", count=LEAST_PASSWORD)
        elif isinstance(outcome := _try(access.me().username, request.form.get("old", "")), Locked):
            problem = locked_sentence(outcome)
        elif isinstance(outcome, Refused):
            problem = _("Mật khẩu đang dùng chưa đúng.")
        else:
            try:
                with context.changing() as rows:
                    people.set_password(rows, people.get_person_by_id(rows, access.me().id), new)
            except PeopleError as error:
                problem = str(error)
            else:
                flash(_("Đã đổi mật khẩu. Các máy khác của ông bà đã được đăng xuất."))
                token = _try(access.me().username, new)
                if isinstance(token, str):
                    return _with_cookie(redirect(url_for("tickets.index")), token)
                return redirect(url_for("auth.sign_in"))
    return render_template("auth/password.html", problem=problem)


def _try(username: str, secret: str) -> str | Refused | Locked:
    return people.sign_in(
        context.store(),
        username,
        secret[:256],
        access.source(),
        context.now(),
        hours=context.settings().session_hours,
        address=access.source(),
    )


def _with_cookie(response: Response, token: str) -> Response:
    response.set_cookie(
        context.settings().session_cookie,
        token,
        max_age=context.settings().session_hours * 3600,
        httponly=True,
        samesite="Lax",
        secure=context.settings().console_address.startswith("https://"),
    )
    return response
