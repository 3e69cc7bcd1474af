"""Runs the checks every room registered in the entry-point group ``tongdai.checks``."""

from collections.abc import Sequence
from importlib.metadata import entry_points

from ivr.command import Check, Finding
from ivr.errors import TongdaiError
from ivr.settings import Settings

GROUP = "tongdai.checks"


def find_checks(*, at_start: bool = False, without: Sequence[str] = ()) -> list[Check]:
    """All rooms' checks in a fixed order; ``at_start`` only those that also guard ``tongdai run``."""
    rooms = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    checks: list[Check] = [check for room in rooms for check in room.load()]
    return [check for check in checks if (check.at_start or not at_start) and check.name not in without]


def gather(settings: Settings, checks: Sequence[Check]) -> list[Finding]:
    """What every check found; one that cannot run at all is a finding too, never the end of the others."""
    found: list[Finding] = []
    for check in checks:
        try:
            found += check.check(settings)
        except (TongdaiError, OSError) as error:
            found.append(Finding(name=check.name, ok=False, text=str(error), remedy=""))
    return found
