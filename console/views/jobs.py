"""The administrator's page of jobs: what waits, runs and is parked, why, and try again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import context
from console.access import me, needs
from console.gettext import gettext as _
from console.labels import job_kind
from ivr.jobs import queue
from ivr.model import WorkState
from ivr.model.permissions import Permission
from ivr.services import job_list, rights

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")
_MOST = 100
_TABS = {"parked": WorkState.PARKED, "waiting": WorkState.WAITING, "running": WorkState.CLAIMED}


@blueprint.get("")
@needs(Permission.MANAGE_JOBS)
def index() -> str:
    """Counts of every kind, and the items of one state: parked ones first, for they need somebody."""
    with context.reading() as session:
        states = job_list.count_states(session)
        usual = "parked" if states[WorkState.PARKED] else "waiting"
        tab = request.args.get("state", usual)
        tab = tab if tab in _TABS else usual
        items = job_list.find_items(session, (_TABS[tab],), limit=_MOST)
        tickets = {
            item_id: ticket
            for item_id, ticket in job_list.find_tickets(session, items).items()
            if rights.may_see(me(), ticket)
        }
        return render_template(
            "jobs/index.html",
            kinds=job_list.count_kinds(session, context.now()),
            tab=tab,
            tabs=[(name, states[state]) for name, state in _TABS.items()],
            items=items,
            total=states[_TABS[tab]],
            tickets=tickets,
            urgent=queue.URGENT,
            now=context.now(),
        )


@blueprint.post("/<int:item_id>/retry")
@needs(Permission.MANAGE_JOBS)
def retry(item_id: int) -> Response:
    """Let one parked item be tried again."""
    with context.changing() as session:
        done = job_list.retry_item(session, item_id, context.now())
    flash(_("Việc này sẽ được thử lại.") if done else _("Việc này không còn bị gác lại."))
    return redirect(url_for("jobs.index"), 303)


@blueprint.post("/retry")
@needs(Permission.MANAGE_JOBS)
def retry_kind() -> Response:
    """Let every parked item of a kind be tried again."""
    kind = request.form.get("kind", "")
    with context.changing() as session:
        count = job_list.retry_kind(session, kind, context.now())
    flash(_("Số việc sẽ được thử lại: %(count)s (%(kind)s).", count=count, kind=job_kind(kind)))
    return redirect(url_for("jobs.index"), 303)
