"""Faults of a city's files: each names file, node and setting, and all are told at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.errors import TongdaiError
from ivr.words import tr


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault; ``file`` is relative to ``config/cities``, ``node`` and ``setting`` are empty where none applies.

    A warning is told but does not keep a city from answering.
    """

    file: str
    text: str
    node: str = ""
    setting: str = ""
    warning: bool = False

    def __str__(self) -> str:
        """``da-nang/menu.toml: node menu, keys.3: what is wrong``."""
        places = [tr(f"nút {self.node}", f"node {self.node}") if self.node else "", self.setting]
        where = ", ".join(place for place in places if place)
        mark = tr("cảnh báo: ", "warning: ") if self.warning else ""
        return f"{self.file}: {mark}{where + ': ' if where else ''}{self.text}"


class FlowFaults(TongdaiError):
    """A city cannot be used; ``faults`` lists everything that is wrong with its files."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """``faults`` holds warnings too, after what is wrong."""
        self.faults = tuple(sorted(faults, key=lambda fault: fault.warning))
        wrong = sum(not fault.warning for fault in faults)
        head = tr(f"{wrong} lỗi trong cấu hình thành phố:", f"{wrong} faults in a city's configuration:")
        super().__init__("\n".join([head, *(f"  {fault}" for fault in self.faults)]))
