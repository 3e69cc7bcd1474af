"""For machines: is the console well, its figures, and what browsers report against our policy. No session needed."""

from functools import partial

import structlog
from flask import Blueprint, Response, abort, jsonify, request
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from console import context
from console.access import public
from ivr.process.hub_state import hub_state
from ivr.services.metrics import exposition
from ivr.store import StoreAway

blueprint = Blueprint("health", __name__)
log = structlog.get_logger(__name__)
_LONGEST_REPORT = 4096


@blueprint.get("/healthz")
@public
def healthz() -> tuple[Response, int]:
    """200 when pages can be served, 503 while the database is away."""
    try:
        with context.reading() as session:
            session.connection()
    except StoreAway as error:
        return jsonify(status="database away", detail=str(error)), 503
    return jsonify(status="ok"), 200


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Figures in Prometheus' text form, for this machine alone: a request through a proxy is a stranger's."""
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if forwarded or request.remote_addr not in {"127.0.0.1", "::1"}:
        abort(404)
    state = partial(hub_state, context.settings())
    return Response(exposition(context.store(), context.now, state), content_type=CONTENT_TYPE_LATEST)


@blueprint.post("/csp-reports")
@public
def csp_reports() -> tuple[str, int]:
    """What a browser refused because of our policy: a fault of ours or an attack, both worth a line in the log."""
    sent = request.get_json(force=True, silent=True) if (request.content_length or 0) <= _LONGEST_REPORT else None
    report = sent.get("csp-report") if isinstance(sent, dict) else None
    if isinstance(report, dict):
        directive, blocked = (str(report.get(name))[:200] for name in ("effective-directive", "blocked-uri"))
        log.warning("csp.blocked", directive=directive, blocked=blocked)
    else:
        log.warning("csp.unreadable")
    return "", 204
