"""Signing in and out, and one's own password."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from console import access, context
from console.errors import locked_sentence
from console.forms.account import NewPasswordForm, PasswordForm, SignInForm
from console.gettext import gettext as _
from console.views.preferences import local_address
from ivr.model.permissions import Permission
from ivr.services import passwords, people
from ivr.services.attempts import Locked
from ivr.services.errors import NotAllowed, PasswordRefused
from ivr.services.people import Refused

blueprint = Blueprint("auth", __name__)
_OPEN = frozenset({"static", "auth.password", "auth.sign_in", "auth.sign_out", "pages.preferences", "lookup.page"})
"""What somebody may open before they have chosen a password of their own."""


@blueprint.before_app_request
def own_password_first() -> Response | None:
    """Lead whoever signed in with a password that was handed over to choosing one of their own."""
    person = g.get("person")
    if person is None or not person.must_change_password or request.endpoint in _OPEN:
        return None
    if access.wants_fragment() or request.is_json:
        raise NotAllowed("Xin đặt mật khẩu riêng trước, rồi làm tiếp.", "Choose a password of your own first.")
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.password", next=here), code=303)


@blueprint.route("/login", methods=["GET", "POST"])
@access.public
def sign_in() -> Response | str | tuple[str, int]:
    """The sign-in page; afterwards the page that was asked for stands."""
    if request.method == "GET":
        return render_template("auth/sign_in.html", form=SignInForm(next=local_address(request.args.get("next"))))
    form = SignInForm.sent()
    if not form.validate():
        return render_template("auth/sign_in.html", form=form), 422
    outcome = _try(form.username.data or "", form.password.data or "")
    match outcome:
        case Locked():
            problem, status = locked_sentence(outcome), 429
        case Refused():
            problem, status = _("Tên đăng nhập hoặc mật khẩu chưa đúng."), 401
        case token:
            session.clear()  # a new CSRF token for a new person
            return _with_cookie(redirect(local_address(form.next.data)), token)
    form.refuse(problem)
    form.focus = "password"
    return render_template("auth/sign_in.html", form=form), status


@blueprint.post("/logout")
@access.public
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
@access.needs(Permission.OWN_ACCOUNT)
def password() -> Response | str | tuple[str, int]:
    """Change one's own password; every other browser of this person is signed out."""
    first = access.me().must_change_password
    form: NewPasswordForm | PasswordForm = NewPasswordForm.sent() if first else PasswordForm.sent()
    if request.method == "POST" and form.validate() and _change_password(form):
        flash(_("Đã đổi mật khẩu. Các máy khác của anh/chị đã được đăng xuất."))
        token = _try(access.me().username, form.new.data or "")
        if isinstance(token, str):
            wanted = local_address(request.args.get("next") or url_for("tickets.index"))
            return _with_cookie(redirect(wanted, code=303), token)
        return redirect(url_for("auth.sign_in"), code=303)
    page = render_template("auth/password.html", form=form, first=first, least=passwords.LEAST)
    return (page, 422) if form.errors else page


def _change_password(form: NewPasswordForm | PasswordForm) -> bool:
    """Whether the new password is in force; if not, the form says why."""
    me, new = access.me(), form.new.data or ""
    try:
        passwords.check(new, me.username, me.name)
    except PasswordRefused as error:
        form.refuse(str(error), "new")
        return False
    if isinstance(form, PasswordForm):
        match _try(me.username, form.old.data or ""):
            case Locked() as locked:
                form.refuse(locked_sentence(locked))
                return False
            case Refused():
                form.refuse(_("Mật khẩu đang dùng chưa đúng."), "old")
                return False
    if passwords.verify(me.password_hash, new):
        form.refuse(_("Mật khẩu mới phải khác mật khẩu đang dùng."), "new")
        return False
    with context.changing() as rows:
        people.set_password(rows, people.get_person_by_id(rows, me.id), new)
    return True


def _try(username: str, secret: str) -> str | Refused | Locked:
    return people.sign_in(
        context.store(),
        username,
        secret,
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
