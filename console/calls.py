"""The calls list, also of callers who pressed nothing, and a call's page: each step with its prompts, key and time."""

from flask import Blueprint, Response, make_response, render_template

from console import context
from console.access import me, needs
from console.filters import read_calls_asked
from console.language import language
from ivr.desk import listing, rights
from ivr.model import Call, CallStep, EndReason, Role

blueprint = Blueprint("calls", __name__, url_prefix="/calls")


@blueprint.get("")
@needs()
def index() -> Response:
    """The list, whole or (for htmx) its rows alone."""
    asked = read_calls_asked()
    with context.reading() as session:
        found = listing.calls(session, asked.filter(), viewer=me(), page=asked.page, size=asked.size)
        page = render_template(
            "calls/list.html" if asked.fragment else "calls/index.html",
            asked=asked,
            found=found,
            address=asked.address,
            ends=list(EndReason),
        )
    response = make_response(page)
    response.headers["Vary"] = "HX-Request"
    if asked.fragment:
        response.headers["HX-Replace-Url"] = asked.address(asked.page)  # can be kept and shared; Back leaves the list
    return response


@blueprint.get("/<ulid>")
@needs()
def page(ulid: str) -> str:
    """One call: what the caller heard and pressed, what came of it, and the same number's other calls."""
    with context.reading() as session:
        call = listing.get_call(session, ulid)
        found = listing.find_ticket_of_call(session, ulid)
        ticket = listing.get_ticket(session, found.id) if found and rights.may_see(me(), found) else None
        number = call.caller_number
        rows = listing.calls_of_number(session, number, viewer=me(), limit=8) if number else []
        recording = next(iter(listing.recordings_of_call(session, ulid)), None) if ticket else None
        return render_template(
            "calls/page.html",
            call=call,
            ticket=ticket,
            hidden=found is not None and ticket is None,
            recording=recording,
            asks_reason=ticket is not None and not rights.holds(me(), ticket),
            may_download=rights.may_download(me(), ticket),
            steps=[(step, _said(call, step)) for step in call.steps],
            number=number,
            sees_number=rights.at_least(me(), Role.SUPERVISOR) or (ticket is not None and rights.holds(me(), ticket)),
            others=[row for row in rows if row.id != ulid],
        )


def _said(call: Call, step: CallStep) -> list[str]:
    """What the hotline said in a step: sentences, without the single words that codes are read from."""
    words = context.cities().get(call.city)
    spoken = (words.prompt(prompt, language()) for prompt in step.prompts)
    return list(dict.fromkeys(text for text in spoken if text))
