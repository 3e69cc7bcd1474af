"""For machines: is the console well, its figures, and what browsers report against our policy. No session needed."""

import json

import structlog
from flask import Blueprint, Response, jsonify, request

from console import context
from ivr.store import StoreAway

blueprint = Blueprint("health", __name__)
log = structlog.get_logger(__name__)
_LONGEST_REPORT = 4096


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 when pages can be served, 503 while the database is away."""
    try:
        with context.reading() as session:
            session.connection()
    except StoreAway as error:
        return jsonify(status="database away", detail=str(error)), 503
    return jsonify(status="ok"), 200


@blueprint.post("/csp-reports")
def csp_reports() -> tuple[str, int]:
    """What a browser refused because of our policy: a fault of ours or an attack, both worth a line in the log."""
    body = request.get_data(cache=False)[:_LONGEST_REPORT]
    try:
        report = json.loads(body).get("csp-report", {})
        blocked = str(report.get("blocked-uri"))[:200]
        log.warning("csp.blocked", directive=report.get("effective-directive"), blocked=blocked)
    except (ValueError, AttributeError):
        log.warning("csp.unreadable")
    return "", 204
