"""Work at a telephone: signing in, being ready, resting, finishing, going home; a supervisor does it for others too.

An act is asked for and waits for the answer of ``watch``, which alone does it; what the page shows comes back by the
stream of changes.
"""

import time
from uuid import uuid4

from flask import Blueprint, abort, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from console import context
from console import desk as desk_words
from console.access import me, needs
from console.gettext import gettext as _
from console.views.answers import done
from ivr.callcentre.acts import Why
from ivr.model import Person, Wanted
from ivr.model.permissions import Permission
from ivr.services import operator_acts, operators
from ivr.services.operator_acts import ActRefused

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

LOOK = 0.05
"""Seconds between two looks at whether an act was answered."""
LONGEST = 10.0
"""Seconds for which one that is being done is waited for."""


@blueprint.get("")
@needs(Permission.ANSWER)
def own() -> str:
    """The dialog of one's own work."""
    return _panel(me())


@blueprint.get("/<int:person_id>")
@needs(Permission.STEER)
def other(person_id: int) -> str:
    """… of another operator's."""
    return _panel(_person(person_id))


@blueprint.get("/mark")
@needs(Permission.ANSWER)
def mark() -> str:
    """The mark in the head of every page."""
    return render_template("desk/mark.html")


@blueprint.post("/acts")
@needs(Permission.ANSWER)
def do() -> BaseResponse | tuple[str, int]:
    """Ask for an act and say what came of it; a form that stands in the dialog comes back with what is wrong."""
    person = _person(request.form.get("operator", default=me().id, type=int))
    wanted = _wanted(request.form.get("wanted", ""))
    try:
        _do(person, wanted)
    except ActRefused as refused:
        if "panel" not in request.form:
            raise
        return _panel(person, problem=str(refused)), 422
    if wanted is Wanted.SIGN_IN:  # the dialog stands, and its next step is to get ready
        response = make_response(_panel(person))
        response.headers["HX-Trigger"] = "changed"
        return response
    return done("/", _said(wanted, own=person.id == me().id))


def _do(person: Person, wanted: Wanted) -> None:
    act_id = request.form.get("id", "")
    with context.changing() as session:
        operator_acts.ask(
            session,
            act_id,
            context.settings().instance,
            me(),
            person.id,
            wanted,
            context.now(),
            phone=request.form.get("phone", ""),
            reason=request.form.get("reason", ""),
        )
    if not _answered(act_id, operator_acts.PATIENCE.total_seconds()):
        with context.changing() as session:
            withdrawn = operator_acts.withdraw(session, act_id, context.now() + operator_acts.PATIENCE)
        if withdrawn or not _answered(act_id, LONGEST):
            raise ActRefused(Why.TOO_LATE)


def _answered(act_id: str, within: float) -> bool:
    ends = time.monotonic() + within
    while True:
        with context.reading() as session:
            if operator_acts.is_answered(session, act_id):
                return True
        if time.monotonic() >= ends:
            return False
        time.sleep(LOOK)


def _panel(person: Person, *, problem: str = "") -> str:
    with context.reading() as session:
        instance = context.settings().instance
        work, last = operators.find_own_and_phone(session, instance, person)
        taken = {each.operator.phone: each.name for each in operators.find_at_work(session, instance)}
    return render_template(
        "desk/panel.html",
        work=work,
        is_own=person.id == me().id,
        problem=problem,
        desk=desk_words.read_desk(),
        taken=taken,
        last=last,
        make_id=lambda: str(uuid4()),
    )


def _person(person_id: int | None) -> Person:
    if person_id == me().id:
        return me()
    with context.reading() as session:
        return operator_acts.require_steer(session, me(), person_id or 0)


def _wanted(value: str) -> Wanted:
    try:
        return Wanted(value)
    except ValueError:
        abort(400)


def _said(wanted: Wanted, *, own: bool) -> str:
    match wanted:
        case Wanted.READY:
            return _("Anh/chị đang sẵn sàng nhận cuộc gọi.") if own else _("Đã chuyển sang sẵn sàng.")
        case Wanted.PAUSE:
            return _("Anh/chị tạm nghỉ: cuộc gọi đến người khác.") if own else _("Đã cho tạm nghỉ.")
        case Wanted.FINISH:
            return _("Đã hoàn tất hồ sơ.")
        case Wanted.SIGN_OUT:
            return _("Anh/chị đã ra ca.") if own else _("Đã kết thúc ca.")
        case Wanted.SIGN_IN:
            return _("Anh/chị đã vào ca.")
        case Wanted.RING_AGAIN:
            return _("Đang nối lại với người gọi.")
