"""Listening: a play is granted and noted first, then the audio is served conditionally and by ranges."""

import os
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, url_for
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from console import context, ranges
from console.access import me, needs, source
from console.entrance import read_object
from console.template_helpers import code
from ivr.model import Play, Recording
from ivr.model.permissions import Permission
from ivr.recordings import open_recording
from ivr.services import people, plays, viewing
from ivr.services.errors import ReasonNeeded
from ivr.services.plays import Action

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")
_FASTEST = 10
"""A speed of this or more is no speed; what is kept is bounded by the service."""


@blueprint.post("/<recording_id>/plays", endpoint="plays")
@needs(Permission.LISTEN)
def grant(recording_id: str) -> Response:
    """Note who listens or downloads and why; the answer is the audio's address with a token for it."""
    asked = read_object()
    try:
        action = Action(str(asked.get("action", "play")))
    except ValueError:
        abort(400)
    lasting = timedelta(minutes=context.settings().reason_minutes)
    reason = str(asked.get("reason") or "")
    try:
        with context.changing() as session:
            token = plays.grant(
                session, recording_id, me(), action, reason, context.now(), address=source(), lasting=lasting
            )
    except ReasonNeeded as needed:  # no fault: the page asks for one, and sends the same again
        return jsonify(needs="reason", message=str(needed))
    return jsonify(url=url_for("recordings.audio", recording_id=recording_id, token=token))


@blueprint.post("/player")
@needs(Permission.LISTEN)
def keep_player() -> Response:
    """Keep how the person listens, so that the next recording is played the same way."""
    asked = read_object()
    speed = asked.get("speed")
    if not isinstance(speed, (int, float)) or not 0 < speed < _FASTEST:
        abort(400)
    with context.changing() as session:
        people.set_player(session, me().id, speed=float(speed), skips=asked.get("skips") is True)
    return Response(status=204)


@blueprint.get("/<recording_id>/audio")
@needs(Permission.LISTEN)
def audio(recording_id: str) -> Response:
    """The audio, for who was granted it: conditional (ETag), by ranges, never kept by proxies."""
    token = request.args.get("token", "")
    with context.reading() as session:
        play = plays.find(session, token, context.now())
        if play is None or play.recording_id != recording_id or play.person_id != me().id:
            abort(403)
        recording, ticket = viewing.get_recording(session, recording_id, me())  # the token may be older than the right
        name = (code(ticket) if ticket else None) or recording_id
    file = open_recording(context.settings(), recording.key)
    response = Response(wrap_file(request.environ, file, 64 * 1024), mimetype="audio/wav", direct_passthrough=True)
    response.call_on_close(file.close)
    size = os.fstat(file.fileno()).st_size  # of what is there: a disk may have cut it after its row was written
    response.set_etag(recording.sha256 if size == recording.size else f"{recording.sha256}-{size}")
    response.content_length = size
    response.headers["Cache-Control"] = "private, no-cache"
    if play.action == Action.DOWNLOAD:
        response.headers.set("Content-Disposition", "attachment", filename=f"{name}.wav")
    try:
        response.make_conditional(_with_range(size), accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        file.close()
        raise
    _note_progress(token, play, recording, response, size)
    return response


def _with_range(size: int) -> dict[str, Any]:
    """The request's environment with the part that is to be sent; only GET asks for parts."""
    asked = ranges.settle(request.environ.get("HTTP_RANGE"), size) if request.method == "GET" else None
    rest = {name: value for name, value in request.environ.items() if name != "HTTP_RANGE"}
    return rest if asked is None else {**rest, "HTTP_RANGE": asked}


def _note_progress(token: str, play: Play, recording: Recording, response: Response, size: int) -> None:
    """A range is the same play going on: it moves how far was fetched, it is no new access."""
    if response.status_code not in {200, 206} or not recording.size:
        return
    last = response.content_range.stop if response.content_range else size
    seconds = recording.seconds * min(last or 0, recording.size) / recording.size
    if seconds > play.seconds:
        with context.changing() as session:
            plays.heard(session, token, round(seconds, 1))
