"""What a subcommand of ``tongdai`` and a check of ``tongdai doctor`` are.

Packages register theirs in the entry-point groups ``tongdai.commands`` (one :class:`Command`) and
``tongdai.checks`` (a sequence of :class:`Check`), so that ``ivr`` imports none of them.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from ivr.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Command:
    """One subcommand: ``configure`` adds its arguments, ``run`` returns the exit status."""

    help: str
    """One line, in both languages through :func:`ivr.words.tr`."""
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Settings, argparse.Namespace], int]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check found; ``remedy`` says what to do and is empty when all is well.

    A ``warning`` is ``ok``: it should be looked at, and neither stops a start nor makes ``tongdai doctor`` fail.
    """

    name: str
    ok: bool
    text: str
    remedy: str = ""
    warning: bool = False


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of ``tongdai doctor``; ``at_start`` checks also guard ``tongdai run``."""

    name: str
    check: Callable[[Settings], list[Finding]]
    at_start: bool = False
