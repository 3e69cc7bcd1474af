"""Operators' work in words: states, reasons of pauses, telephones; and what the person who looks does now."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from console import context, labels
from console.access import may, me
from console.gettext import gettext as _
from console.gettext import lazy_gettext as _l
from console.language import language
from ivr.callcentre.browser_phones import PREFIX, browser_phone, person_at
from ivr.callcentre.operators import NO_ANSWER, SIGNED_IN, OperatorState
from ivr.city.desk import FILE, Desk, load_desk
from ivr.model.permissions import Permission
from ivr.services import operators
from ivr.services.operators import AtWork

STATES: Mapping[OperatorState, object] = {
    OperatorState.SIGNED_OUT: _l("Ngoại tuyến"),
    OperatorState.READY: _l("Sẵn sàng"),
    OperatorState.PAUSED: _l("Tạm nghỉ"),
    OperatorState.RINGING: _l("Đang đổ chuông"),
    OperatorState.TALKING: _l("Đang nghe"),
    OperatorState.HOLD: _l("Giữ máy"),
    OperatorState.WRAP_UP: _l("Hoàn tất hồ sơ"),
    OperatorState.CONNECTION_LOST: _l("Mất kết nối"),
}
ICONS: Mapping[OperatorState, str] = {
    OperatorState.SIGNED_OUT: "headset",
    OperatorState.READY: "check-circle",
    OperatorState.PAUSED: "cup-hot",
    OperatorState.RINGING: "telephone-inbound",
    OperatorState.TALKING: "telephone",
    OperatorState.HOLD: "pause-fill",
    OperatorState.WRAP_UP: "journal-text",
    OperatorState.CONNECTION_LOST: "wifi-off",
}
_OURS: Mapping[str, object] = {
    SIGNED_IN.reason: _l("Vừa vào ca"),
    NO_ANSWER.reason: _l("Không nhấc máy"),
}


def read_desk() -> Desk:
    """The desk as its file has it now."""
    path = context.settings().config / FILE
    return _desk(path.parent, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=4)
def _desk(config: Path, _changed: int) -> Desk:
    return load_desk(config)


def state(value: OperatorState) -> str:
    """What an operator does, in words."""
    return str(STATES[value])


def reason(name: str) -> str:
    """Why an operator rests, in words."""
    return str(_OURS[name]) if name in _OURS else read_desk().reason(name, language())


def telephone(interface: str) -> str:
    """What people call a telephone; one that the desk does not name is called as elsewhere."""
    if person_at(interface) is not None:
        return _("Trình duyệt")
    named = read_desk().telephone(interface, language())
    return labels.phones([interface]) if named == interface else named


def own_browser() -> str:
    """Interface of the telephone in the browser of the person who looks."""
    return browser_phone(me().id)


def words() -> dict[str, Any]:
    """What scripts need to say the same."""
    desk = read_desk()
    return {
        "states": {value.value: state(value) for value in OperatorState},
        "icons": {value.value: name for value, name in ICONS.items()},
        "reasons": {name: reason(name) for name in (*_OURS, *desk.pauses)},
        "telephones": {each.interface: each.name.of(language()) for each in desk.telephones.values()},
        "unreachable": _("máy chưa nối"),
        "browser": {"prefix": PREFIX, "name": _("Trình duyệt")},
    }


def own_work() -> AtWork | None:
    """What the person who looks does now; None for who answers no calls."""
    if not may(Permission.ANSWER):
        return None
    with context.reading() as session:
        return operators.find_own(session, context.settings().instance, me())
