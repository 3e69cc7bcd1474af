"""The page of the system's health: version, model, disk, queues, database, Asterisk; ``tongdai doctor`` in the browser.

The checks take seconds (the model is loaded once to see that it can be), so the page stands at once and fetches them.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version

from flask import Blueprint, current_app, render_template

from console import context
from console.access import needs
from console.language import language
from ivr.command import Check, Finding
from ivr.doctor.findings import find_checks, gather
from ivr.model import WorkState
from ivr.model.permissions import Permission
from ivr.process.run_lock import is_running
from ivr.services import job_list
from ivr.settings import Settings

blueprint = Blueprint("doctor", __name__, url_prefix="/health")
FRESH = timedelta(seconds=60)
"""For how long findings are shown again instead of being found anew."""


@dataclass(kw_only=True)
class Findings:
    """What the checks found last, by language; one request at a time looks anew."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    found: dict[str, tuple[datetime, list[Finding]]] = field(default_factory=dict)

    def get(self, settings: Settings, locale: str, now: datetime) -> tuple[datetime, list[Finding]]:
        """When the checks ran, and what they found, those that need somebody first."""
        with self.lock:
            known = self.found.get(locale)
            if known is None or not timedelta(0) <= now - known[0] < FRESH:
                gathered = sorted(
                    gather(settings, _checks(settings)), key=lambda finding: (finding.ok, not finding.warning)
                )
                known = self.found[locale] = (now, gathered)
            return known


def _checks(settings: Settings) -> list[Check]:
    """All, but not whether ports are free for a start: where each process is a unit of its own, they are in use now."""
    return find_checks(without=() if is_running(settings) else ("ports",))


@blueprint.record_once
def _keep(state: object) -> None:
    app = state.app  # type: ignore[attr-defined]  # Flask's BlueprintSetupState
    app.extensions["tongdai.findings"] = Findings()


@blueprint.get("")
@needs(Permission.SEE_HEALTH)
def page() -> str:
    """Version and queues, and a place for the findings."""
    with context.reading() as session:
        states = job_list.count_states(session)
        return render_template(
            "doctor/page.html",
            version=version("tongdai-1022"),
            kinds=job_list.count_kinds(session, context.now()),
            waiting=states[WorkState.WAITING],
            parked=states[WorkState.PARKED],
        )


@blueprint.get("/findings")
@needs(Permission.SEE_HEALTH)
def findings() -> str:
    """What the checks found."""
    kept: Findings = current_app.extensions["tongdai.findings"]
    at, found = kept.get(context.settings(), language(), context.now())
    return render_template("doctor/findings.html", at=at, found=found)
