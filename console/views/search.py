"""Ctrl+K: tickets, calls and pages from one field."""

from flask import Blueprint, render_template, request, url_for

from console import context
from console.access import may, me, needs
from console.gettext import gettext as _
from ivr.model.permissions import Permission
from ivr.model.text import fold
from ivr.services import listing
from ivr.services.listing import CallFilter, TicketFilter

blueprint = Blueprint("find", __name__)
_MOST = 6


@blueprint.get("/find")
@needs(Permission.SEE_TICKETS)
def find() -> str:
    """What the words lead to, a few of each kind; without words the pages alone."""
    query = request.args.get("q", "").strip()[:200]
    with context.reading() as session:
        tickets = listing.tickets(session, TicketFilter(query=query), viewer=me(), size=_MOST).rows if query else []
        calls = (
            listing.calls(session, CallFilter(query=query), viewer=me(), size=_MOST).rows
            if any(sign.isdigit() for sign in query)
            else []
        )
        return render_template(
            "find/found.html",
            query=query,
            tickets=tickets,
            calls=calls,
            places=_places(query),
        )


def _places(query: str) -> list[tuple[str, str, str]]:
    known = [
        (url_for("tickets.index"), "inbox", _("Phiếu mới")),
        (url_for("tickets.index", tab="mine"), "person-check", _("Phiếu của tôi")),
        (url_for("tickets.index", tab="late"), "exclamation-circle", _("Phiếu quá hạn")),
        (url_for("auth.password"), "key", _("Đổi mật khẩu")),
    ]
    if may(Permission.SEE_CALLS):
        known.insert(3, (url_for("calls.index"), "telephone", _("Cuộc gọi")))
    if may(Permission.MANAGE_PEOPLE):
        known.append((url_for("people.index"), "people", _("Nhân sự")))
    if may(Permission.MANAGE_JOBS):
        known.append((url_for("jobs.index"), "list-ul", _("Việc nền")))
    if may(Permission.SEE_HEALTH):
        known.append((url_for("doctor.page"), "heart-pulse", _("Tình trạng hệ thống")))
    return [place for place in known if fold(query) in fold(place[2])]
