"""The kinds of work that every worker process does beside transcription: they need no model and take little time."""

from ivr.jobs.handler import Handler
from ivr.services.upkeep import UpkeepHandler


def make_handlers() -> dict[str, Handler]:
    """One handler a kind, by kind."""
    return {handler.kind: handler for handler in (UpkeepHandler(),)}
