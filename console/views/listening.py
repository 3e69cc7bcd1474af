"""Who listened to what: every play, copy and look at a number, with its reason; for supervisors."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from console import context
from console.access import me, needs
from console.gettext import lazy_gettext as _l
from console.times import civil_day, find_day
from ivr.model.civil import ZONE
from ivr.model.permissions import Permission
from ivr.services import accesses, people
from ivr.services.accesses import Access, AccessFilter

blueprint = Blueprint("listening", __name__, url_prefix="/listening")
_ACTS = {
    Access.PLAY: (_l("Nghe"), "volume-up"),
    Access.DOWNLOAD: (_l("Tải xuống"), "download"),
    Access.NUMBER: (_l("Xem số điện thoại"), "eye"),
}


@blueprint.get("")
@needs(Permission.SEE_LISTENERS)
def index() -> str:
    """The accesses, newest first, narrowed by person, act, ticket and days."""
    start, end = _day("from"), _day("to")
    act = request.args.get("act", "")
    number = min(max(request.args.get("page", 1, type=int) or 1, 1), 10_000)
    with context.reading() as session:
        persons = people.find_all_people(session)
        person = request.args.get("person", type=int)
        wanted = AccessFilter(
            person_id=person if person in {known.id for known in persons} else None,
            access=Access(act) if act in set(Access) else None,
            code=request.args.get("code", "").strip()[:40],
            since=_begin(start),
            until=_begin(end + timedelta(days=1)) if end else None,
        )
        return render_template(
            "listening/index.html",
            found=accesses.find(session, wanted, viewer=me(), page=number),
            wanted=wanted,
            days=(civil_day(start), civil_day(end)),
            wrong_days=[name for name, day in (("from", start), ("to", end)) if request.args.get(name) and not day],
            persons=persons,
            acts=_ACTS,
            code_of=lambda line: context.cities().get(line.city).code(line.code),
            address=_address,
        )


def _day(name: str) -> date | None:
    """The day that was asked for; None for none, and for what is no day of this hotline."""
    return find_day(request.args.get(name, ""), context.now().astimezone(ZONE).date())


def _address(page: int) -> str:
    """The same list on another page."""
    return f"{url_for('listening.index')}?{urlencode({**request.args.to_dict(), 'page': page})}"


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), ZONE) if day else None
