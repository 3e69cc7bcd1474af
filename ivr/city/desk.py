"""``config/desk.toml``: the telephones at which operators may work, why they may pause, and how long things last.

The desk is that of the whole hotline, whatever cities it answers for. A file with faults gives what is right in it, so
that a slip in a pause's name takes no telephone away; ``tongdai doctor`` says what is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ivr.callcentre.operators import NO_ANSWER, SIGNED_IN, Pause, Rules
from ivr.city.fields import Dial, Id
from ivr.city.values import Text
from ivr.settings.faults import Fault
from ivr.settings.files import read_toml
from ivr.settings.shape import Shape, Whole, check_shape
from ivr.words import tr

FILE = "desk.toml"


@dataclass(frozen=True, kw_only=True)
class Telephone:
    """A telephone at which an operator may work."""

    name: Text
    interface: Dial
    """As Asterisk dials it: ``PJSIP/101``, ``PJSIP/0905123456@trunk``."""


@dataclass(frozen=True, kw_only=True)
class PauseReason:
    """Why an operator may take no calls."""

    name: Text
    minutes: Annotated[Whole, Field(ge=1, le=600)] | None = None
    """After these the pause is shown as too long; None for no limit."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything the file says."""

    telephones: Mapping[str, Telephone] = field(default_factory=dict)
    pauses: Mapping[str, PauseReason] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    browser: bool = False
    """Whether operators may work at a telephone in their browser."""

    def pause(self, reason: str) -> Pause | None:
        """The pause for a reason of the file; None for one that it does not have."""
        known = self.pauses.get(reason)
        if known is None:
            return None
        return Pause(reason=reason, limit=None if known.minutes is None else timedelta(minutes=known.minutes))

    def reason(self, reason: str, language: str) -> str:
        """What people call a reason; one that the file has no more is shown as it was written."""
        known = self.pauses.get(reason)
        return known.name.of(language) if known is not None else reason

    def telephone(self, interface: str, language: str) -> str:
        """What people call a telephone."""
        names = (each.name.of(language) for each in self.telephones.values() if each.interface == interface)
        return next(names, interface)


class _Plain(Shape):
    browser: bool = False
    wrap_up: Annotated[Whole, Field(ge=0, le=3600)] = 60
    grace: Annotated[Whole, Field(ge=5, le=600)] = 30
    most_missed: Annotated[Whole, Field(ge=1, le=20)] = 2


class _Telephones(Shape):
    telephones: dict[Id, Telephone]


class _Pauses(Shape):
    pauses: dict[Id, PauseReason]


def load_desk(config: Path) -> Desk:
    """The desk, without what is faulty in its file; an empty one where there is no file."""
    return read_desk(config, [])


def read_desk(config: Path, faults: list[Fault]) -> Desk:
    """… with all its faults."""
    table = read_toml(config / FILE, FILE, faults, needed=False) or {}
    rest = {name: value for name, value in table.items() if name not in ("telephones", "pauses")}
    plain = check_shape(_Plain, rest, faults, file=FILE, beside=("telephones", "pauses")) or _Plain()
    telephones: dict[str, Telephone] = {}
    for name, given in _items(table, "telephones"):
        found = check_shape(_Telephones, {"telephones": {name: given}}, faults, file=FILE)
        if found is not None:
            telephones |= _unless_twice(found.telephones, telephones, faults)
    pauses: dict[str, PauseReason] = {}
    for name, given in _items(table, "pauses"):
        reason = check_shape(_Pauses, {"pauses": {name: given}}, faults, file=FILE)
        if reason is not None:
            pauses |= _unless_ours(reason.pauses, faults)
    rules = Rules(
        wrap_up=timedelta(seconds=plain.wrap_up),
        grace=timedelta(seconds=plain.grace),
        most_missed=plain.most_missed,
    )
    return Desk(telephones=telephones, pauses=pauses, rules=rules, browser=plain.browser)


def _items(table: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    found = table.get(name, {})
    return list(found.items()) if isinstance(found, dict) else [(name, found)]


def _unless_twice(
    found: Mapping[str, Telephone], known: Mapping[str, Telephone], faults: list[Fault]
) -> Mapping[str, Telephone]:
    for name, telephone in found.items():
        if any(other.interface == telephone.interface for other in known.values()):
            text = tr(f"“{telephone.interface}” được khai hai lần", f'"{telephone.interface}" is given twice')
            faults.append(Fault(file=FILE, setting=f"telephones.{name}.interface", text=text))
            return {}
    return found


def _unless_ours(found: Mapping[str, PauseReason], faults: list[Fault]) -> Mapping[str, PauseReason]:
    for name in found.keys() & {SIGNED_IN.reason, NO_ANSWER.reason}:
        text = tr("mã này là của chương trình; hãy đặt mã khác", "this id is the program's own; choose another")
        faults.append(Fault(file=FILE, setting=f"pauses.{name}", text=text))
        return {}
    return found
