"""Runs the checks that packages registered in the entry-point group ``tongdai.checks``."""

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

from ivr.command import Check, Finding
from ivr.errors import TongdaiError
from ivr.settings import Settings
from ivr.words import tr

GROUP = "tongdai.checks"


def find_checks(*, at_start: bool = False, without: Sequence[str] = ()) -> list[Check]:
    """All packages' checks in a fixed order; ``at_start`` only those that also guard ``tongdai run``."""
    entries = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    checks: list[Check] = [check for entry in entries for check in _load(entry)]
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


def _load(entry: EntryPoint) -> Sequence[Check]:
    """Checks that cannot be imported (a library is missing or broken) are a fault, reported like the others."""
    try:
        checks: Sequence[Check] = entry.load()
    except ImportError as error:
        broken = Finding(
            name=entry.name,
            ok=False,
            text=tr(f"{entry.module}: không nạp được ({error})", f"{entry.module}: cannot be loaded ({error})"),
            remedy=tr("Hãy chạy: make setup", "Run: make setup"),
        )
        return [Check(name=entry.name, check=lambda _: [broken], at_start=True)]
    return checks
