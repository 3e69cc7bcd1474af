"""The board of calls that go on: the page alone; what it shows comes from ``watch`` by the stream of changes."""

from flask import Blueprint, render_template

from console import context, labels
from console.access import needs
from console.queues import queue_labels
from ivr.callcentre.figures import DEFAULT_LEVEL
from ivr.callcentre.segments import SegmentKind
from ivr.model.permissions import Permission
from ivr.services.queue_figures import IN_TIME

blueprint = Blueprint("board", __name__, url_prefix="/board")


@blueprint.get("")
@needs(Permission.SEE_CALLS)
def index() -> str:
    """Who waits, who talks, and what the queues did today."""
    return render_template(
        "board/index.html",
        words={
            "stands": {kind.value: labels.segment(kind) for kind in SegmentKind},
            "queues": queue_labels(),
            "soon": IN_TIME.total_seconds(),
            "late": context.settings().operator_wait,  # another way is offered then
        },
        level=DEFAULT_LEVEL,
        in_time=round(IN_TIME.total_seconds()),
    )
