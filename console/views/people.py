"""The administrator's page: who may sign in, and as what."""

import secrets

from flask import Blueprint, Response, current_app, flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from console import context
from console.access import me, needs, wants_fragment
from console.forms.people import PersonForm
from console.gettext import gettext as _
from ivr.model import Person, Role
from ivr.model.permissions import Permission
from ivr.services import passwords, people
from ivr.services.errors import PeopleError

blueprint = Blueprint("people", __name__, url_prefix="/people")
_HANDED_OVER = "handed-over"
"""Key of the browser's session: for whom, and by which random text, a first password was made."""

Page = str | tuple[str, int]


@blueprint.get("")
@needs(Permission.MANAGE_PEOPLE)
def index() -> str:
    """Everybody with an account; once, the first password that was just made."""
    with context.reading() as rows:
        everybody = people.find_all_people(rows)
    return render_template("people/index.html", everybody=everybody, handed_over=_take_first_password(everybody))


@blueprint.get("/new")
@needs(Permission.MANAGE_PEOPLE)
def add_form() -> str:
    """Ask who is new."""
    return _person_form(PersonForm(role=Role.OPERATOR.value), None)


@blueprint.post("")
@needs(Permission.MANAGE_PEOPLE)
def add() -> BaseResponse | Page:
    """A new account; its first password is shown once."""
    form = PersonForm.sent()
    if form.validate():
        chance = secrets.token_urlsafe(24)
        username, name = form.username.data or "", form.name.data or ""
        try:
            with context.changing() as rows:
                person = people.create_person(
                    rows, username, name, Role(form.role.data), _first_password(chance), context.now(), must_change=True
                )
                people.set_queues(person, form.queues.data or ())
                number = person.id
        except PeopleError as error:
            form.refuse(str(error), error.field)
        else:
            return _hand_over(number, chance)
    return _person_form(form, None), 422


@blueprint.get("/<int:person_id>")
@needs(Permission.MANAGE_PEOPLE)
def edit_form(person_id: int) -> str:
    """Ask what changes about an account."""
    person = _get(person_id)
    form = PersonForm(name=person.name, username=person.username, role=person.role.value, queues=person.queues or ())
    return _person_form(form, person)


@blueprint.post("/<int:person_id>")
@needs(Permission.MANAGE_PEOPLE)
def edit(person_id: int) -> BaseResponse | Page:
    """Another name, user name or role; an administrator's own role is changed by another one."""
    person, form = _get(person_id), PersonForm.sent()
    own = person.id == me().id
    if own:
        form.role.data = person.role.value
    if form.validate():
        try:
            with context.changing() as rows:
                changed = people.get_person_by_id(rows, person_id)
                people.rename(rows, changed, username=form.username.data or "", name=form.name.data or "")
                people.set_queues(changed, form.queues.data or ())
                if not own:
                    people.set_role(rows, changed, Role(form.role.data))
                name = changed.name
        except PeopleError as error:
            form.refuse(str(error), error.field)
        else:
            return _done(_("Đã lưu tài khoản của %(name)s.", name=name))
    return _person_form(form, person), 422


@blueprint.get("/<int:person_id>/password")
@needs(Permission.MANAGE_PEOPLE)
def reset_form(person_id: int) -> str:
    """Ask before a password ends."""
    return _question("people/reset.html", _get(person_id))


@blueprint.post("/<int:person_id>/password")
@needs(Permission.MANAGE_PEOPLE)
def reset(person_id: int) -> BaseResponse:
    """A new first password; the old one and every sign-in end."""
    chance = secrets.token_urlsafe(24)
    with context.changing() as rows:
        person = people.get_person_by_id(rows, person_id)
        people.set_password(rows, person, _first_password(chance), must_change=True)
    return _hand_over(person_id, chance)


@blueprint.get("/<int:person_id>/lock")
@needs(Permission.MANAGE_PEOPLE)
def lock_form(person_id: int) -> str:
    """Ask before somebody is locked out."""
    return _question("people/lock.html", _get(person_id))


@blueprint.post("/<int:person_id>/lock")
@needs(Permission.MANAGE_PEOPLE)
def lock(person_id: int) -> BaseResponse | Page:
    """Disable an account: its work stays, its sign-ins end."""
    person = _get(person_id)
    if person.id == me().id:
        return _question("people/lock.html", person, _("Không thể tự khóa tài khoản của chính mình.")), 422
    try:
        with context.changing() as rows:
            people.set_active(rows, people.get_person_by_id(rows, person_id), False)
    except PeopleError as error:
        return _question("people/lock.html", person, str(error)), 422
    return _done(_("Đã khóa tài khoản của %(name)s.", name=person.name))


@blueprint.post("/<int:person_id>/unlock")
@needs(Permission.MANAGE_PEOPLE)
def unlock(person_id: int) -> BaseResponse:
    """Enable an account again."""
    with context.changing() as rows:
        person = people.get_person_by_id(rows, person_id)
        people.set_active(rows, person, True)
        name = person.name
    return _done(_("Đã mở khóa tài khoản của %(name)s.", name=name))


def _person_form(form: PersonForm, person: Person | None) -> str:
    return render_template("people/person.html", layout=_layout(), form=form, person=person)


def _question(template: str, person: Person, problem: str = "") -> str:
    return render_template(template, layout=_layout(), person=person, problem=problem)


def _layout() -> str:
    """The same form stands in a dialog, and where scripts are off on a page of its own."""
    return "dialog.html" if wants_fragment() else "dialog_page.html"


def _get(person_id: int) -> Person:
    with context.reading() as rows:
        return people.get_person_by_id(rows, person_id)


def _done(text: str = "") -> BaseResponse:
    """Back to the list by a GET, so that loading the page again repeats nothing."""
    if text:
        flash(text)
    address = url_for("people.index")
    return Response(status=204, headers={"HX-Redirect": address}) if wants_fragment() else redirect(address, code=303)


def _first_password(chance: str) -> str:
    """The first password that belongs to a random text: made again to be shown, so that it is kept nowhere."""
    key = current_app.secret_key or ""
    return passwords.first_password(key if isinstance(key, bytes) else key.encode(), chance)


def _hand_over(person_id: int, chance: str) -> BaseResponse:
    session[_HANDED_OVER] = [person_id, chance]
    return _done()


def _take_first_password(everybody: list[Person]) -> tuple[Person, str] | None:
    """Whose first password is to be shown now, and the password; asked again there is none."""
    if _HANDED_OVER not in session:
        return None
    person_id, chance = session.pop(_HANDED_OVER)
    found = next((person for person in everybody if person.id == person_id and person.must_change_password), None)
    return (found, _first_password(chance)) if found else None
