"""The board of calls that go on: the page alone; what it shows comes from ``watch`` by the stream of changes."""

from flask import Blueprint, render_template

from console import context, labels
from console.access import needs
from console.gettext import gettext as _
from console.language import language
from ivr.callcentre.figures import DEFAULT_LEVEL
from ivr.callcentre.segments import SegmentKind
from ivr.city.city import queue_name
from ivr.city.fields import OPERATOR
from ivr.city.lines import find_lines
from ivr.model.permissions import Permission
from ivr.services.queue_figures import IN_TIME

blueprint = Blueprint("board", __name__, url_prefix="/board")

LATE = 45
"""Seconds of waiting from which a caller is shown as waiting too long: another way is offered (DOMAIN §3)."""


@blueprint.get("")
@needs(Permission.SEE_CALLS)
def index() -> str:
    """Who waits, who talks, and what the queues did today."""
    return render_template(
        "board/index.html",
        words={
            "stands": {kind.value: labels.segment(kind) for kind in SegmentKind},
            "queues": _queue_labels(),
            "soon": IN_TIME.total_seconds(),
            "late": LATE,
        },
        level=DEFAULT_LEVEL,
        in_time=round(IN_TIME.total_seconds()),
    )


def _queue_labels() -> dict[str, str]:
    """What people call each queue: whom or what it is for, and of which city where there are several."""
    lines = find_lines(context.settings())
    several = len({line.city for line in lines}) > 1
    labelled = {}
    for line in lines:
        words = context.cities().get(line.city)
        name = _("Người trực") if line.name == OPERATOR else words.category(line.name, language())
        of_city = f" · {words.city.name.of(language())}" if several and words.city is not None else ""
        labelled[queue_name(line.city, line.name)] = f"{name}{of_city}"
    return labelled
