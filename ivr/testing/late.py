"""A test that fails while a caller of its own was late says nothing of the system: it is run again, on a fresh home.

The hook at the end is pytest's; ``tests/conftest.py`` takes it in. Imported by tests alone.
"""

import pytest
import pytest_timeout
from _pytest.runner import runtestprotocol

from ivr.simulator.lateness import TRIES, Lateness, too_slow

_late: list[Lateness] = []
"""Of the callers since the fixtures in use were made."""


class CallerWasLate(AssertionError):
    """A caller was late, and what its call left cannot be distinguished from what the test counts."""


def note_caller(late: Lateness) -> None:
    """A call is over; whether its caller was punctual is asked if the test fails."""
    if late.voids:
        _late.append(late)


def check_punctual(late: Lateness) -> None:
    """Fail the test by :class:`CallerWasLate`, so that it is run again, unless the caller was punctual."""
    note_caller(late)
    if late.voids:
        raise CallerWasLate(too_slow(late))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test with callers; when it fails and one of them was late, again with every fixture made anew.

    Also those of the module and the session: what a void call left must not be counted. The last of
    :data:`ivr.simulator.lateness.TRIES` failures stands, and says that the machine was too slow.
    """
    if not isinstance(item, pytest.Function) or item.get_closest_marker("asterisk") is None:
        return None
    hooks = item.config.hook
    hooks.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for attempt in range(1, TRIES + 1):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        if not _late or not any(report.failed for report in reports):
            break
        note = too_slow(max(_late, key=lambda late: late.seconds))
        if attempt == TRIES:
            for report in reports:
                report.sections.append(("callers", note))
            break
        _begin_anew(item)
    if nextitem is None or nextitem.getparent(pytest.Module) is not item.getparent(pytest.Module):
        _late.clear()
    for report in reports:
        hooks.pytest_runtest_logreport(report=report)
    hooks.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _begin_anew(item: pytest.Function) -> None:
    """Undo every fixture, and give the test its whole time again."""
    _late.clear()
    item.session._setupstate.teardown_exact(None)
    item._initrequest()
    hooks = item.config.hook
    hooks.pytest_timeout_cancel_timer(item=item)
    settings = pytest_timeout._get_item_settings(item)
    if settings.timeout and not settings.func_only:
        hooks.pytest_timeout_set_timer(item=item, settings=settings)
