"""The administrator's page: who may sign in, and as what."""

import secrets

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import context
from console.access import me, needs
from console.gettext import gettext as _
from ivr.model import Role
from ivr.services import people
from ivr.services.people import PeopleError

blueprint = Blueprint("people", __name__, url_prefix="/people")


@blueprint.get("")
@needs(Role.ADMIN)
def index() -> str:
    """Everybody with an account."""
    return _page()


@blueprint.post("")
@needs(Role.ADMIN)
def add() -> str | tuple[str, int]:
    """A new account; its first password is shown once."""
    username, name = request.form.get("username", ""), request.form.get("name", "")
    secret = _new_password()
    try:
        with context.changing() as session:
            role = _role(request.form.get("role"))
            person = people.create_person(session, username, name, role, secret, context.now())
            shown = person.name, person.username
    except PeopleError as error:
        return _page(problem=str(error), typed={"username": username, "name": name}), 422
    return _page(shown=(*shown, secret))


@blueprint.post("/<int:person_id>")
@needs(Role.ADMIN)
def change(person_id: int) -> Response | str | tuple[str, int]:
    """Another role, a new password, disable or enable; nobody can lock themselves out."""
    act = request.form.get("act")
    if person_id == me().id and act in {"disable", "role"}:
        return _page(problem=_("Không thể tự khóa hoặc tự đổi vai trò của chính mình.")), 422
    with context.changing() as session:
        person = people.get_person_by_id(session, person_id)
        if act == "password":
            secret = _new_password()
            people.set_password(session, person, secret)
            shown = person.name, person.username, secret
        elif act == "role":
            people.set_role(session, person, _role(request.form.get("role")))
        elif act in {"disable", "enable"}:
            people.set_active(session, person, act == "enable")
    return _page(shown=shown) if act == "password" else redirect(url_for("people.index"))


def _page(
    *,
    problem: str | None = None,
    shown: tuple[str, str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> str:
    with context.reading() as session:
        everybody = people.find_all_people(session)
    return render_template(
        "people/index.html", everybody=everybody, roles=list(Role), problem=problem, shown=shown, typed=typed or {}
    )


def _role(value: str | None) -> Role:
    try:
        return Role(value or "")
    except ValueError as error:
        raise PeopleError(_("Xin chọn vai trò.")) from error


def _new_password() -> str:
    return secrets.token_urlsafe(9)
