"""Call-backs: whom the desk owes a call, and one of them with what was done about it."""

from datetime import datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from console import context
from console.access import me, needs, source, wants_fragment
from console.badges import Due
from console.context import Session
from console.gettext import gettext as _
from console.labels import outcome as outcome_words
from console.times import distance, moment, time_of_day
from ivr.city.city import City
from ivr.model import CallOutcome
from ivr.model.call_backs import MOST_TRIES
from ivr.model.civil import ZONE
from ivr.model.permissions import Permission
from ivr.services import call_back_acts, call_backs, listing, outbox, repeats
from ivr.services.call_backs import Owed
from ivr.services.errors import NotFound

blueprint = Blueprint("call_backs", __name__, url_prefix="/call-backs")
MOST_SHOWN = 200
"""Who comes later is not called yet anyway."""
TOPICS = (outbox.CALL_BACK_CHANGED, outbox.CALL_ENDED, outbox.TICKET_FILED, outbox.TICKET_CHANGED)


@blueprint.get("")
@needs(Permission.CALL_BACK)
def index() -> str:
    """Those to be called, the most pressing first; or the calls that were made in the last week."""
    done = request.args.get("tab") == "done"
    with context.reading() as session:
        owed = _owed(session)
        made = call_backs.find_tries(session, me(), context.now() - call_backs.LOOKED_BACK) if done else []
        return render_template(
            "call_backs/list.html" if wants_fragment() else "call_backs/index.html",
            topics_here=" ".join(TOPICS),
            done=done,
            owed=owed,
            made=made,
            due=find_due,
            now=context.now(),
            count_tries=count_tries,
            shown=MOST_SHOWN,
        )


@blueprint.get("/<ulid>")
@needs(Permission.CALL_BACK)
def page(ulid: str) -> str:
    """One of them: who, why, what was tried; its number whole for who has it in hand."""
    now = context.now()
    with context.reading() as session:
        owed = _get(session, ulid)
        holder = owed.claimed_by(now)
        call = listing.find_call(session, owed.call_id)
        others = listing.calls_of_number(session, owed.number, viewer=me(), limit=8)
        return render_template(
            "call_backs/page.html",
            owed=owed,
            holder=holder,
            is_mine=holder is not None and holder.id == me().id,
            waits=owed.waits_until(now),
            due=find_due(owed, now),
            outcomes=list(CallOutcome),
            count_tries=count_tries,
            number=owed.number,
            others=others,
            calls_around=repeats.around(session, call, context.repeats()),
        )


@blueprint.post("/<ulid>/claim")
@needs(Permission.CALL_BACK)
def claim(ulid: str) -> BaseResponse:
    """Take it in hand, to call now."""
    with context.changing() as session:
        call_back_acts.claim(session, _get(session, ulid), me(), context.now(), address=source())
    return _on(url_for("call_backs.page", ulid=ulid), _("Anh/chị đã nhận gọi số này."))


@blueprint.post("/<ulid>/release")
@needs(Permission.CALL_BACK)
def release(ulid: str) -> BaseResponse:
    """Give it back without a call."""
    with context.changing() as session:
        call_back_acts.release(session, ulid, me(), context.now())
    return _on(url_for("call_backs.index"), _("Đã trả lại danh sách."))


@blueprint.post("/<ulid>/outcome")
@needs(Permission.CALL_BACK)
def record(ulid: str) -> BaseResponse:
    """Say what came of the call."""
    chosen = request.form.get("outcome", "")
    if chosen not in set(CallOutcome):
        abort(400)
    came, note = CallOutcome(chosen), request.form.get("note", "")
    with context.changing() as session:
        row = call_back_acts.record(session, ulid, me(), came, note, context.now(), city_of=_city_of)
        again = row.not_before
    text = _("Đã ghi kết quả: %(outcome)s.", outcome=outcome_words(came))
    if again is not None:
        text += " " + _("Gọi lại sau %(time)s.", time=_soon(again))
    return _on(url_for("call_backs.index"), text)


@blueprint.post("/<ulid>/reopen")
@needs(Permission.CALL_BACK)
def reopen(ulid: str) -> BaseResponse:
    """Undo that it was settled."""
    with context.changing() as session:
        call_back_acts.reopen(session, ulid, me(), context.now())
    return _on(url_for("call_backs.index"), _("Đã đưa lại vào danh sách cần gọi."))


def find_due(owed: Owed, now: datetime) -> Due:
    """Until when the call is to be made, or how late it is; when another try makes sense."""
    waits = owed.waits_until(now)
    if waits is not None:
        return Due(tone="wait", icon="clock-history", text=_("thử lại sau %(time)s", time=_soon(waits)))
    if owed.due <= now:
        late = distance(now - owed.due)
        return Due(tone="late", icon="exclamation-circle", text=_("Quá hạn %(length)s", length=late))
    return Due(tone="", icon="clock", text=_("còn %(length)s", length=distance(owed.due - now)))


def count_tries(owed: Owed) -> str:
    """``2/3 lần``; past the most, which only who opened it again makes, the number alone."""
    count = len(owed.in_vain)
    if count > MOST_TRIES:
        return _("%(count)s lần", count=count)
    return _("%(count)s/%(most)s lần", count=count, most=MOST_TRIES)


def _soon(at: datetime) -> str:
    """``15:30`` of today, else with the day."""
    same_day = at.astimezone(ZONE).date() == context.now().astimezone(ZONE).date()
    return time_of_day(at)[:5] if same_day else moment(at)


def _owed(session: Session) -> list[Owed]:
    return call_backs.find_owed(
        session, me(), context.now(), missed_after=context.settings().missed_after, city_of=_city_of
    )


def _get(session: Session, ulid: str) -> Owed:
    found = next((owed for owed in _owed(session) if owed.ulid == ulid), None)
    if found is None:
        raise NotFound("call-back", ulid)
    return found


def _city_of(city_id: str) -> City | None:
    return context.cities().get(city_id).city


def _on(address: str, text: str) -> BaseResponse:
    """Go on to a page, which says what was done."""
    flash(text)
    if not wants_fragment():
        return redirect(address, code=303)
    return Response(status=204, headers={"HX-Redirect": address})
