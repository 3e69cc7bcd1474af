"""A whole telephone number of somebody else's ticket, or of a call: asked for with a reason, which is kept."""

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from console import context
from console.access import me, needs, source
from console.gettext import gettext as _
from console.views.answers import done
from ivr.model.permissions import Permission
from ivr.services import reveals, viewing

blueprint = Blueprint("numbers", __name__)


@blueprint.route("/tickets/<ulid>/number", methods=["GET", "POST"])
@needs(Permission.SEE_NUMBERS)
def of_ticket(ulid: str) -> Response | str:
    """The number that a citizen left with a ticket."""
    with context.reading() as session:
        viewing.get_ticket(session, ulid, me())
    return _asked(ulid, back=url_for("tickets.page", ulid=ulid))


@blueprint.route("/calls/<ulid>/number", methods=["GET", "POST"])
@needs(Permission.SEE_NUMBERS)
def of_call(ulid: str) -> Response | str:
    """The number that a call came from."""
    with context.reading() as session:
        viewing.get_call(session, ulid, me())
    return _asked(ulid, back=url_for("calls.page", ulid=ulid))


def _asked(ulid: str, *, back: str) -> Response | str:
    """The dialog that asks for the reason; with one, the number is shown for a while."""
    if request.method == "GET":
        return render_template("numbers/reason.html", action=request.path)
    with context.changing() as session:
        reveals.reveal(session, ulid, me(), request.form.get("reason", ""), context.now(), address=source())
    return done(back, _("Số điện thoại được hiện trong %(minutes)s phút.", minutes=context.settings().reason_minutes))
