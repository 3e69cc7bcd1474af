"""The public page where a citizen asks for the state of a report; tries are limited together with the phone's."""

from functools import partial

from flask import Blueprint, render_template, request

from console import access, context
from console.access import public
from console.errors import locked_sentence
from console.gettext import gettext as _
from console.language import language
from ivr.model.clock import is_running
from ivr.model.code import is_valid
from ivr.secrets import pin_mac
from ivr.services.attempts import Locked
from ivr.services.lookup import Status, WrongStatus, find_status

blueprint = Blueprint("lookup", __name__)


@blueprint.route("/tra-cuu", methods=["GET", "POST"])
@public
def page() -> str | tuple[str, int]:
    """Code and the last four digits or PIN in, the state out: never content, names or numbers."""
    if request.method == "GET":
        return _page(typed="")
    typed = request.form.get("code", "")[:20]
    secret = request.form.get("secret", "").strip()[:4]
    with context.changing() as session:
        outcome = find_status(
            session,
            typed,
            secret,
            f"web:{access.source()}",
            context.now(),
            pin_mac=partial(pin_mac, context.settings()),
        )
    match outcome:
        case Locked():
            problem, status = locked_sentence(outcome), 429
        case WrongStatus():
            problem, status = _wrong(typed), 404
        case Status():
            return _page(typed=typed, found=_shown(outcome))
    return _page(typed=typed, problem=problem), status


def _page(*, typed: str, problem: str | None = None, found: dict[str, object] | None = None) -> str:
    """The form or the answer; below it what the telephone says of data rights, and whom to complain to."""
    words = context.cities().get(context.settings().city)
    return render_template(
        "lookup/page.html",
        city=words.name(language()),
        typed=typed,
        problem=problem,
        found=found,
        rights=words.prompt("quyen", language()),
        issuer=words.city.issuer if words.city else "",
    )


def _wrong(typed: str) -> str:
    digits = "".join(sign for sign in typed if sign.isdigit())
    if not is_valid(digits):
        return _("Mã phản ánh chưa đúng: mã có chín chữ số, ví dụ DN26-004217-4.")
    return _("Mã phản ánh hoặc bốn chữ số vừa nhập chưa đúng. Xin nhập lại.")


def _shown(status: Status) -> dict[str, object]:
    words = context.cities().get(status.city)
    return {
        "status": status,
        "code": words.code(status.code),
        "due_at": status.due_at if status.overdue or is_running(status.state) else None,
        "agency": words.agency(status.agency, language()) if status.agency else None,
    }
